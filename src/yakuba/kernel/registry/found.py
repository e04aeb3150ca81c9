"""What a part or room says of itself to the search of the whole house."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Found:
    """One thing that the search found: what it is, where it is, and a line that tells it from the next."""

    title: str
    url: str
    detail: str = ""


@dataclass(frozen=True)
class SearchSource:
    """What a part or room puts into the index of the whole house (`kernel.search`). Dotted paths, all of the active town:

    keys: `(after) -> Iterator[str]`, the keys in an order of the source's own, those behind `after`, all for "".
    entries: `(keys) -> Iterable[Entry]`, what there is of them now, called when they are indexed and when they are shown.
    version: `() -> str`, empty for none; when it changes, the index is built anew.
    named: `(text) -> list[str]`, keys of what the text names exactly; they come first, indexed or not.
    asked: `(user, text, entries) -> list[Entry]`, called once for each question of a person; leaves out what that person
    must not see, and notes who looked.
    whole: only what holds every word of the question counts as found; for names and numbers.
    permission: without it nobody may ask; empty for all staff.
    own_permission: with it alone a person finds what is their own: what `own`, `(user, entries) -> list[Entry]`, leaves of
    what was found, perhaps with another address. listing: name of the address of a list with the same
    things, in which parts of words can be looked for.
    """

    name: str
    label: str
    keys: str
    entries: str
    version: str = ""
    named: str = ""
    asked: str = ""
    whole: bool = False
    permission: str = ""
    own_permission: str = ""
    own: str = ""
    listing: str = ""
