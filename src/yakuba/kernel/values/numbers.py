"""Numbers (金額, 時間, 人数) and strings of digits (番号)."""

from __future__ import annotations

import re
from collections.abc import Callable

from yakuba.kernel.values.characters import compose, narrow
from yakuba.kernel.values.field_type import Example, FieldType, Script
from yakuba.kernel.values.refusal import ValueRefused

_HYPHENS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_MONEY = re.compile(r"^(?:金|[\\¥￥])\s*|\s*円也?$")
LONGEST = 18  # digits
_GROUPED = re.compile(r"[0-9](?:[- ー]?[0-9])*")  # parted anywhere
_NUMBER = re.compile(r"([-+△▲]?)\s*([0-9]+|[0-9]{1,3}(?:[,、][0-9]{3})+|[0-9]{1,3}(?: [0-9]{3})+)")


def read_number(text: str) -> str:
    """A whole number of at most 18 digits without separators or leading zeros, `-` in front of a negative one (-500,
    △500, ▲500); the empty string for nothing. Separators stand before groups of three digits. Raises ValueRefused for
    everything else, also for (500), which some read as minus 500 and others as a remark."""
    plain = narrow(compose(text)).translate(_HYPHENS).strip()
    if not plain:
        return ""
    sign, rest = (plain[0], plain[1:]) if plain[0] in "-△▲" else ("", plain)
    found = _NUMBER.fullmatch(_MONEY.sub("", rest.strip()))
    if found is None or (sign and found[1]) or len(re.sub("[^0-9]", "", found[2])) > LONGEST:
        raise ValueRefused(
            f"「{text.strip()[:30]}」は整数として読めません。1200 か 1,200 のように数字で入力してください。"
            "負の数は -500 と書きます。"
        )
    number = int(re.sub(r"[,、 ]", "", found[2]))
    return str(-number if (sign or found[1]) not in ("", "+") else number)


def shown_number(value: str) -> str:
    """A canonical number with separators: 1,234,567. Anything else as it is."""
    return f"{int(value):,}" if re.fullmatch(r"-?[0-9]+", value) else value


def read_digits(text: str) -> str:
    """Digits only, leading zeros kept; blanks between them carry no meaning. Raises ValueRefused: a hyphen may part two
    numbers, so it is not left out."""
    digits = re.sub(r"\s+", "", narrow(compose(text)))
    if not re.fullmatch(r"[0-9]*", digits):
        raise ValueRefused("この欄は数字だけで入力してください（ハイフンや記号は入りません）。")
    return digits


def read_grouped(text: str, pattern: re.Pattern[str], refusal: str) -> str:
    """The digits of a number whose groups may be parted in the ways that `pattern` allows. Raises ValueRefused."""
    plain = narrow(compose(text)).translate(_HYPHENS).strip()
    if plain and not pattern.fullmatch(plain):
        raise ValueRefused(refusal)
    return re.sub(r"[^0-9]", "", plain)


def read_checked(text: str, called: str, length: int, right: Callable[[str], bool], otherwise: str) -> str:
    """A number that checks itself: `length` digits, parted anywhere, for which `right` holds; the empty string for
    nothing. Raises ValueRefused, whose sentences begin with what the number is called and never say it; `otherwise` is
    the rest of the one for a failed check."""
    digits = read_grouped(text, _GROUPED, f"{called}は{length}けたの数字で入力してください。")
    if digits and len(digits) != length:
        raise ValueRefused(f"{called}は{length}けたです（入力は{len(digits)}けた）。")
    if digits and not right(digits):
        raise ValueRefused(f"{called}の{otherwise}")
    return digits


NUMBER = FieldType(
    code="number",
    label="数値",
    read=read_number,
    show=shown_number,
    formats={"桁区切り": lambda value: shown_number(read_number(value))},
    order=int,
    script=Script.DIGITS,
    is_number=True,
    longest=12,
    inputmode="numeric",
    pattern="-?[1-9][0-9]{0,17}|0",
    examples=(Example("１，２００円", "1200", "1,200"), Example("△500", "-500", "-500")),
)
DIGITS = FieldType(
    code="digits",
    label="番号",
    help="数字だけです。先頭の0も入れます。",
    read=read_digits,
    free=True,
    script=Script.DIGITS,
    longest=20,
    inputmode="numeric",
    pattern="[0-9]+",
    examples=(Example("００１２３", "00123", "00123"),),
)
