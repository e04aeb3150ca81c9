"""What residents and staff fill in. The inputs of residents come from the procedure's field types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ui.forms import JapaneseDateField, JapaneseDateInput
from yakuba.kernel.values import Picks
from yakuba.kernel.values.field_type import LONGEST
from yakuba.services.intake.engine.form import Group, Page, Question

NOTHING = ("", "選ばない")
# Whose data a browser may fill in: the applicant's own, not a child's or an employer's.
OWN = ("", "applicant_")
_NONE = FieldDefinition("", "", "text")  # stands for the place of a group that has no row
FILLED = ("name", "kana", "birth", "postal_code", "address", "phone")


class PageForm(forms.Form):
    """One page of a web form. `faults` of the engine stand at their fields and in the list on top."""

    use_required_attribute = False

    def __init__(
        self, page: Page, values: Mapping[str, str], faults: Mapping[str, str] | None = None
    ) -> None:
        super().__init__({}, initial={}, auto_id="f_%s")
        for question in page.questions:
            self.fields[question.code] = field = _input(question)
            field.initial = values.get(question.code, "")
        self.is_bound = False
        self.initial = {q.code: _initial(q, values.get(q.code, "")) for q in page.questions}
        if faults:
            self._show(faults)
        self.page = page

    def blocks(self) -> Iterator[dict[str, Any]]:
        """The fields in the page's order: one by one, or the rows of a group with what is to be pressed there."""
        begun: set[str] = set()
        shown = [*self.page.questions, *(Question(_NONE, group=one.code) for one in self.page.groups)]
        for question in shown:
            if not question.group:
                yield {"field": self[question.code]}
            elif question.group not in begun:
                begun.add(question.group)
                group = next(one for one in self.page.groups if one.code == question.group)
                yield {"group": group, "rows": [self._row(group, n) for n in range(1, group.count + 1)]}

    def _row(self, group: Group, number: int) -> dict[str, Any]:
        codes = group.repeat.rows[number - 1]
        return {
            "number": number,
            "label": group.repeat.row_label(number),
            "fields": [self[code] for code in codes if code in self.fields],
            "fixed": group.count <= group.repeat.least,
        }

    def _show(self, faults: Mapping[str, str]) -> None:
        """Bound to what was typed, with the faults that the engine has found and no others."""
        self.data = dict(self.initial)
        self.is_bound = True
        self._errors = forms.utils.ErrorDict()
        self.cleaned_data: dict[str, Any] = {}
        for code, sentence in faults.items():
            self.add_error(code if code in self.fields else None, sentence)


def typed(page: Page, posted: Any, before: Mapping[str, str]) -> dict[str, str]:
    """Field code → what was typed on that page; several options joined by commas. before: answers so far, kept where the
    page that was sent did not ask: the office may cut a form anew while somebody has its old page open. (A browser sends
    an empty input as well, and a chosen button cannot be let go; of boxes none is sent where none is ticked.)"""
    many = Picks.MANY
    return {
        one.code: ",".join(posted.getlist(one.code))
        if one.field.kind.picks is many
        else posted.get(one.code, before.get(one.code, ""))
        for one in page.questions
    }


def _initial(question: Question, value: str) -> Any:
    field = question.field
    if field.kind.picks is Picks.MANY:
        return [code for code in value.split(",") if code]
    if field.kind.picks is Picks.ONE or field.words or field.type == "date":
        return value
    return field.shown(value, revealed=True) if field.kind.is_canonical(value, field.options) else value


def _input(question: Question) -> forms.Field:
    """An input for a field, as its type asks for it. Whether an answer is one, the engine decides."""
    field = question.field
    help_text = " ".join(filter(None, (question.help, "" if field.words else field.kind.help)))
    common: dict[str, Any] = {"label": field.label, "required": question.required, "help_text": help_text}
    options = list(field.options.items())
    if field.words:
        words = [("", "選んでください"), *((word, word) for word in field.words)]
        return forms.ChoiceField(choices=words, widget=forms.Select, **common)
    if field.kind.picks is Picks.ONE:
        choices = options if question.required else [*options, NOTHING]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **common)
    if field.kind.picks is Picks.MANY:
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
    widget = JapaneseDateInput if field.type == "date" else forms.TextInput
    return forms.CharField(widget=widget(attrs=_hints(field)), max_length=LONGEST, **common)


def _hints(field: FieldDefinition) -> dict[str, str]:
    fills = field.kind.fills if any(field.code == f"{whose}{one}" for whose in OWN for one in FILLED) else ""
    return field.kind.hints() | ({"autocomplete": fills} if fills else {})


def _code(label: str, where: str) -> forms.CharField:
    """A code that the house has shown. where: at which place."""
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=f"{where}12文字です。例：ABCD-EFGH-JKMN",
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "characters"}
        ),
        error_messages={"required": f"{label}を入力してください。"},
    )


class CodeForm(forms.Form):
    """The code of a draft that was put aside."""

    code = _code("再開の番号", "保存したときに表示した")


class StatusForm(forms.Form):
    """The two numbers of the receipt."""

    number = forms.CharField(
        label="受付番号",
        max_length=40,
        help_text="10けたの数字です。",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": "受付番号を入力してください。"},
    )
    secret = _code("照会番号", "受付番号のとなりにある")


class OpenForm(forms.Form):
    """From when to when residents may send a form."""

    opens_on = JapaneseDateField(label="受付を始める日")
    closes_on = JapaneseDateField(
        label="受付を終える日",
        required=False,
        help_text="この日まで受け付けます。決めないときは空けておきます。",
    )
    note = forms.CharField(
        label="住民へのお知らせ",
        required=False,
        max_length=1_000,
        help_text="はじめの画面に出ます。対象、持ち物、問い合わせ先など。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class CorrectionForm(forms.Form):
    """What the applicant is asked to correct."""

    sentence = forms.CharField(
        label="申請者に求めること",
        max_length=1_000,
        help_text="申請者の画面にそのまま出ます。例：手帳の番号が読めません。番号を書いてお返事ください。",
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    until = JapaneseDateField(label="返事の期限", required=False)
