"""The active town's words, and where its rooms use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from yakuba.kernel.localwords import slots
from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.registry import Manifest, manifests, resolve
from yakuba.kernel.registry.models import UnusedRoom


@dataclass(frozen=True)
class Use:
    """A text of a room in which a word stands. label: the room's; title, url: the text's."""

    label: str
    title: str
    url: str


@dataclass(frozen=True)
class Standing:
    """A word, and where it stands. room: whose texts alone it is for, empty for all; label: that room's; value: empty where
    the town has not filled it yet."""

    name: str
    room: str
    label: str
    value: str
    uses: tuple[Use, ...]

    @property
    def lacks(self) -> bool:
        """Whether a text waits for it."""
        return not self.value and bool(self.uses)

    @property
    def counts(self) -> dict[str, int]:
        """Room's label → in how many of its texts it stands."""
        found: dict[str, int] = {}
        for use in self.uses:
            found[use.label] = found.get(use.label, 0) + 1
        return found


def words(room: str) -> dict[str, str]:
    """Place → what stands there in the texts of that room."""
    rows = LocalWord.objects.filter(room__in=("", room)).order_by(
        "room"
    )  # the room's own behind those for all
    return dict(rows.values_list("name", "value"))


def rooms() -> dict[str, str]:
    """Name → label of the rooms that have texts with places, in the order of the menu."""
    return {one.name: one.label for one in manifests() if one.slotted}


def standings() -> list[Standing]:
    """Every word that is set or waited for: first those that texts wait for, and of them those that most wait for; last
    those that no text uses."""
    set_now = {(row.name, row.room): row.value for row in LocalWord.objects.all()}
    found: dict[tuple[str, str], list[Use]] = {key: [] for key in set_now}
    for room, name, use in _uses():
        key = (name, room) if (name, room) in set_now else (name, "")
        found.setdefault(key, []).append(use)
    labels = rooms()
    all_of_them = [
        Standing(name, room, labels.get(room, room), set_now.get((name, room), ""), tuple(uses))
        for (name, room), uses in found.items()
    ]
    return sorted(all_of_them, key=_first)


def _first(one: Standing) -> tuple[bool, int, str, str]:
    return not one.lacks, -len(one.uses) if one.lacks else int(not one.uses), one.name, one.room


def _uses() -> Iterator[tuple[str, str, Use]]:
    """Room, place and text, for each place of each text once."""
    for manifest in _asked():
        for text in resolve(manifest.slotted)():
            for name in slots.names(*text.parts):
                if name not in text.own:
                    yield manifest.name, name, Use(manifest.label, text.title, text.url)


def _asked() -> list[Manifest]:
    """The rooms with such texts that the town uses."""
    unused = set(UnusedRoom.objects.values_list("room", flat=True))
    return [one for one in manifests() if one.slotted and one.name not in unused]
