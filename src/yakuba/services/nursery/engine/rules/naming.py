"""Facilities by the names that people write for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yakuba.kernel.values.characters import comparable


def folded(text: str) -> str:
    """The text without what makes no other facility of it: width, all blanks, capital letters."""
    return comparable(text).replace(" ", "").casefold()


class FacilityNames:
    """Ids of facilities by id or name. A name that two facilities have names neither."""

    def __init__(self, facilities: Iterable[tuple[str, str]]) -> None:
        """facilities: (id, name)."""
        self._ids: dict[str, str] = {}
        self._names: dict[str, str | None] = {}
        for one, name in facilities:
            self._ids[one] = one
            key = folded(name)
            self._names[key] = one if self._names.get(key, one) == one else None

    def id_of(self, text: str) -> str:
        """The facility's id; the text as it stands where it names none."""
        found = self._ids.get(text) or self._names.get(folded(text))
        return found or text


def spellings(known: Iterable[str]) -> Mapping[str, str]:
    """Folded text → the spelling that counts."""
    return {folded(text): text for text in known}
