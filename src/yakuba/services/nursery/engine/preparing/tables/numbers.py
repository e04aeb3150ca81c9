"""Receipt numbers as they were before a spreadsheet took them for amounts: their check digits tell whether zeros are gone."""

from __future__ import annotations

from yakuba.kernel.tables.reading import BadRow
from yakuba.kernel.tables.spoilt import AS_TEXT, unspoilt
from yakuba.kernel.values.receipt_numbers import check_digits

RECEIPT_NUMBER = "receipt_number"  # the ledger's type: 10 digits, the last two of them check digits
DIGITS = 10


def receipt_number(text: str, kind: str = "") -> str:
    """The number in its one form. kind: the type of the procedure's field 受付番号, which says how it is checked; of
    another kind only what a spreadsheet did to it is seen. Raises BadRow."""
    number = unspoilt(text, "受付番号")
    if kind == RECEIPT_NUMBER and not _holds(number):
        raise BadRow(_why(number))
    if kind != RECEIPT_NUMBER and _lost_zeros(number):
        raise BadRow(_why(number))
    return number


def _holds(number: str) -> bool:
    if len(number) != DIGITS or not (number.isascii() and number.isdigit()):
        return False
    return number[8:] == check_digits(number[:8])


def _lost_zeros(number: str) -> bool:
    """Whether it is a receipt number whose leading zeros are gone: with them its check digits are right."""
    return 7 <= len(number) < DIGITS and number.isdigit() and _holds(number.zfill(DIGITS))


def _why(number: str) -> str:
    if number.isdigit() and len(number) < DIGITS:
        meant = f"（{number.zfill(DIGITS)} ではありませんか）" if _lost_zeros(number) else ""
        return (
            f"受付番号「{number}」は{len(number)}桁です。{DIGITS}桁のはずです。表計算ソフトで先頭の0が消えていませんか"
            f"{meant}。{AS_TEXT}"
        )
    if not number.isdigit() or len(number) != DIGITS:
        return f"受付番号「{number}」は{DIGITS}桁の数字ではありません。申込書を見て直してください。"
    return f"受付番号「{number}」は検査数字（下2桁）が合いません。打ち間違いがないか、申込書を見て直してください。"
