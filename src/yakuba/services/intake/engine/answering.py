"""Whether an answer is one: the field's own type, whether it must be given, and the procedure's rules, in words for whoever
fills the form in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger.guard import contradictions
from yakuba.kernel.refusals import attempt
from yakuba.kernel.values import Picks
from yakuba.kernel.values.field_type import LONGEST, Script
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.engine.calculating import ROWS
from yakuba.services.intake.engine.form import Form, Page, Question

WRITTEN = (
    Script.TEXT,
    Script.NAME,
    Script.KANA,
)  # fields of words, in which a number of twelve digits is out of place
MY_NUMBER = (
    "個人番号（マイナンバー）のような12けたの番号があります。このページでは受け取れません。消してください。"
    "別の番号のときは、何の番号かをすぐ前に書いてください。例：伝票番号 1234…"
)


@dataclass(frozen=True)
class Checked:
    """values: field code → canonical value, or what was typed where it is none; faults: field code → sentence."""

    values: Mapping[str, str]
    faults: Mapping[str, str]


def check(question: Question, typed: str) -> tuple[str, str]:
    """(canonical value, ""), or (what was typed, what is wrong with it)."""
    field = question.field
    if len(typed) > LONGEST:
        return typed[:LONGEST], f"{field.label}は{LONGEST}文字までで書いてください。"
    value, unread = attempt(field.canonical, typed)
    if value is None:
        return typed, str(unread)
    if not value:
        return "", _missing(question) if question.required else ""
    if field.kind.picks is Picks.NONE and field.kind.script in WRITTEN and likely_in(value):
        return typed, MY_NUMBER
    return value, _unlikely(field, value)


def check_page(form: Form, page: Page, typed: Mapping[str, str], before: Mapping[str, str]) -> Checked:
    """The answers on one page. typed: field code → what was typed; before: valid answers on the pages before it."""
    values, faults = {}, {}
    for question in page.questions:
        values[question.code], fault = check(question, typed.get(question.code, ""))
        if fault:
            faults[question.code] = fault
    # Only values that are ones can contradict each other.
    if not faults:
        faults = _together(form, {**before, **values}, values)
    return Checked(values, faults)


def check_all(form: Form, typed: Mapping[str, str]) -> Checked:
    """Every answer that is asked, again, as before it is sent."""
    values, faults = {}, {}
    pages, answers = form.asked(typed)
    for question in (one for page in pages for one in page.questions):
        values[question.code], fault = check(question, answers[question.code])
        if fault:
            faults[question.code] = fault
    values |= {one.key: answers[one.key] for page in pages for one in page.groups}
    _, answers = form.asked(values)  # what is calculated from canonical values
    values |= {one.field.code: answers.get(one.field.code, "") for one in form.calculated}
    if not faults:
        here = {code: values[code] for code in form.questions if code in values}
        faults = _calculated(form, values) or _together(form, values, here)
    return Checked(values, faults)


def _calculated(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was calculated, told at a field from which it follows."""
    faults = {}
    for one in form.calculated:
        value = values.get(one.field.code, "")
        sentence = _unlikely(one.field, value) if value else ""
        from_ = one.expression.fields
        shown = next(
            (
                code
                for code, asked in form.questions.items()
                if code in values and (code in from_ or (asked.group and ROWS + asked.group in from_))
            ),
            "",
        )
        if sentence and shown:
            faults[shown] = f"{sentence}（自動で計算した値は{one.field.shown(value, revealed=True)}です）"
    return faults


def files_missing(pages: Iterable[Page], given: Mapping[str, int]) -> dict[str, str]:
    """File code → sentence, where one is wanted and `given` (code → how many) has none."""
    wanted = (one for page in pages for one in page.files if one.required)
    return {one.code: f"「{one.label}」を付けてください。" for one in wanted if not given.get(one.code)}


def _together(form: Form, values: Mapping[str, str], here: Mapping[str, str]) -> dict[str, str]:
    """What the values say against each other, told at a field of this page."""
    faults = {}
    for fields, sentence in contradictions(form.procedure, values).items():
        # A sentence at a field that this page does not show would keep the person here without a reason.
        if shown := next((code for code in fields if code in here), ""):
            faults[shown] = sentence
    return faults


def _missing(question: Question) -> str:
    verb = "入力してください" if question.field.kind.picks is Picks.NONE else "選んでください"
    return f"{question.field.label}を{verb}。"


def _unlikely(field: FieldDefinition, value: str) -> str:
    if field.words and value not in field.words:
        return f"{field.label}は一覧から選んでください。"
    if not field.kind.within(value, field.range):
        lowest, highest = (field.shown(limit, revealed=True) for limit in field.range)
        limits = f"{f'{lowest}から' if lowest else ''}{f'{highest}まで' if highest else ''}"
        return f"{field.label}は{limits}で入力してください。"
    if field.length and len(value) != field.length:
        return f"{field.label}は{field.length}文字です（今は{len(value)}文字）。"
    return ""
