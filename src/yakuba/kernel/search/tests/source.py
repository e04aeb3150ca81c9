"""A source of the tests' own: entries that lie in a dictionary, for each town."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from yakuba.kernel.search import Entry, Text
from yakuba.kernel.tenancy import current_municipality

HERE = __name__
NAME = "search.shelf"
lying: dict[tuple[str, str], Entry] = {}
changes: dict[str, Any] = {"version": "1"}


def lay(key: str, text: str, *, title: str = "", exact: bool = False, **attributes: Any) -> Entry:
    """Put an entry there for the active town."""
    texts = (Text(text, exact=exact), Text(title or key, 3.0, exact=exact))
    entry = Entry(key, title or key, "/", texts, **attributes)
    lying[current_municipality().code, key] = entry
    return entry


def lift(key: str) -> None:
    """Take it away."""
    del lying[current_municipality().code, key]


def keys(after: str) -> Iterator[str]:
    """Of the active town."""
    town = current_municipality().code
    return iter(sorted(key for code, key in lying if code == town and key > after))


def entries(wanted: Sequence[str]) -> list[Entry]:
    """Of the active town."""
    town = current_municipality().code
    return [lying[town, key] for key in wanted if (town, key) in lying]


def version() -> str:
    """As the test says."""
    return str(changes["version"])
