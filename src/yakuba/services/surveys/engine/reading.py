"""A definition's text → `Definition`. Every fault is told with its line; nothing of the file is passed over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from yakuba.kernel.definitions import DefinitionRefused, Faults, Node, Section, parse, plain
from yakuba.kernel.refusals import attempt
from yakuba.kernel.values.calendar import read_date
from yakuba.services.surveys.contracts import BodyClass, QuestionKind
from yakuba.services.surveys.engine import definition as made
from yakuba.services.surveys.engine.conditions import read_condition

TOP = ("survey", "title", "edition", "as_of", "sections")
TOP_MORE = ("label", "state", "classes_on", "contact", "lead", "cycle", "asked", "bodies", "deadlines", "checks", "merged", "approval", "threshold")  # fmt: skip
QUESTION_MORE = ("options", "rows", "columns", "most_rows", "unit", "least", "most", "decimals", "longest", "required", "help", "when",
                 "sum_of", "counts_people", "base", "breaks", "published")  # fmt: skip
OF_KIND: Mapping[QuestionKind, tuple[str, ...]] = {
    QuestionKind.NUMBER: ("unit", "least", "most", "decimals", "sum_of", "counts_people"),
    QuestionKind.CHOICE: ("options", "published"),
    QuestionKind.CHOICES: ("options", "published"),
    QuestionKind.GRID: ("options", "rows"),
    QuestionKind.TEXT: ("longest",),
    QuestionKind.DATE: (),
    QuestionKind.FILE: (),
    QuestionKind.TABLE: ("columns", "most_rows"),
}
ALWAYS = ("required", "help", "when", "base", "breaks")
MOST_PEOPLE = Decimal(10**9)
MOST_QUESTIONS, MOST_OPTIONS, MOST_TABLE_ROWS = 600, 60, 100
CYCLE = re.compile(r"毎年度|概ね[0-9]{1,2}年毎|必要に応じて|")
PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,2})?")
KINDS = {one.value: one for one in QuestionKind}
CLASSES = {one.value: one for one in BodyClass} | {one.label: one for one in BodyClass}


@lru_cache(maxsize=64)
def read_once(text: str) -> made.Definition:
    """The same for a text that is asked for again and again: 300 questions take a tenth of a second to read, and a trend asks ten
    years of them. Nobody changes what it gives."""
    return read_definition(text)


def read_definition(text: str) -> made.Definition:
    """Raises DefinitionRefused."""
    faults = Faults()
    top = Section(parse(text), "", faults, TOP, TOP_MORE)
    as_of = _day(top, "as_of")
    sections = tuple(_sections(top, faults))
    keys = {
        one.key: question for section in sections for question in section.questions for one in question.fields
    }
    found = made.Definition(
        survey=_code(top, "survey"), title=top.text("title")[:120], edition=_edition(top), label=top.text("label")[:40],
        is_final=top.word("state", {"provisional": False, "final": True}, True),
        as_of=as_of, classes_on=_day(top, "classes_on") if "classes_on" in top.all() else as_of, sections=sections,
        contact=top.text("contact")[:200], lead=top.text("lead")[:2000], cycle=_cycle(top), asked=_classes(top, "asked") or tuple(BodyClass), bodies=_bodies(top),
        deadlines=tuple(_deadlines(top, faults)), checks=tuple(_checks(top, keys, faults)), merged=tuple(_merged(top, faults)),
        approval=top.flag("approval", True), threshold=top.whole("threshold", 10, 2, 1000),
    )  # fmt: skip
    if faults.found:
        raise DefinitionRefused(faults.found)
    return found


def _code(section: Section, key: str) -> str:
    text = section.text(key)
    if text and not re.fullmatch(r"[a-z][a-z0-9-]{0,39}", text):
        section.fault(key, f"「{key}」は英小文字で始め、英小文字、数字、- だけで40字までにしてください。")
    return text


def _edition(section: Section) -> str:
    text = section.text("edition")
    if text and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}", text):
        section.fault("edition", "「edition」は英数字と - で20字までにしてください（2026、2026-1 など）。")
    return text


def _cycle(section: Section) -> str:
    text = section.text("cycle")
    if not CYCLE.fullmatch(text):
        section.fault("cycle", "「cycle」は 毎年度、概ね3年毎、必要に応じて のどれかで書いてください。")
    return text


def _day(section: Section, key: str) -> date:
    text = section.text(key)
    day, unread = attempt(read_date, text) if text else (None, None)
    if unread:
        section.fault(key, f"「{key}」の日付を読めません。{unread}")
    return day or date.min


def _classes(section: Section, key: str) -> tuple[BodyClass, ...]:
    found = []
    for line, text in section.texts(key):
        if text in CLASSES:
            found.append(CLASSES[text])
        else:
            section.faults.unknown(line, section.place, text, [one.label for one in BodyClass])
    return tuple(dict.fromkeys(found))


def _bodies(top: Section) -> tuple[str, ...]:
    codes = [(line, plain(text)) for line, text in top.texts("bodies")]
    for line, code in codes:
        if not re.fullmatch(r"[0-9]{6}", code):
            top.faults.add(
                line,
                "団体",
                f"「{code[:20]}」は団体コード6けたではありません。引用符で囲むと先頭の0が残ります。",
            )
    return tuple(dict.fromkeys(code for _, code in codes))


def _deadlines(top: Section, faults: Faults) -> list[made.Deadline]:
    found = []
    for node in top.rows("deadlines"):
        one = Section(node, "期限", faults, ("text",), ("classes", "day"))
        day = _day(one, "day") if one.text("day", empty=True) else None
        found.append(made.Deadline(_classes(one, "classes"), one.text("text")[:60], day))
    return found


def _merged(top: Section, faults: Faults) -> list[made.Merged]:
    found = []
    for node in top.rows("merged"):
        one = Section(node, "合併", faults, ("code", "into", "since"))
        for key in ("code", "into"):
            if not re.fullmatch(r"[0-9]{6}", plain(one.text(key))):
                one.fault(
                    key, f"「{key}」は団体コード6けたで書いてください。引用符で囲むと先頭の0が残ります。"
                )
        found.append(made.Merged(plain(one.text("code")), plain(one.text("into")), _day(one, "since")))
    return found


def _checks(top: Section, keys: Mapping[str, made.Question], faults: Faults) -> list[made.Check]:
    found = []
    for node in top.rows("checks"):
        one = Section(node, "確かめ", faults, ("left",), ("at_most", "equal", "change", "message"))
        relation = "equal" if "equal" in one.all() else "at_most"
        check = made.Check(
            one.text("left"),
            one.text(relation),
            relation,
            one.whole("change", 0, 1, 100_000),
            one.text("message")[:200],
        )
        if bool(check.right) == bool(check.change):
            one.fault("left", "at_most、equal、change のどれか1つを書いてください。")
        for key in filter(None, (check.left, check.right)):
            if key not in keys or keys[key].kind != QuestionKind.NUMBER:
                one.fault(
                    "left", f"「{key[:60]}」という数の設問はありません。設問の code を確かめてください。"
                )
        found.append(check)
    return found


def _sections(top: Section, faults: Faults) -> list[made.Section]:
    found: list[made.Section] = []
    known: dict[str, frozenset[str]] = {}
    numbers: set[str] = set()
    for at, node in enumerate(top.rows("sections"), start=1):
        one = Section(node, f"区分{at}", faults, ("title", "questions"), ("lead",))
        questions = []
        for row in one.rows("questions"):
            question = _question(row, known, numbers, faults)
            for value in question.fields:
                if value.key in known:
                    faults.add(row.line, question.code, f"code「{question.code}」の設問が二つあります。")
                known[value.key] = frozenset(value.options)
            if question.kind == QuestionKind.NUMBER:
                numbers.add(question.code)
            questions.append(question)
        found.append(made.Section(one.text("title")[:60], tuple(questions), one.text("lead")[:1000]))
    if sum(len(one.questions) for one in found) > MOST_QUESTIONS:
        top.fault("sections", f"設問は{MOST_QUESTIONS}までにしてください。")
    if not any(one.questions for one in found):
        top.fault("sections", "設問がありません。")
    return found


def _question(
    node: Node, known: Mapping[str, frozenset[str]], numbers: set[str], faults: Faults
) -> made.Question:
    bare = Section(node, "設問", Faults(), ("code", "label", "kind"), None)
    code = bare.text("code")
    one = Section(node, code or "設問", faults, ("code", "label", "kind"), QUESTION_MORE)
    if code and not made.CODE.fullmatch(code):
        one.fault(
            "code",
            "「code」は英小文字で始め、英小文字、数字、_ で30字までにしてください（_ を続けて書けません）。",
        )
    kind = one.word("kind", KINDS, QuestionKind.TEXT)
    for key in one.all():
        if key in QUESTION_MORE and key not in (*OF_KIND[kind], *ALWAYS):
            one.fault(key, f"「{key}」は、種類が「{kind.label}」の設問には書けません。")
    options = _options(one, "options")
    if "options" in OF_KIND[kind] and not options:
        one.fault("options", "選択肢 options を書いてください。")
    rows = _options(one, "rows")
    if kind == QuestionKind.GRID and not rows:
        one.fault("rows", "行 rows を書いてください。")
    columns = _columns(one)
    if kind == QuestionKind.TABLE and not columns:
        one.fault("columns", "列 columns を書いてください。")
    condition, counts_people = one.node("when"), one.flag("counts_people", False)
    least, most = _decimal(one, "least", Decimal(0)), _most(one, counts_people)
    if counts_people and least is not None and least < 0:
        one.fault("least", "人や事業者を数える設問（counts_people）の「least」は、0以上で書いてください。")
    if least is not None and most is not None and most < least:
        one.fault("most", "「most」は「least」以上で書いてください。")
    return made.Question(
        code=code, label=one.text("label")[:300], kind=kind, options=options, rows=rows, columns=columns,
        most_rows=one.whole("most_rows", 10, 1, MOST_TABLE_ROWS) if kind == QuestionKind.TABLE else 0,
        unit=one.text("unit")[:10], least=least, most=most, decimals=one.whole("decimals", 0, 0, 4),
        longest=one.whole("longest", 1000, 1, 10_000), required=one.flag("required", False), help=one.text("help")[:500],
        when=read_condition(condition, known, code, faults) if condition else None, sum_of=_sum_of(one, numbers),
        counts_people=counts_people, base=one.word("base", {"asked": "asked", "answered": "answered"}, "asked"),
        breaks=one.text("breaks")[:200], published=_published(one, options), line=node.line,
    )  # fmt: skip


def _options(section: Section, key: str) -> dict[str, str]:
    node = section.node(key)
    if node is None:
        return {}
    if not node.entries:
        section.fault(key, f"「{key}」は「コード: 文」を並べて書いてください。")
        return {}
    found: dict[str, str] = {}
    for code, line, value in node.entries:
        if not made.OPTION.fullmatch(code):
            section.faults.add(
                line,
                section.place,
                f"「{key}」のコード「{code[:30]}」は英小文字と数字（と一つずつの _）で書いてください。",
            )
        if code in found or not value.text:
            section.faults.add(
                line, section.place, f"「{key}」のコード「{code[:30]}」が二つあるか、文がありません。"
            )
        found[code] = (value.text or "")[:120]
    if len(set(found.values())) != len(found):
        section.fault(key, f"「{key}」に同じ文が二つあります。Excelの調査票で見分けられません。")
    if len(found) > MOST_OPTIONS:
        section.fault(key, f"「{key}」は{MOST_OPTIONS}までにしてください。")
    return found


def _columns(section: Section) -> dict[str, tuple[str, bool]]:
    """`{name: 名称, people: 人数（数）}`: a text that ends in （数） is a number."""
    mark = "（数）"
    return {
        code: (text.removesuffix(mark), text.endswith(mark))
        for code, text in _options(section, "columns").items()
    }


def _decimal(section: Section, key: str, usual: Decimal | None) -> Decimal | None:
    text = plain(section.text(key))
    if not text:
        return usual
    try:
        value = Decimal(text.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(text) > 20:
        section.fault(key, f"「{key}」は数で書いてください（今は「{text[:30]}」）。")
        return usual
    return value


def _most(section: Section, counts_people: bool) -> Decimal | None:
    """A per cent has 100 as its largest where nothing else is said, and persons are not more than there are."""
    usual = Decimal(100) if section.text("unit") in ("%", "％") else MOST_PEOPLE if counts_people else None
    return _decimal(section, "most", usual)


def _sum_of(section: Section, numbers: set[str]) -> tuple[str, ...]:
    parts = tuple(text for _, text in section.texts("sum_of"))
    for text in parts:
        if text not in numbers:
            section.fault("sum_of", f"「{text[:60]}」という数の設問が、この設問より前にありません。")
    return parts


def _published(section: Section, options: Mapping[str, str]) -> dict[str, str]:
    node = section.node("published")
    found = {}
    for code, line, value in (node.entries or ()) if node else ():
        if code not in options:
            section.faults.unknown(line, section.place, code, options)
        if not PERCENT.fullmatch(value.text or ""):
            section.faults.add(
                line,
                section.place,
                f"公表値「{(value.text or '')[:20]}」は 5.1 のような割合（%）で書いてください。",
            )
        found[code] = value.text or ""
    return found
