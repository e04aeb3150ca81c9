"""Kinds of register as data: columns, choices, what must stand together, the period in which they are kept, examples, source.

One table and one form serve all of them; `engine/data/registers/` holds those that come with the house.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused, Faults, Problem, Section, parse, plain
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values import ValueRefused, calendar
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.engine.definition_days import day_of
from yakuba.services.sharing.engine.tables import Cells, Read, filled

FOLDER = Path(__file__).parent / "data/registers"
TEXT, LONG, DAY, DUE, CHOICE, CHOICES, NUMBER, FLAG = "文", "長い文", "日付", "期日", "選択", "複数選択", "数", "はい・いいえ"  # fmt: skip
KINDS = (TEXT, LONG, DAY, DUE, CHOICE, CHOICES, NUMBER, FLAG)
TITLE, EVIDENCE = "件名", "根拠の文書"
YES, NO = "はい", "いいえ"
LONGEST = {TEXT: 200, LONG: 4_000}


@dataclass(frozen=True)
class Column:
    """A column. kind: of KINDS; a 期日 is reminded of; steps: the choices are steps in their order."""

    code: str
    label: str
    kind: str
    options: Sequence[str] = ()
    required: bool = False
    help: str = ""
    listed: bool = True


@dataclass(frozen=True)
class Check:
    """What must stand together. any_of: one of these columns is filled; else: where `column` is `value`, `then` is one of `allowed`
    (filled at all, where these are none)."""

    message: str
    any_of: Sequence[str] = ()
    column: str = ""
    value: str = ""
    then: str = ""
    allowed: Sequence[str] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of register. begins, ends: the days of `dated` (a column) lie between them; a kind that has ended is history."""

    code: str
    title: str
    order: int
    source: str
    help: str
    columns: Sequence[Column]
    checks: Sequence[Check] = ()
    begins: date | None = None
    ends: date | None = None
    dated: str = ""
    examples: Sequence[Mapping[str, str]] = ()

    @property
    def due_columns(self) -> list[Column]:
        """Those that are reminded of."""
        return [one for one in self.columns if one.kind == DUE]

    def column(self, code: str) -> Column:
        """By its code."""
        return next(one for one in self.columns if one.code == code)

    @property
    def table(self) -> tuple[TableColumn, ...]:
        """The columns of a file."""
        return (
            TableColumn(TITLE, required=True),
            *(TableColumn(one.label, required=one.required) for one in self.columns),
            TableColumn(EVIDENCE),
        )


def read_kind(text: str) -> Kind:
    """A kind in a file. Raises DefinitionRefused with every fault by its line."""
    faults = Faults()
    top = Section(parse(text), "", faults, ("符号", "名前", "根拠", "列"), ("順", "説明", "から", "まで", "日付の列", "決まり", "事例"))  # fmt: skip
    columns = tuple(_columns(top, faults))
    known = {one.code: one for one in columns}
    code = plain(top.text("符号"))
    if not (code[:1].isalpha() and code.isascii() and code.replace("-", "").isalnum() and code == code.lower() and len(code) <= 40):  # fmt: skip
        top.fault("符号", "「符号」は英小文字で始め、英小文字、数字、- だけで、40文字までで書いてください。")
    if not columns:
        top.fault("列", "「列」を一つ以上書いてください。")
    dated = top.text("日付の列") if "日付の列" in top else ""
    if dated and (dated not in known or known[dated].kind not in (DAY, DUE)):
        top.fault("日付の列", f"「{dated}」という日付の列がありません。")
    begins, ends = (day_of(top, key) if key in top else None for key in ("から", "まで"))
    if (begins or ends) and not dated:
        top.fault(
            "まで" if ends else "から", "期間を書くときは、どの日付で見るか（日付の列）も書いてください。"
        )
    kind = Kind(
        code, top.text("名前")[:60], top.whole("順", 50, 1, 999), top.text("根拠")[:500], top.text("説明") if "説明" in top else "", columns,
        tuple(_checks(top, faults, known)), begins, ends, dated, tuple(_examples(top, faults, known)),
    )  # fmt: skip
    if faults.found:
        raise DefinitionRefused(faults.found)
    return kind


def _columns(top: Section, faults: Faults) -> Iterator[Column]:
    seen: set[str] = set()
    labels = {TITLE, EVIDENCE}
    for at, node in enumerate(top.rows("列"), start=1):
        one = Section(
            node, f"{at}番目の列", faults, ("符号", "名前", "種類"), ("選択肢", "必須", "説明", "一覧")
        )
        code, label = plain(one.text("符号")), one.text("名前")
        kind = one.word("種類", {word: word for word in KINDS}, TEXT)
        options = tuple(word for _, word in one.texts("選択肢"))
        if not (code.replace("_", "").isalnum() and code.isascii() and code[:1].isalpha()):
            one.fault("符号", "列の「符号」は英字で始め、英数字と _ だけで書いてください。")
        if code in seen or label in labels:
            one.fault("符号", f"「{label or code}」という列が二つあります。")
        if kind in (CHOICE, CHOICES) and not options:
            one.fault("種類", f"「{kind}」には「選択肢」を書いてください。")
        seen.add(code)
        labels.add(label)
        yield Column(code, label, kind, options, one.flag("必須", False), one.text("説明") if "説明" in one else "", one.flag("一覧", True))  # fmt: skip


def _checks(top: Section, faults: Faults, known: Mapping[str, Column]) -> Iterator[Check]:
    for at, node in enumerate(top.rows("決まり"), start=1):
        one = Section(node, f"{at}番目の決まり", faults, ("文",), ("どれか", "列", "が", "ならば", "は"))
        any_of = tuple(word for _, word in one.texts("どれか"))
        column, value, then = (one.text(key) if key in one else "" for key in ("列", "が", "ならば"))
        for name in (*any_of, *(word for word in (column, then) if word)):
            if name not in known:
                one.fault("文", f"「{name}」という列がありません。")
        if bool(any_of) == bool(column):
            one.fault("文", "「どれか」か、「列・が・ならば」のどちらかを書いてください。")
        yield Check(one.text("文"), any_of, column, value, then, tuple(word for _, word in one.texts("は")))


def _examples(top: Section, faults: Faults, known: Mapping[str, Column]) -> Iterator[Mapping[str, str]]:
    for at, node in enumerate(top.rows("事例"), start=1):
        one = Section(node, f"{at}番目の事例", faults, (TITLE,), None)
        for name in one.all():
            if name != TITLE and name not in known:
                one.fault(name, f"「{name}」という列がありません。")
        yield {name: one.text(name) for name in one.all()}


def canonical(column: Column, text: str) -> str:
    """What is kept of a cell: a day as 2026-04-01, choices as they are called, a number without commas. Raises Invalid."""
    given = text.strip()
    if not given:
        if column.required:
            raise Invalid(f"{column.label}が空です。書いてください。")
        return ""
    try:
        return _canonical(column, given)
    except (BadRow, ValueRefused) as error:
        raise Invalid(f"{column.label}：{error}") from None


def _canonical(column: Column, given: str) -> str:
    if column.kind in (DAY, DUE):
        return calendar.read_date(given).isoformat()
    if column.kind == NUMBER:
        return f"{cells.number(given, column.label):f}"
    if column.kind == FLAG:
        words = {YES: YES, NO: NO, "○": YES, "×": NO, "有": YES, "無": NO}
        if given not in words:
            raise BadRow("「はい」か「いいえ」で書いてください。")
        return words[given]
    if column.kind == CHOICE:
        return _option(column, given)
    if column.kind == CHOICES:
        parts = [part.strip() for part in given.replace("\n", "、").split("、") if part.strip()]
        return "、".join(dict.fromkeys(_option(column, part) for part in parts))
    longest = LONGEST[column.kind]
    if len(given) > longest:
        raise BadRow(f"{longest:,}文字までで書いてください。")
    return given if column.kind == LONG else " ".join(given.split())


def _option(column: Column, given: str) -> str:
    if given in column.options:
        return given
    numbered = [one for one in column.options if plain(one)[:2].rstrip(".． ") == plain(given)]
    if len(numbered) == 1:
        return numbered[0]
    raise BadRow(f"「{given[:30]}」は選べません。{'、'.join(column.options)} のどれかにしてください。")


def problems(kind: Kind, values: Mapping[str, str]) -> list[str]:
    """What of an entry does not hold together, in the words of the kind."""
    found = []
    for one in kind.checks:
        if one.any_of:
            if not any(values.get(name) not in (None, "", NO) for name in one.any_of):
                found.append(one.message)
        elif values.get(one.column, "") == one.value:
            then = values.get(one.then, "")
            if not then or (one.allowed and then not in one.allowed):
                found.append(one.message)
    day = values.get(kind.dated, "") if kind.dated else ""
    if day and kind.ends and date.fromisoformat(day) > kind.ends:
        found.append(
            f"この台帳は{calendar.written(kind.ends)}までのものです。そのあとは国の法律によるので、ここには書けません。"
        )
    if day and kind.begins and date.fromisoformat(day) < kind.begins:
        found.append(f"この台帳は{calendar.written(kind.begins)}からのものです。")
    return found


def due_on(kind: Kind, values: Mapping[str, str]) -> date | None:
    """The first of its days that are reminded of; None without."""
    days = [date.fromisoformat(day) for one in kind.due_columns if (day := values.get(one.code))]
    return min(days, default=None)


@dataclass(frozen=True)
class Entry:
    """A row of a table."""

    title: str
    values: Mapping[str, str]
    evidence: str


def read(rows: Iterable[Row], kind: Kind, there: Mapping[str, Entry]) -> Read:
    """The entries of a table. there: by title, as they stand; a column that the table has not, or that is empty in all of its rows,
    takes nothing from them."""
    found, seen, wanted = Read(), set[str](), list(rows)
    told = {name for row in wanted for name in row.cells}
    for row in wanted:
        one = Cells(row, found.problems)
        title = one.read(TITLE, lambda text: filled(text, TITLE))
        before = there.get(title or "")
        values: dict[str, Any] = {}
        for column in kind.columns:
            if before is not None and column.label not in told:
                values[column.code] = before.values.get(column.code, "")
                continue
            try:
                values[column.code] = canonical(column, row.get(column.label))
            except Invalid as error:
                one.fault(column.label, str(error))
        if title and title in seen:
            one.fault(TITLE, "同じ件名の行が前にもあります。件名を分けてください。")
        if not one.faults:
            for sentence in problems(kind, values):
                one.fault(TITLE, sentence)
        if not one.faults and title:
            seen.add(title)
            evidence = (
                before.evidence if before is not None and EVIDENCE not in told else row.get(EVIDENCE)[:300]
            )
            found.rows.append(Entry(title, values, evidence))
    return found


@cache
def bundled() -> Mapping[str, tuple[str, Kind]]:
    """The kinds that come with the house: code → its text and the kind."""
    texts = (path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.yaml")))
    return {kind.code: (text, kind) for text in texts for kind in [read_kind(text)]}


__all__ = [
    "Check",
    "Column",
    "Entry",
    "Kind",
    "Problem",
    "bundled",
    "canonical",
    "due_on",
    "problems",
    "read",
    "read_kind",
]
