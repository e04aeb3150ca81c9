"""Numbers and bullets of lists: what stands before a paragraph, counted as Word counts."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from yakuba.kernel.letters.word.package import Package, W
from yakuba.kernel.letters.word.styles import Properties, properties
from yakuba.kernel.letters.word.units import number, value

KANJI = "〇一二三四五六七八九"
AIUEO = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン"
IROHA = "イロハニホヘトチリヌルヲワカヨタレソツネナラムウヰノオクヤマケフコエテアサキユメミシヱヒモセス"
PLACE = re.compile(r"%([1-9])")
BULLET = "・"  # for signs of symbol fonts, which stand in private use
MOST = 999


class Numbering:
    """The lists of a file, and how far each has been counted."""

    def __init__(self, package: Package) -> None:
        name = package.related(package.main, "numbering")
        root = package.xml(name) if name else None
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        self._counts: dict[str, dict[int, int]] = {}
        self.unknown: list[str] = []
        if root is None:
            return
        for one in root.iter(f"{W}abstractNum"):
            levels = {int(number(value(level, "ilvl"))): level for level in one.iter(f"{W}lvl")}
            self._levels[value(one, "abstractNumId")] = levels
        for one in root.iter(f"{W}num"):
            self._lists[value(one, "numId")] = value(one.find(f"{W}abstractNumId"))

    def level(self, found: Properties) -> tuple[str, int, Any]:
        """List, level from 0 and its definition of a paragraph that is numbered; an empty list for one that is not."""
        numbered = found.get("numPr")
        code = value(numbered.find(f"{W}numId")) if numbered is not None else ""
        kind = self._lists.get(code, "")
        level = int(number(value(numbered.find(f"{W}ilvl")))) if numbered is not None else 0
        definition = self._levels.get(kind, {}).get(level)
        return (kind, level, definition) if definition is not None else ("", 0, None)

    def shape_of(self, definition: Any) -> Properties:
        """What the level says of its paragraphs."""
        return properties(definition.find(f"{W}pPr"))

    def next(self, kind: str, level: int, definition: Any) -> str:
        """The label of the next paragraph of that list and level."""
        counts = self._counts.setdefault(kind, {})
        counts[level] = counts.get(level, int(number(value(definition.find(f"{W}start")), 1)) - 1) + 1
        for deeper in [one for one in counts if one > level]:
            del counts[deeper]
        text = value(definition.find(f"{W}lvlText"))
        if value(definition.find(f"{W}numFmt")) == "bullet":
            return "".join(BULLET if unicodedata.category(one) in ("Co", "Cn") else one for one in text)
        return PLACE.sub(lambda match: self._counted(kind, int(match[1]) - 1), text)

    def _counted(self, kind: str, level: int) -> str:
        definition = self._levels[kind].get(level)
        form = value(definition.find(f"{W}numFmt"), usual="decimal") if definition is not None else "decimal"
        count = self._counts[kind].get(level, 1)
        written = self._written(form, count)
        if written is None:
            self.unknown.append(form)
        return written or str(count)

    @staticmethod
    def _written(form: str, count: int) -> str | None:
        if not 0 < count <= MOST:
            return None
        letters = {"lowerLetter": "abcdefghijklmnopqrstuvwxyz", "upperLetter": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
        rows = letters | {"aiueoFullWidth": AIUEO, "aiueo": AIUEO, "irohaFullWidth": IROHA, "iroha": IROHA}
        if form in rows:
            return rows[form][count - 1] if count <= len(rows[form]) else None
        if form in ("decimal", "decimalHalfWidth"):
            return str(count)
        if form == "none":
            return ""
        if form == "decimalZero":
            return f"{count:02}"
        if form in ("decimalFullWidth", "decimalFullWidth2"):
            return str(count).translate({ord(str(one)): chr(0xFF10 + one) for one in range(10)})
        if form in ("decimalEnclosedCircle", "decimalEnclosedCircleChinese"):
            return chr(0x2460 + count - 1) if count <= 20 else None
        if form in ("japaneseCounting", "ideographDigital", "japaneseDigitalTenThousand"):
            return _in_kanji(count)
        return None


def _in_kanji(count: int) -> str:
    if count >= 100:
        return "".join(KANJI[int(one)] for one in str(count))
    tens, ones = divmod(count, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{KANJI[tens]}十") + (KANJI[ones] if ones else "")
