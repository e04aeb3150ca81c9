"""What a person finds in a source of a part or room, for the tests of that part."""

from __future__ import annotations

from yakuba.kernel.accounts.models import User
from yakuba.kernel.registry.models import UnusedRoom
from yakuba.kernel.search import indexing
from yakuba.kernel.search.finding import find
from yakuba.kernel.tenancy import current_municipality


def titles(source: str, person: User, text: str) -> list[str]:
    """The titles of what is found once the index has followed."""
    indexing.take_in(source)
    return [hit.entry.title for hit in find(source, person, text).hits]


def indexed(source: str) -> int:
    """How many entries stand in the index once it has followed."""
    indexing.take_in(source)
    return indexing.count(source)


def switched_off(room: str, person: User) -> User:
    """The same person, after the town has switched the room off."""
    UnusedRoom.objects.create(municipality=current_municipality(), room=room)
    return User.objects.get(pk=person.pk)
