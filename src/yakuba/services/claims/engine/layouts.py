"""Layouts of records and tables, which are data (`data/*.yaml`): an edition more is a few lines there and none here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import values

DATA = Path(__file__).parent / "data"
DAYS = 31  # items for the days of a month


@dataclass(frozen=True)
class Record:
    """A record type. items: their names in order, the type first; days: whether 31 items for days may follow."""

    items: tuple[str, ...]
    days: bool = False

    @property
    def counts(self) -> tuple[int, ...]:
        """How many items such a record may have."""
        return (len(self.items), len(self.items) + DAYS) if self.days else (len(self.items),)


@dataclass(frozen=True)
class Edition:
    """The record types of an edition. since, checked_until: YYYYMM."""

    since: int
    checked_until: int
    records: dict[str, Record]

    def record(self, kind: str) -> Record | None:
        """None: a type that it does not know, which is kept as it came."""
        return self.records.get(kind)


@cache
def editions() -> tuple[Edition, ...]:
    """All editions, the newest last."""
    told: Any = values((DATA / "records.yaml").read_text(encoding="utf-8"))
    found = [
        Edition(
            int(one["from"]),
            int(one["checked_until"]),
            {name: _record(said) for name, said in one["records"].items()},
        )
        for one in told["editions"]
    ]
    return tuple(sorted(found, key=lambda one: one.since))


def _record(said: dict[str, Any]) -> Record:
    return Record(tuple(said["items"]), str(said.get("days", "")).lower() == "true")


def edition_of(month: int) -> Edition:
    """The edition that a claim of that specification (YYYYMM, 0 where it does not say) is written by."""
    fitting = [one for one in editions() if one.since <= month]
    return (fitting or editions())[-1]
