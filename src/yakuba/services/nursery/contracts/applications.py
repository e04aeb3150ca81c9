"""What a round starts from: facilities with their seats, households with their children and wishes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

AGES = range(6)  # age classes, by the age on April 1 of the fiscal year


@dataclass(frozen=True)
class SharedAges:
    """Age classes of one facility that share seats, or the teachers who look after them.

    seats: children that all the ages together may have (None: no such limit). teachers: how many there are
    (None: not limited); each age takes a teacher's share by the staff ratios of the rules.
    """

    id: str
    ages: tuple[int, ...]
    seats: int | None = None
    teachers: int | None = None


@dataclass(frozen=True)
class Facility:
    """One nursery. vacancies: age class 0–5 → free seats ≥ 0; an age that is missing is not taken in at all.

    facts: what the rules may ask of it, such as `open_saturday: yes`; values are strings as in the ledger.
    """

    id: str
    name: str
    vacancies: Mapping[int, int]
    kind: str = ""
    district: str = ""
    shared: tuple[SharedAges, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Child:
    """One applicant. id: the receipt number of its application.

    wishes: facility ids, best first. current: the facility where it has a seat now and from where a transfer is
    asked for. gives_up: the seat is given up whatever comes (else it is kept when no wish comes true).
    wants_hold: the family would rather be put on hold (育休延長). facts: the application's values by field, in
    the ledger's canonical form.
    """

    id: str
    name: str
    birth: date
    wishes: tuple[str, ...]
    current: str | None = None
    gives_up: bool = False
    wants_hold: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Household:
    """Children who apply together. sibling_mode: a mode of the rule file, empty for its default.

    line: where the household stood in the file it came from (0: no file); faults name it.
    """

    id: str
    children: tuple[Child, ...]
    sibling_mode: str = ""
    district: str = ""
    line: int = 0


@dataclass(frozen=True)
class Applications:
    """All of one round. number: 1 for the first round (一次選考), 2 for the second …

    start: the day from which seats are given; the age class is the age on April 1 of that fiscal year.
    seated: child id → slot id, children placed in an earlier round whose seats are frozen; they take part no more
    and are counted beside the vacancies of this round.
    """

    facilities: Sequence[Facility]
    households: Sequence[Household]
    start: date
    number: int = 1
    seated: Mapping[str, str] = field(default_factory=dict)

    def children(self) -> Iterator[tuple[Household, Child]]:
        """Every applicant with its household, in the order given."""
        for household in self.households:
            for child in household.children:
                yield household, child
