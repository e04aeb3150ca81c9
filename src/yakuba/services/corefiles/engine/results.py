"""What a core system says of the cases that it was given: a table with 受付番号, 登録番号 and 理由."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from yakuba.kernel.definitions import Problem
from yakuba.kernel.tables.columns import Column
from yakuba.kernel.tables.reading import BadRow, Row
from yakuba.kernel.values.characters import comparable
from yakuba.kernel.values.widths import WIDTHS

COLUMNS = (
    Column("受付番号", required=True),
    Column("登録番号", ("番号", "整理番号")),
    Column("理由", ("エラー", "エラー内容")),
)
REQUIRED = ("受付番号",)
TAKEN_IN = frozenset(map(comparable, ("正常", "成功", "OK", "なし", "0", "00")))  # reasons that are none


@dataclass(frozen=True)
class Result:
    """What the core system said of a case. number: under which it stands there now, empty where none was given; refused:
    why it was not taken in, empty where it was."""

    receipt_number: str
    number: str = ""
    refused: str = ""


def read(rows: Iterable[Row]) -> tuple[list[Result], list[Problem]]:
    """The results, and every line that says none: without a receipt number, with both a number and a reason, or of a case
    of which two lines speak (neither of them is believed)."""
    found: dict[str, Result] = {}
    twice: set[str] = set()
    problems: list[Problem] = []
    for row in rows:
        try:
            one = _result(row)
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
            continue
        if one.receipt_number in found:
            twice.add(one.receipt_number)
            problems.append(
                Problem(row.line, "受付番号", f"「{one.receipt_number}」が二度あるので、どちらも使いません。")
            )
        found[one.receipt_number] = one
    return [one for number, one in found.items() if number not in twice], problems


def _result(row: Row) -> Result:
    receipt_number = WIDTHS["半角"](row.get("受付番号")).strip()
    number, reason = row.get("登録番号").strip(), row.get("理由").strip()
    if comparable(reason) in TAKEN_IN:
        reason = ""
    if not receipt_number:
        raise BadRow("受付番号がありません。")
    if number and reason:
        raise BadRow("登録番号と理由の両方があります。取り込まれたかどうか、どちらかにしてください。")
    return Result(receipt_number, number, reason)
