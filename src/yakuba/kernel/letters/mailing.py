"""The mailing file (差込・封入用): a row a letter, in the order of the PDF's pages, each with the mark of its page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from yakuba.kernel.definitions import Problem
from yakuba.kernel.letters.letter import Addressee, Mark, Marked, read_mark, seal
from yakuba.kernel.tables import reading
from yakuba.kernel.tables.spreadsheets import Table, Value
from yakuba.kernel.values.cp932 import GETA

PAGE, POSTAL_CODE, ADDRESS, NAME, TITLE, MARK = "頁", "郵便番号", "住所", "宛名", "敬称", "照合符号"
HEAD = (PAGE, POSTAL_CODE, ADDRESS, NAME, TITLE)


def table(title: str, letters: Sequence[Marked], more: Mapping[str, Sequence[str]] | None = None) -> Table:
    """The rows. more: heading → a text for each letter, put before the mark."""
    columns = more or {}
    rows: list[Sequence[Value]] = []
    for at, one in enumerate(letters):
        who = one.letter.addressee
        own: tuple[Value, ...] = (one.mark.sequence, who.postal_code, who.address, who.name, who.title)
        rows.append((*own, *(texts[at] for texts in columns.values()), str(one.mark)))
    return Table(title, (*HEAD, *columns, MARK), rows)


def read_marks(data: bytes) -> tuple[list[Mark], list[Problem]]:
    """The marks of a mailing file (CSV or Excel) in the order of its rows, and every row that does not hold: without a
    mark, or with another person's address. A row with 〓 is taken at its word, because its texts are not whole."""
    problems: list[Problem] = []
    marks = []
    for row in reading.rows(data, (MARK, NAME), problems):
        mark = read_mark(row.get(MARK))
        if mark is None:
            problems.append(
                Problem(row.line, MARK, "照合符号が読めません。宛名の一覧を取り出し直してください。")
            )
            continue
        marks.append(mark)
        who = Addressee(row.get(NAME), row.get(POSTAL_CODE), row.get(ADDRESS))
        whole = GETA not in f"{who.name}{who.address}"
        if whole and seal(mark.recipient, who) != mark.seal:
            reason = (
                f"「{mark.recipient}」の宛名か住所が、作ったときと違います。一部の列だけを並べ替えていませんか。"
                "宛名の一覧を取り出し直してください。"
            )
            problems.append(Problem(row.line, ADDRESS, reason))
    return marks, problems
