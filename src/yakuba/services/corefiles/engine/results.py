"""What a core system says of the cases that it was given: a table with 受付番号, 登録番号 and 理由."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Invalid
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
GIVEN = ("登録番号", "理由")  # without either a table says of no case what became of it
MOST_RESULTS = 20_000  # lines; a file has a tenth of it
_LONG = re.compile(r"0*([1-9][0-9]{5,}(?:-[0-9]+)?)")
# Reasons that are none, each as a whole cell.
TAKEN_IN = frozenset(
    map(
        comparable,
        (
            *(
                "正常",
                "正常終了",
                "正常登録",
                "正常処理",
                "正常取込",
                "成功",
                "登録成功",
                "取込成功",
                "完了",
                "処理完了",
            ),
            *("登録完了", "取込完了", "登録済", "登録済み", "取込済", "取込済み", "OK", "SUCCESS", "NORMAL"),
            *(
                "なし",
                "無し",
                "エラーなし",
                "エラー無し",
                "異常なし",
                "異常無し",
                "-",
                "―",
                "0",
                "00",
                "000",
                "0000",
            ),
        ),
    )
)


@dataclass(frozen=True)
class Result:
    """What the core system said of a case. number: under which it stands there now, empty where none was given; refused:
    why it was not taken in, empty where it was."""

    receipt_number: str
    number: str = ""
    refused: str = ""

    @property
    def key(self) -> str:
        """The receipt number as far as a spreadsheet leaves it: without the zeros at its beginning."""
        return key_of(self.receipt_number)


def key_of(receipt_number: str) -> str:
    """What of a receipt number is left when a spreadsheet has taken it for a number; a short one stays as it is."""
    found = _LONG.fullmatch(receipt_number)
    return found[1] if found else receipt_number


def read(rows: Iterable[Row], headings: Collection[str] = GIVEN) -> tuple[list[Result], list[Problem]]:
    """The results, and every line that says none: without a receipt number, with both a number and a reason, with neither
    where the table has no column of reasons, or of a case of which two lines speak (neither of them is believed).

    headings: those of the table, as the reader knows them. Raises Invalid for a table that cannot say what became of a case, and for one of more than `MOST_RESULTS` lines.
    """
    told = list(islice(rows, MOST_RESULTS + 1))
    if len(told) > MOST_RESULTS:
        raise Invalid(
            f"結果の表が{MOST_RESULTS:,}行を超えています。この連携ファイルの受付の行だけにしてください。"
        )
    if not set(headings).intersection(GIVEN):
        raise Invalid(
            "「登録番号」の列も「理由（エラー）」の列もないので、取り込まれたかどうかがわかりません。"
            "どの列がそれかを選んでください。表がないときは「全部取り込まれた」を押します。"
        )
    found: dict[str, Result] = {}
    twice: set[str] = set()
    problems: list[Problem] = []
    for row in told:
        try:
            one = _result(row, reasons="理由" in headings)
        except BadRow as error:
            problems.append(Problem(row.line, "", str(error)))
            continue
        if one.key in found:
            twice.add(one.key)
            problems.append(
                Problem(row.line, "受付番号", f"「{one.receipt_number}」が二度あるので、どちらも使いません。")
            )
        found[one.key] = one
    return [one for key, one in found.items() if key not in twice], problems


def _result(row: Row, *, reasons: bool) -> Result:
    receipt_number = WIDTHS["半角"](row.get("受付番号")).strip()
    number, reason = row.get("登録番号").strip(), row.get("理由").strip()
    if comparable(reason).rstrip("。.") in TAKEN_IN:
        reason = ""
    if not receipt_number:
        raise BadRow("受付番号がありません。")
    if number and reason:
        raise BadRow("登録番号と理由の両方があります。取り込まれたかどうか、どちらかにしてください。")
    if not number and not reasons:
        raise BadRow("登録番号がなく、理由の列もないので、取り込まれたかどうかがわかりません。")
    return Result(receipt_number, number, reason)
