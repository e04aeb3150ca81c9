"""Dates against weekdays, dates and times that there are not, and how numbers are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from yakuba.kernel.values.calendar import ERAS, WEEKDAYS, in_era
from yakuba.services.drafting.engine.proofreading.hits import Hit
from yakuba.services.drafting.engine.proofreading.text import Text

_N = r"[0-9０-９]"
_ERAS = {era.name: era for era in ERAS.values()}
_DATE = re.compile(
    rf"(?:(?P<era>令和|平成|昭和|大正|明治)(?P<year>元|{_N}{{1,2}})年|(?P<western>{_N}{{4}})年)?(?P<same>同年)?"
    rf"(?P<month>{_N}{{1,2}})月(?P<day>{_N}{{1,2}})日"
    rf"(?P<open>[(（\[])?(?P<weekday>[{WEEKDAYS}])?(?P<rest>曜日?)?"
)
_YEAR = re.compile(rf"(令和|平成|昭和)(元|{_N}{{1,2}})年(?!度)")
_FISCAL = re.compile(rf"(令和|平成|昭和)(元|{_N}{{1,2}})年度")
_FIRST = re.compile(r"(?:令和|平成|昭和|大正)[1１一]年(?!{_N})")
_TIME = re.compile(rf"(?P<half>午前|午後)?(?P<hour>{_N}{{1,2}})時(?:(?P<minute>{_N}{{1,2}})分)?(?!間)")
_GROUPED = re.compile(
    r"(?<![0-9０-９,，.．\-－/／A-Za-zＡ-Ｚ第])([0-9]{4,}|[０-９]{4,})(?=円|人|件|世帯|部|枚|千円|万円|冊|トン|キロ)"
)
_NUMBERING = re.compile(r"^[\s(（第]*([0-9０-９]+)(?=[\s)）.．、　条項])", re.MULTILINE)
_RUN = re.compile(r"[0-9]+|[０-９]+")


def hits(text: Text) -> Iterator[Hit]:
    """All of them."""
    yield from _dates(text)
    yield from _times(text)
    for found in _FIRST.finditer(text.content):
        yield Hit(found.end() - 2, found.end() - 1, "first-year", "元")
    for found in _GROUPED.finditer(text.content):
        yield Hit(*found.span(), "thousands", _with_commas(found[0]))
    yield from _widths(text)
    yield from _signs(text)


def _with_commas(digits: str) -> str:
    grouped = f"{int(digits):,}"
    if digits.isascii():
        return grouped
    return "".join(chr(ord(one) + 0xFEE0) for one in grouped)


def _dates(text: Text) -> Iterator[Hit]:
    """A date without a year is of the year that was named last, or of the fiscal year that was."""
    content = text.content
    for found in _DATE.finditer(content):
        month, day = _number(found["month"]), _number(found["day"])
        year = _year(found) or _year_before(content, found.start(), month)
        if year is None:
            if not _could_be(month, day):
                yield _none(found, f"{month}月{day}日という日はありません。")
            continue
        try:
            when = date(year, month, day)
        except ValueError:
            yield _none(found, f"{year}年{month}月{day}日という日はありません。")
            continue
        if found["era"] and not _ERAS[found["era"]].first <= when <= _ERAS[found["era"]].last:
            other = in_era(when)
            told = f"{other.era.name}{other.year_written}年です。" if other else ""
            yield _none(found, f"{when.year}年{month}月{day}日は{found['era']}ではありません。{told}")
        yield from _weekday(found, when)


def _weekday(found: re.Match[str], when: date) -> Iterator[Hit]:
    said = found["weekday"]
    if not said or not (found["open"] or found["rest"]):
        return
    right = WEEKDAYS[when.weekday()]
    if said != right:
        written = f"{when.year}年{when.month}月{when.day}日は{right}曜日です。日付と曜日のどちらが正しいかを確かめてください。"
        yield Hit(found.start("weekday"), found.end("weekday"), "weekday", right, sure=False, more=written)


def _none(found: re.Match[str], why: str) -> Hit:
    return Hit(found.start(), found.end("day") + 1, "no-such-day", None, sure=False, more=why)


def _year(found: re.Match[str]) -> int | None:
    if found["western"]:
        return _number(found["western"])
    if found["era"]:
        return _ERAS[found["era"]].year_one + _number(found["year"]) - 1
    return None


def _year_before(content: str, end: int, month: int) -> int | None:
    """The year of the last date or fiscal year that was named before."""
    head = content[max(0, end - 600) : end]
    years = list(_YEAR.finditer(head))
    fiscals = list(_FISCAL.finditer(head))
    if years and (not fiscals or years[-1].start() > fiscals[-1].start()):
        return _ERAS[years[-1][1]].year_one + _number(years[-1][2]) - 1
    if fiscals:
        first = _ERAS[fiscals[-1][1]].year_one + _number(fiscals[-1][2]) - 1
        return first + (month < 4)
    return None


def _could_be(month: int, day: int) -> bool:
    try:
        date(2028, month, day)  # a leap year
    except ValueError:
        return False
    return True


def _times(text: Text) -> Iterator[Hit]:
    for found in _TIME.finditer(text.content):
        hour, minute = _number(found["hour"]), _number(found["minute"] or "0")
        if hour > 24 or minute > 59:
            yield Hit(
                *found.span(), "no-such-day", None, sure=False, more=f"{found[0]}という時刻はありません。"
            )
        elif found["half"] and hour > 12:
            instead = f"午後{hour - 12}時" + (f"{minute}分" if found["minute"] else "")
            more = f"「{found['half']}」は12時までです。"
            yield Hit(*found.span(), "no-such-day", instead, sure=False, more=more)


def _widths(text: Text) -> Iterator[Hit]:
    """Digits of the width of which there are fewer. One digit wide and several narrow is a custom and no mixture."""
    runs = [found for found in _RUN.finditer(text.content) if not text.in_any(text.alone, *found.span())]
    narrow = [one for one in runs if one[0].isascii()]
    wide = [one for one in runs if not one[0].isascii()]
    if not narrow or not wide:
        return
    if all(len(one[0]) == 1 for one in wide) and all(len(one[0]) > 1 for one in narrow):
        return
    fewer, to_narrow = (wide, True) if len(wide) <= len(narrow) else (narrow, False)
    for one in fewer:
        instead = (
            unicodedata.normalize("NFKC", one[0])
            if to_narrow
            else "".join(chr(ord(digit) + 0xFEE0) for digit in one[0])
        )
        yield Hit(*one.span(), "digit-width", instead)


def _signs(text: Text) -> Iterator[Hit]:
    content = text.content
    if "、" in content:
        for found in re.finditer(r"(?<![0-9０-９])，|，(?![0-9０-９])", content):
            yield Hit(*found.span(), "punctuation", "、")
    for found in re.finditer(r"[ｦ-ﾟ]+", content):
        yield Hit(*found.span(), "half-kana", unicodedata.normalize("NFKC", found[0]))
    for found in re.finditer(r"[！？!?]+", content):
        if not text.in_any(text.alone, *found.span()):
            yield Hit(*found.span(), "marks", None, sure=False)


def _number(digits: str) -> int:
    return 1 if digits == "元" else int(unicodedata.normalize("NFKC", digits))
