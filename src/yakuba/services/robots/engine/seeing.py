"""Reading a page as a person does: landmarks, a label and the text beside it, rows of tables."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import unquote

from yakuba.kernel.values.characters import comparable
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.scenario import Landmark, NumberFrom, Result

NUMBER_HERE = "{番号}"
_LABEL = 40  # letters; a longer text is no label
_NUMBER = r"([0-9A-Za-z](?:[0-9A-Za-z_/.-]*[0-9A-Za-z])?)"


def plain(text: str) -> str:
    """Text for comparing labels: one width, no spaces. Both sides are folded so, and no one stores it; NFKC is right
    here, since a label names no person. For values there is `comparable`, which keeps kanji apart."""
    return _plain_label(text) if len(text) <= _LABEL else _plain(text)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


_plain_label = lru_cache(4096)(_plain)  # the same labels are compared on every row


def sees(page: Page, landmark: Landmark) -> bool:
    """Whether a person would see the landmark on the page."""
    wanted = plain(landmark.text)
    if landmark.heading:
        return any(plain(one) == wanted for one in page.headings)
    return wanted in plain(page.text)


def items_of(page: Page, label: str) -> list[str]:
    """The texts beside a label, one for each time the label stands on the page."""
    wanted = plain(label)
    return [text for name, text in page.items if plain(name) == wanted]


def one_line(text: str) -> str:
    """Text as pages show it: every run of spaces is one space."""
    return " ".join(text.split())


def table_rows(page: Page) -> list[dict[str, str]]:
    """The rows of all tables with a header row, as texts by header."""
    return [
        dict(zip((plain(one) for one in table.headers), row, strict=False))
        for table in page.tables
        for row in table.rows
    ]


def matches(cells: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether a row of a table holds the wanted values; kanji count by their code point, since 神 U+FA19 and 神 U+795E
    may be all that two people differ in."""
    return all(comparable(cells.get(column, "")) == comparable(text) for column, text in wanted.items())


def numbers_told(page: Page, result: Result, wanted: Mapping[str, str], paper: str = "") -> list[str]:
    """The target's numbers that the page gives after the commit step; exactly one can be trusted. wanted: the texts
    by column by which the row is known in a list; a list without any of those columns has the newest row first.  paper: the text of the PDF."""
    if result.source is NumberFrom.ITEM:
        return items_of(page, result.text)
    if result.source is NumberFrom.LIST:
        rows = [cells for cells in table_rows(page) if plain(result.text) in cells]
        known = [{name: text for name, text in wanted.items() if name in cells} for cells in rows]
        sure = [cells for cells, some in zip(rows, known, strict=True) if some and matches(cells, some)]
        return [cells[plain(result.text)] for cells in (sure if any(known) else rows[:1])]
    told = {
        NumberFrom.PDF: paper,
        NumberFrom.TEXT: page.text,
        NumberFrom.TITLE: page.title,
        NumberFrom.ADDRESS: unquote(page.url),
    }
    pattern = pattern_of(result.text, NUMBER_HERE, _NUMBER)
    return list(dict.fromkeys(re.findall(pattern, _folded(told[result.source]))))


def pattern_of(text: str, here: str, value: str) -> str:
    """A regular expression for a sentence in which `here` stands for what matches `value`; blanks may be missing."""
    parts = [_folded(part) for part in text.split(here)]
    return value.join(r"\s*".join(re.escape(word) for word in part.split(" ")) for part in parts)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split(" "))
