"""What steps take from a page and a case: a value with a name, the rows of a table, the items of a field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from yakuba.services.robots.contracts import FieldSpec
from yakuba.services.robots.engine.browser import Page
from yakuba.services.robots.engine.control import VALUE_HERE
from yakuba.services.robots.engine.filling import Bound, confirmed
from yakuba.services.robots.engine.scenario import Read, ReadFrom
from yakuba.services.robots.engine.seeing import items_of, pattern_of, plain

MOST_ITEMS = 200  # times that the steps of one loop are played for one case
_NUMBER = re.compile(r"-?[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?")
_VALUE = r"\s*(\S(?:.{0,58}?\S)?)\s*"


def texts_read(page: Page, step: Read) -> list[str]:
    """What stands where the step reads; exactly one can be trusted. A field is asked of the browser instead."""
    if step.source is ReadFrom.ITEM:
        return items_of(page, step.text)
    found = re.findall(pattern_of(step.text, VALUE_HERE, _VALUE) + _end_of(step.text), folded(page.text))
    return list(dict.fromkeys(found))


def _end_of(pattern: str) -> str:
    """A value at the pattern's end ends at a blank."""
    return r"(?!\S)" if pattern.rstrip().endswith(VALUE_HERE) else ""


def numbers_in(text: str) -> list[str]:
    """The numbers in a text, without separators."""
    narrow = unicodedata.normalize("NFKC", text).replace("−", "-")
    return [one.replace(",", "") for one in _NUMBER.findall(narrow)]


def folded(text: str) -> str:
    """Text in one width, every run of blanks one blank."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def items_of_case(fields: Sequence[FieldSpec], values: Mapping[str, str], line: int) -> list[Bound]:
    """What a loop over fields goes through: the marks of one field, or of several those that have a value. Raises
    `BadValue` where nobody confirmed one of them."""
    found = []
    for spec in fields:
        value = confirmed(spec, values, line)
        items = value.split(",") if spec.type == "choices" else [value]
        found += [Bound(item, spec) for item in items if item]
    return found


def rows_of_page(page: Page, columns: Sequence[str]) -> list[Bound] | None:
    """The rows of the page's tables that have these columns; None where no table has."""
    wanted = {plain(one) for one in columns}
    found: list[Bound] | None = None
    for table in page.tables:
        headers = [plain(one) for one in table.headers]
        if wanted <= set(headers):
            found = found or []
            found += [Bound(cells=dict(zip(headers, row, strict=False))) for row in table.rows]
    return found
