"""What leaves the reform room. No framework."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Baseline:
    """Minutes a case took before; `kind` is `measured` or `estimated`, `source` says how it is known."""

    minutes_per_case: float
    kind: str
    source: str


@dataclass(frozen=True)
class Effect:
    """Before and now for one procedure, over `cases` finished cases. All times in minutes.

    person: working time of staff; assumed: the part of it that was not measured; machine: running time of
    programs, which costs no staff time and is therefore kept apart.
    """

    procedure: str
    title: str
    cases: int
    baseline: Baseline
    person: float
    assumed: float
    machine: float

    @property
    def before(self) -> float:
        """What the same cases took before."""
        return self.cases * self.baseline.minutes_per_case

    @property
    def saved(self) -> float:
        """Staff minutes saved; negative when it takes longer now."""
        return self.before - self.person

    @property
    def rate(self) -> float | None:
        """Saved share of the time before, or None when there is nothing to compare."""
        return self.saved / self.before if self.before else None


@dataclass(frozen=True)
class Figure:
    """One measured number in words: what it is, its value as written, how to read it, and where its rows are."""

    label: str
    value: str
    note: str = ""
    url: str = ""


@dataclass(frozen=True)
class Promise:
    """One of the four promises: what it says, how it is watched, what this installation measured, and what was
    measured before it was published (empty where no figure is published)."""

    title: str
    sentence: str
    watched: tuple[str, ...]
    figures: tuple[Figure, ...]
    published: tuple[Figure, ...] = ()
