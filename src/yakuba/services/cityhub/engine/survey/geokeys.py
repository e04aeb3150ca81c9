"""What a file says about where it lies: GeoKeys (OGC GeoTIFF 1.1, 19-008r4), in GeoTIFF and in LAS alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MODEL, RASTER, GEOGRAPHIC, PROJECTED = 1024, 1025, 2048, 3072
CITATIONS, LENGTH_UNIT, ANGLE_UNIT, VERTICAL_UNIT = (1026, 2049, 3073), 3076, 2054, 4099
METRE, DEGREE, USER_DEFINED = 9001, 9102, 32_767
DIRECTORY, DOUBLES, TEXTS = 34_735, 34_736, 34_737  # tags of TIFF, and record numbers of LAS


@dataclass(frozen=True)
class Said:
    """code: EPSG, None where the file gives none; citation: its own words, for the person who chooses; point: whether a pixel's
    position is its middle; metres: whether lengths and heights are in metres as far as the file says (None: it does not)."""

    code: int | None = None
    citation: str = ""
    point: bool = False
    metres: bool | None = None


def said(directory: Sequence[int], texts: str) -> Said:
    """Out of the key directory (four numbers for each key, and four before them) and the texts."""
    numbers: dict[int, int] = {}
    words: dict[int, str] = {}
    for at in range(4, min(len(directory), 4 * (1 + directory[3] if len(directory) > 3 else 0)), 4):
        row = directory[at : at + 4]
        if len(row) < 4:
            break
        key, where, count, value = row
        if where == 0:
            numbers[key] = value
        elif where == TEXTS:
            words[key] = texts[value : value + count].rstrip("|\0 ")
    return Said(_code(numbers), _citation(words), numbers.get(RASTER) == 2, _metres(numbers))


def _code(numbers: Mapping[int, int]) -> int | None:
    code = numbers.get(PROJECTED) if numbers.get(MODEL, 1) == 1 else numbers.get(GEOGRAPHIC)
    if code is None and MODEL not in numbers:
        code = numbers.get(GEOGRAPHIC)
    return None if code in (None, 0, USER_DEFINED) else code


def _metres(numbers: Mapping[int, int]) -> bool | None:
    given = [numbers[key] for key in (LENGTH_UNIT, VERTICAL_UNIT) if key in numbers]
    return all(one == METRE for one in given) if given else None


def _citation(words: Mapping[int, str]) -> str:
    told = [words[key] for key in CITATIONS if words.get(key)]
    plain = "、".join(dict.fromkeys(told))
    return "".join(one for one in plain if one.isprintable())[:200]
