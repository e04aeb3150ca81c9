"""What is asked of the readings that the hub keeps, and what comes back. Moments are microseconds since 1970 UTC."""

from __future__ import annotations

from dataclasses import dataclass

HOUR = 3_600_000_000
_OF_HOURS = frozenset(("totalCount", "sum", "avg", "min", "max"))  # figures that prepared hours give as well


@dataclass(frozen=True)
class Times:
    """since ≤ moment < until, None for no end; last: so many of the newest, the newest first; methods: of an aggregation; width:
    of its periods, 0 for one over all."""

    since: int | None = None
    until: int | None = None
    last: int | None = None
    methods: tuple[str, ...] = ()
    width: int = 0

    @property
    def by_hours(self) -> bool:
        """Whether prepared hours give the same answer as the readings."""
        bounds = [one for one in (self.since, self.until) if one is not None]
        return bool(
            self.methods
            and set(self.methods) <= _OF_HOURS
            and self.width % HOUR == 0
            and not any(one % HOUR for one in bounds)
        )


@dataclass(frozen=True)
class SeriesKept:
    """A series of readings as it is stored. newest: its last moment; origin: a number near its values; prepared_to: up to
    where its hours are ready."""

    key: int
    path: str
    entity_id: str
    entity_type: str
    attribute: str
    unit: str
    newest: int
    origin: float
    prepared_to: int


@dataclass(frozen=True)
class Period:
    """Figures of one period. place: counted from the first; shift: sum of (number − origin); square: of its squares."""

    place: int
    count: int
    total: float
    least: float
    most: float
    distinct: int = 0
    shift: float = 0.0
    square: float = 0.0
