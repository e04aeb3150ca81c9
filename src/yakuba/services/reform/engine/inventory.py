"""A table of tasks (業務棚卸し) → the tasks, what was understood in which way, and what is wrong by line and column. Pure
Python.

One way for the page's rows, for what was pasted out of a spreadsheet, and for files. A row with one bad cell is left out, and no
other; a sum that does not add up is told and costs no row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from yakuba.kernel.refusals import Problem
from yakuba.kernel.tables.columns import Column, known, renaming
from yakuba.kernel.tables.reading import ERROR, Row
from yakuba.kernel.values.characters import comparable
from yakuba.services.reform.contracts import Core, Judgement, Medium, Routine, StaffKind, TaskRow, Zone
from yakuba.services.reform.engine import cells

PROCESS, STEP, TASK, CLASS, STAFF = "業務", "工程", "作業", "事務分類", "実施者"
CASES, MINUTES, CORE, ROUTINE, JUDGEMENT = "件数/年", "分/件", "コア", "定型", "判断"
MEDIUM, EXCEPTIONS, ZONE, MONTHS, HOURS, NUMBER = "媒体", "例外率", "区分", "月", "時間/年", "番号"
COLUMNS = (
    Column(PROCESS, ("業務名", "事務事業", "事務名", "業務名称"), required=True),
    Column(STEP, ("工程名", "プロセス", "手順")),
    Column(TASK, ("作業名", "作業内容", "作業名称"), required=True),
    Column(CLASS, ("分類", "作業分類", "事務の分類")),
    Column(STAFF, ("実施主体", "担当", "担当者", "職員区分")),
    Column(CASES, ("件数", "年間件数", "件数（年）", "処理件数", "年間処理件数")),
    Column(
        MINUTES,
        ("分", "1件あたりの時間", "1件あたり（分）", "処理時間", "単位時間", "所要時間", "時間（分）"),
    ),
    Column(CORE, ("コア/ノンコア", "コア・ノンコア", "コア業務")),
    Column(ROUTINE, ("定型/非定型", "定型・非定型", "定型性")),
    Column(JUDGEMENT, ("判断の有無", "判断要否")),
    Column(MEDIUM, ("書類の形", "入力媒体", "紙/電子")),
    Column(EXCEPTIONS, ("例外率（%）", "例外", "例外の割合")),
    Column(ZONE, ("三層", "ネットワーク", "系")),
    Column(MONTHS, ("時期", "繁忙月", "実施月", "繁忙期")),
    Column(HOURS, ("年間時間", "年間業務量", "業務量", "時間（年）", "年間時間数")),
    Column(NUMBER, ("No", "No.", "NO", "連番", "項番")),
)
GIVEN = tuple(one.name for one in COLUMNS[:14])  # what a person fills in, in the order of the page
TOTALS = ("合計", "小計", "計", "総計", "総合計")
YES, NO = ("○", "〇", "◯", "有", "あり", "はい"), ("×", "✕", "無", "なし", "いいえ")
ALSO: dict[str, dict[str, str]] = {
    STAFF: {"正規": "regular", "正職員": "regular", "職員": "regular", "常勤": "regular", "会計年度": "appointed",
            "臨時": "appointed", "非常勤": "appointed", "パート": "appointed", "委託": "contractor", "業者": "contractor"},
    CORE: dict.fromkeys((*YES, "コア業務"), "core") | dict.fromkeys((*NO, "非コア", "ノンコア業務"), "noncore"),
    ROUTINE: dict.fromkeys((*YES, "定型的"), "routine") | dict.fromkeys(("△", "一部"), "partly") | dict.fromkeys(NO, "not"),
    JUDGEMENT: {"×": "none", "無": "none", "無し": "none", "不要": "none", "基準": "rules", "基準による": "rules", "裁量": "discretion"},
    MEDIUM: {"紙媒体": "paper", "書類": "paper", "電子": "data", "データ": "data", "システム": "data", "紙・電子": "both",
             "紙/電子": "both", "両方": "both", "窓口": "in_person"},
    ZONE: {"個人番号": "my_number", "マイナンバー系": "my_number", "番号系": "my_number", "基幹系": "my_number", "LGWAN": "lgwan",
           "LGWAN系": "lgwan", "情報系": "lgwan", "インターネット": "internet", "インターネット系": "internet", "なし": "none"},
}  # fmt: skip
KINDS: dict[str, Any] = {
    STAFF: StaffKind, CORE: Core, ROUTINE: Routine, JUDGEMENT: Judgement, MEDIUM: Medium, ZONE: Zone,
}  # fmt: skip
TITLE_LINES, TITLE_CELLS = 10, 3  # above the headings; more filled cells are values
UNCLOSED = '引用符（"）で始まる欄が閉じていないので、ここの行を読めません。引用符を消してから写してください。'
ALL_OR_ONE = (
    "「1」は、1%か100%か分かりません（ほかの行に0.05のような値があります）。%を付けて書いてください。"
)
TOLERANCE = Decimal("0.051")  # hours: a sum that was written with one decimal


@dataclass(frozen=True)
class Read:
    """What one row says. row: None where a cell cannot be used; faults: column → sentence; notes: how something was read."""

    row: TaskRow | None
    faults: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()


@dataclass
class Table:
    """What a table says. rows: line → task; notes and problems: each with its line."""

    rows: dict[int, TaskRow] = field(default_factory=dict)
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_row(given: Mapping[str, str], classes: Mapping[str, str]) -> Read:
    """One row by column. classes: comparable name → name of the town's classes."""
    faults: dict[str, str] = {}
    notes: list[str] = []

    def take(column: str, reader: Callable[[str], tuple[Any, str]]) -> Any:
        try:
            text = given.get(column, "")
            if ERROR.fullmatch(text.strip()):
                raise cells.BadCell(
                    f"「{text.strip()}」は表計算ソフトのエラーです。もとの値を書いてください。"
                )
            value, note = reader(text)
        except cells.BadCell as error:
            faults[column] = str(error)
            return None
        if note:
            notes.append(f"{column}：{note}")
        return value

    def word(column: str) -> str:
        return take(column, lambda text: (cells.chosen(text, KINDS[column], ALSO[column]), "")) or ""

    row = TaskRow(
        process=take(PROCESS, lambda text: (_named(text, PROCESS), "")) or "",
        step=take(STEP, lambda text: (cells.name(text, STEP), "")) or "",
        task=take(TASK, lambda text: (_named(text, TASK), "")) or "",
        work_class=take(CLASS, lambda text: (_class_of(text, classes), "")) or "",
        staff=word(STAFF),
        cases=take(CASES, cells.cases),
        minutes=take(MINUTES, cells.minutes),
        core=word(CORE),
        routine=word(ROUTINE),
        judgement=word(JUDGEMENT),
        medium=word(MEDIUM),
        exceptions=take(EXCEPTIONS, cells.exceptions),
        zone=word(ZONE),
        months=take(MONTHS, cells.months) or "",
    )
    if not faults and (told := _sum_of_row(given.get(HOURS, ""), row)):
        faults[HOURS] = told
    return Read(None if faults else row, faults, notes)


def read_table(rows: Iterable[Row], classes: Mapping[str, str], told: Table | None = None) -> Table:
    """All rows. 業務 and 工程 that stand only in the first of several rows (merged cells) hold for those below. told: what was
    said before of rows that were left out."""
    table, reader, all_rows = told or Table(), _Reader(), list(rows)
    reader.broken = bool(table.problems)
    reader.fractions = any(cells.is_fraction(row.get(EXCEPTIONS)) for row in all_rows)
    for row in all_rows:
        reader.take(row, classes, table)
    return table


def pasted(text: str, told: Table) -> list[Row]:
    """What was copied out of a spreadsheet, by column. Cells are divided by tabs, in quotes where they hold a line break. The
    headings may stand below a title, and again above a second table, whose columns may have another order. Without any the
    columns are those of the page, in its order. What is in no column is put into `told`, and its row left out."""
    found: list[Row] = []
    lines = _lines(text, told)
    begins = next((at for at, (_, line) in enumerate(lines[:TITLE_LINES]) if _is_head(line)), None)
    head = list(GIVEN)
    for at, (number, line) in enumerate(lines):
        if begins is not None and at < begins:
            reason = "見出しの上にあるので、取り込みません。作業の行なら、見出しの下に移してください。"
            where = told.problems if sum(map(bool, line)) > TITLE_CELLS else told.notes
            where.append(Problem(number, line[0][:30], reason))
        elif _is_head(line):
            head = _head(number, line, told)
            if at != begins:
                told.notes.append(
                    Problem(
                        number, "見出し", "見出しの行がもう一度あるので、ここから下はこの見出しで読みました。"
                    )
                )
        elif outside := [
            cell for place, cell in enumerate(line) if cell and not "".join(head[place : place + 1])
        ]:
            reason = (
                f"「{outside[0][:20]}」は、どの列のものか分かりません。見出しの行も一緒に写してください。"
            )
            told.problems.append(Problem(number, "見出し", reason))
        else:
            cells = zip(head, line, strict=False)
            found.append(Row(number, {name: cell for name, cell in cells if name and cell}))
    return found


def _lines(text: str, told: Table) -> list[tuple[int, list[str]]]:
    """The lines in which anything stands, each with its number."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    reader = csv.reader(io.StringIO(plain), delimiter="\t")
    found: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, record in enumerate(reader, 1):
            if any("\t" in cell for cell in record):
                told.problems.append(Problem(number, "", UNCLOSED))
            elif any(line := [" ".join(cell.split()) for cell in record]):
                found.append((number, line))
    except csv.Error:
        told.problems.append(Problem(number + 1, "", UNCLOSED))
    return found


def _is_head(line: Sequence[str]) -> bool:
    found = known(line, COLUMNS, {})
    return (TASK in found and len(found) > 1) or len(found) > 2


def _head(number: int, line: Sequence[str], told: Table) -> list[str]:
    found = known(line, COLUMNS, {})
    names = renaming(line, COLUMNS, found)
    unused = [cell for cell in line if cell and cell not in found.values()]
    twice = sorted({cell for cell in line if cell and line.count(cell) > 1})
    if unused:
        told.notes.append(Problem(number, "見出し", f"「{'」「'.join(unused)[:200]}」は使わない列です。"))
    if twice:
        reason = f"「{'」「'.join(twice)}」の列が二つあります。右の列の値を読みました。"
        told.problems.append(Problem(number, "見出し", reason))
    return [names.get(cell, cell) for cell in line]


def key_of(row: TaskRow) -> tuple[str, str, str]:
    """By which a task is the same one."""
    return comparable(row.process), comparable(row.step), comparable(row.task)


class _Reader:
    """Goes through a table from its first row to its last."""

    def __init__(self) -> None:
        self.process = self.step = ""
        self.seen: dict[tuple[str, str, str], int] = {}
        self.since = self.all = Decimal(0)  # hours since the last subtotal, and in all
        self.broken = False  # a row was left out, so no sum can be looked at
        self.fractions = False  # shares are parts of 1, so that a 1 may be all of it
        self.number: int | None = None

    def take(self, row: Row, classes: Mapping[str, str], table: Table) -> None:
        if total := self._total_in(row):
            self._check_total(row, total, table)
            return
        self._check_number(row, table)
        given = self._filled(row)
        read = read_row(given, classes)
        if self.fractions and cells.bare(given.get(EXCEPTIONS, "")) == "1":
            read = Read(None, {**read.faults, EXCEPTIONS: ALL_OR_ONE})
        place = given.get(TASK, "")[:30]
        table.notes += [Problem(row.line, place, note) for note in read.notes]
        table.problems += [Problem(row.line, column, fault) for column, fault in read.faults.items()]
        if read.row is None:
            self.broken = True
        elif not self._is_twice(row.line, read.row, table):
            table.rows[row.line] = read.row
            hours = (read.row.minutes_a_year or Decimal(0)) / 60
            self.since += hours
            self.all += hours

    def _filled(self, row: Row) -> dict[str, str]:
        """With 業務 and 工程 of the row above where this one leaves them out."""
        given = dict(row.cells)
        if given.get(PROCESS):
            if comparable(given[PROCESS]) != comparable(self.process):
                self.step = ""
            self.process = given[PROCESS]
        elif given.get(TASK) and self.process:
            given[PROCESS] = self.process
        if given.get(STEP):
            self.step = given[STEP]
        elif given.get(TASK) and self.step and not row.get(PROCESS):
            given[STEP] = self.step
        return given

    def _is_twice(self, line: int, row: TaskRow, table: Table) -> bool:
        key = key_of(row)
        before = self.seen.setdefault(key, line)
        if before == line:
            return False
        if table.rows[before] == row:
            table.notes.append(
                Problem(line, row.task[:30], f"{before}行目と同じ行なので、一度だけ数えます。")
            )
        else:
            told = f"同じ業務と工程に、同じ名前の作業が{before}行目にもあり、値が違います。名前を変えるか、一つにまとめてください。"
            table.problems.append(Problem(line, TASK, told))
        return True

    def _total_in(self, row: Row) -> str:
        return next(
            (word for name in (PROCESS, STEP, TASK) if (word := comparable(row.get(name))) in TOTALS), ""
        )

    def _check_total(self, row: Row, word: str, table: Table) -> None:
        counted = self.since if word == "小計" else self.all
        self.since = Decimal(0)
        try:
            stated = cells.hours(row.get(HOURS))
        except cells.BadCell as error:
            table.problems.append(Problem(row.line, HOURS, str(error)))
            return
        if stated is None:
            return
        if self.broken:
            told = f"「{word}」の行です。読めない行があるので、合うかどうかは確かめていません。"
            table.notes.append(Problem(row.line, HOURS, told))
        elif abs(stated - counted) > max(TOLERANCE, TOLERANCE * len(table.rows) / 2):
            told = f"「{word}」は{_hours(stated)}時間とありますが、上の行を足すと{_hours(counted)}時間です。足りない行がないか確かめてください。"
            table.problems.append(Problem(row.line, HOURS, told))

    def _check_number(self, row: Row, table: Table) -> None:
        text = cells.bare(row.get(NUMBER))
        if not (text.isascii() and text.isdigit() and len(text) < 9):
            return
        number = int(text)
        if self.number is not None and number > self.number + 1:
            first, last = self.number + 1, number - 1
            which = f"{first}" if first == last else f"{first}から{last}"
            told = f"番号が{self.number}から{number}に飛んでいます。{which}の行が抜けていないか確かめてください。"
            table.problems.append(Problem(row.line, NUMBER, told))
        self.number = number


def _named(text: str, what: str) -> str:
    found = cells.name(text, what)
    if not found:
        raise cells.BadCell(f"{what}の名前を書いてください。")
    return found


def _class_of(text: str, classes: Mapping[str, str]) -> str:
    word = comparable(text)
    if not word or text.strip() in cells.NOT_KNOWN:
        return ""
    if word not in classes:
        raise cells.BadCell(
            f"事務分類「{text.strip()[:20]}」はありません。あるのは {'、'.join(classes.values())} です。"
        )
    return classes[word]


def _sum_of_row(text: str, row: TaskRow) -> str:
    """Why the hours that stand in the row are not its cases and minutes; empty where they are."""
    try:
        stated = cells.hours(text)
    except cells.BadCell as error:
        return str(error)
    counted = row.minutes_a_year
    if stated is None or counted is None or abs(stated - counted / 60) <= max(TOLERANCE, stated / 200):
        return ""
    return (
        f"{_hours(stated)}時間とありますが、件数{cells.trimmed(row.cases or Decimal(0))}×{cells.trimmed(row.minutes or Decimal(0))}分は"
        f"{_hours(counted / 60)}時間です。どちらが正しいか確かめてください。"
    )


def _hours(value: Decimal) -> str:
    return f"{value:,.1f}"
