"""One cell of a work inventory → its value, read where it is clear and refused with a sentence where it is not. Pure Python.

Every reader gets the cell as it was typed and gives the value and a note, which says how it was understood where somebody
could have meant something else; the note is empty where there is no doubt. An empty cell is None: not known yet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from yakuba.kernel.values.characters import compose, narrow
from yakuba.kernel.values.labelled import Labelled

NUMBER = r"\d{1,12}(?:\.\d{1,6})?"
PLAIN = re.compile(NUMBER)
CLOCK = re.compile(r"(\d{1,5}):([0-5]\d)(?::([0-5]\d))?")
WORDED = re.compile(
    rf"(?:({NUMBER})(?:時間|h))?(?:({NUMBER})(?:分間?|min|m))?(?:({NUMBER})(?:秒間?|s))?", re.I
)
RANGE = re.compile(r"\d\s*(?:[~〜～]|から|-|－|―|ー)\s*\d")
ABOUT = re.compile(r"^(?:約|およそ|おおむね|概ね)|(?:程度|くらい|ぐらい|前後|ほど)$")
THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
TWO_NUMBERS = re.compile(r"\d\s+[\d.]")
COUNT = re.compile(rf"({NUMBER})(?:件|回|通|枚|人|世帯|部)?")
MONTHLY = re.compile(rf"(?:毎月|月|月に|1か月|1ヶ月)({NUMBER})(?:件|回|通|枚|人)?")
NOT_KNOWN = ("", "-", "－", "―", "ー", "不明", "未定", "…", "?", "？")
MOST_CASES = Decimal(1_000_000_000)
MOST_MINUTES = Decimal(100_000)
LONGEST_NAME = 80


class BadCell(ValueError):
    """The cell cannot be used; the text says why and what to write, in Japanese."""


def bare(text: str) -> str:
    """Without blanks and commas, digits and signs half-width."""
    return narrow(compose(text)).replace(",", "").replace(" ", "").replace("\u3000", "").strip()


def number(text: str) -> str:
    """A number's cell, `bare`. Raises BadCell where two numbers stand in it, which must not become one: 「10 20」, 「3,4」."""
    cell = narrow(compose(text)).strip()
    plain = THOUSANDS.sub(lambda found: found[0].replace(",", ""), cell)
    if TWO_NUMBERS.search(plain) or "," in plain:
        raise BadCell(
            f"「{text.strip()[:30]}」は、一つの数か二つの数か分かりません。一つの数で、1200 か 1,200 のように書いてください。"
        )
    return bare(plain)


def name(text: str, what: str) -> str:
    """A name in one line. Raises BadCell where it is too long."""
    found = " ".join(compose(text).split())
    if len(found) > LONGEST_NAME:
        raise BadCell(
            f"{what}が長すぎます（{LONGEST_NAME}文字まで）。短くして、くわしいことは業務説明表に書いてください。"
        )
    return found


def cases(text: str) -> tuple[Decimal | None, str]:
    """How many a year, in cases. `月30件` is told and multiplied."""
    cell = number(text)
    if cell in NOT_KNOWN:
        return None, ""
    cell, note = _without_about(cell, text)
    if RANGE.search(cell):
        raise BadCell(f"「{text.strip()}」は幅です。1年の平均の件数を、一つの数で書いてください。")
    if found := MONTHLY.fullmatch(cell):
        value = Decimal(found[1]) * 12
        return _within(value, MOST_CASES, text), f"「{text.strip()}」を、1年に{value:,}件と読みました。"
    found = COUNT.fullmatch(cell.removesuffix("/年").removeprefix("年間").removeprefix("年"))
    if not found:
        raise BadCell(
            f"「{text.strip()[:30]}」は件数として読めません。1年の件数を、1200 のように数だけで書いてください。"
        )
    return _within(Decimal(found[1]), MOST_CASES, text), note


def minutes(text: str) -> tuple[Decimal | None, str]:
    """How long one case takes, in minutes: 90, 90分, 1時間30分, 1.5時間, 45秒; 1:30 is an hour and a half, as spreadsheets write
    it, and told."""
    cell = number(text).removesuffix("/件").removeprefix("1件").removeprefix("一件")
    if cell in NOT_KNOWN:
        return None, ""
    cell, note = _without_about(cell, text)
    if RANGE.search(cell):
        raise BadCell(f"「{text.strip()}」は幅です。平均の分を、一つの数で書いてください。")
    if PLAIN.fullmatch(cell):
        return _within(Decimal(cell), MOST_MINUTES, text), note
    if found := CLOCK.fullmatch(cell):
        value = Decimal(found[1]) * 60 + Decimal(found[2]) + Decimal(found[3] or 0) / 60
        value = _within(value.quantize(Decimal("0.01")), MOST_MINUTES, text)
        said = f"{int(found[1])}時間{int(found[2])}分"
        return value, f"「{text.strip()}」を、{said}（{trimmed(value)}分）と読みました。"
    found = WORDED.fullmatch(cell)
    if not found or not any(found.groups()):
        raise BadCell(
            f"「{text.strip()[:30]}」は時間として読めません。1件にかかる分を、15 や 15分、1時間30分 のように書いてください。"
        )
    hours, whole, seconds = (Decimal(part or 0) for part in found.groups())
    return _within((hours * 60 + whole + seconds / 60).quantize(Decimal("0.01")), MOST_MINUTES, text), note


def exceptions(text: str) -> tuple[Decimal | None, str]:
    """The share of cases that go another way, in percent. A number below 1 without its sign may be either, and is refused."""
    cell = number(text)
    if cell in NOT_KNOWN:
        return None, ""
    if cell in ("なし", "無", "無し"):
        return Decimal(0), ""
    signed = cell.endswith(("%", "割"))
    digits = cell.rstrip("%割")
    if not PLAIN.fullmatch(digits):
        raise BadCell(
            f"「{text.strip()[:30]}」は割合として読めません。100件のうち何件が例外かを、5 や 5% のように書いてください。"
        )
    value = Decimal(digits) * (10 if cell.endswith("割") else 1)
    if not signed and 0 < value < 1:
        raise BadCell(
            f"「{text.strip()}」は、{trimmed(value)}%か{trimmed(value * 100)}%か分かりません。%を付けて書いてください。"
        )
    if value > 100:
        raise BadCell(f"例外率「{text.strip()}」が100%を超えています。")
    return value, ""


def is_fraction(text: str) -> bool:
    """Whether a share is written as a part of 1, as a spreadsheet gives the cells that it shows with a percent sign."""
    cell = bare(text)
    return PLAIN.fullmatch(cell) is not None and 0 < Decimal(cell) < 1


def hours(text: str) -> Decimal | None:
    """A sum that a file states, in hours: 12.5, 12.5時間, 12:30. Raises BadCell."""
    cell = number(text).removesuffix("時間").removesuffix("h")
    if cell in NOT_KNOWN:
        return None
    if PLAIN.fullmatch(cell):
        return Decimal(cell)
    if found := CLOCK.fullmatch(cell):
        return Decimal(found[1]) + Decimal(found[2]) / 60
    raise BadCell(f"「{text.strip()[:30]}」は時間数として読めません。")


def months(text: str) -> tuple[str, str]:
    """In which months the work falls: `3,4,5` of `3～5月`, `4月、10月`; empty for the whole year."""
    cell = re.sub(r"(?<=[\d月])\s+(?=\d)", ",", narrow(compose(text)).strip())
    cell = re.sub(r"月(?=\d)", ",", re.sub(r"\s", "", cell))  # 1月2月 is not December
    if cell in (*NOT_KNOWN, "通年", "毎月", "平準", "1~12月", "1-12"):
        return "", ""
    found: set[int] = set()
    for part in re.split(r"[,、・/]", cell.replace("月", "")):
        ends = re.split(r"[~〜～\-－―ー]|から", part)
        if not all(end.isascii() and end.isdigit() and 1 <= int(end) <= 12 for end in ends) or len(ends) > 2:
            raise BadCell(
                f"「{text.strip()[:30]}」は月として読めません。3,4 や 3～5月 のように書き、通年なら空けます。"
            )
        first, last = int(ends[0]), int(ends[-1])
        found |= {(first - 1 + ahead) % 12 + 1 for ahead in range((last - first) % 12 + 1)}
    return ("" if len(found) == 12 else ",".join(str(month) for month in sorted(found))), ""


def chosen(text: str, kind: type[Labelled], also: Mapping[str, str]) -> str:
    """The value of one of a few words; also: further words for it → value. Empty where nothing is written."""
    cell = bare(text)
    if cell in NOT_KNOWN:
        return ""
    known = {bare(label): value for value, label in kind.choices()} | {
        value: value for value, _ in kind.choices()
    }
    found = known.get(cell) or {bare(word): value for word, value in also.items()}.get(cell)
    if found is None:
        words = "、".join(label for _, label in kind.choices())
        raise BadCell(f"「{text.strip()[:30]}」は選べません。{words} のどれかにしてください。")
    return found


def trimmed(value: Decimal) -> str:
    """Without zeros at its end: 15, 7.5."""
    return f"{value:f}".rstrip("0").rstrip(".") if "." in f"{value:f}" else f"{value:f}"


def _without_about(cell: str, text: str) -> tuple[str, str]:
    plainer = ABOUT.sub("", cell)
    return plainer, f"「{text.strip()}」を、{plainer}と読みました。" if plainer != cell else ""


def _within(value: Decimal, most: Decimal, text: str) -> Decimal:
    if value > most:
        raise BadCell(f"「{text.strip()[:30]}」は大きすぎます（{most:,}まで）。桁と単位を確かめてください。")
    return value
