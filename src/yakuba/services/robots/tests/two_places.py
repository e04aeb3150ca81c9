"""A sender and its station for tests of the rules: two towns of one database stand for two installations of one town. What names the
town in files and keys is told the same on both sides; keys, cases, runs and rows are each side's own. (`tests/test_stations.py`
runs two real installations.)"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from yakuba.kernel.exchange import halves
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.robots.actions.stations import files, handing, keys, registering, turns
from yakuba.services.robots.actions.stations.turns import Turned
from yakuba.services.robots.models import Row, Run, RunState, Station
from yakuba.services.robots.queries import station_keys
from yakuba.services.robots.tests.office import Office, Shift

TOWN = SimpleNamespace(code="990019", name="やくば市")


@dataclass
class Place:
    """One of the two: its town in the database, its robots, and the other one as it knows it."""

    town: Municipality
    office: Office
    other: Station

    @contextmanager
    def here(self) -> Iterator[Office]:
        with active_municipality(self.town):
            yield self.office

    def file(self) -> bytes:
        """The newest file for the other one."""
        with self.here():
            return turns.carry_out(Station.objects.get(pk=self.other.pk)).content  # type: ignore[return-value]

    def take(self, content: bytes) -> Turned:
        with self.here():
            return turns.take_in(content)

    def rows(self, run: Run | None = None) -> list[Row]:
        """In order, as they stand now."""
        with self.here():
            found = Row.objects.select_related("case", "run")
            return list((found.filter(run=run) if run else found).order_by("run", "number"))

    def states(self, run: Run | None = None) -> list[str]:
        return [row.state for row in self.rows(run)]

    def case(self, receipt_number: str) -> Case:
        with self.here():
            return Case.objects.get(receipt_number=receipt_number)


@dataclass
class TwoPlaces:
    sender: Place
    station: Place

    def hand_over(self, count: int = 3, **options: Any) -> Run:
        """So many cases, and whatever else waits."""
        with self.sender.here() as office:
            office.ready_cases(count)
            station = Station.objects.get(pk=self.sender.other.pk)
            return handing.hand_over(office.scenario, station, actor=office.person, **options)

    def to_station(self) -> Turned:
        return self.station.take(self.sender.file())

    def to_sender(self) -> Turned:
        return self.sender.take(self.station.file())

    def work(self, **faults: Any) -> None:
        """The station enters what is open."""
        with self.station.here():
            for run in Run.objects.filter(state=RunState.ACTIVE).order_by("pk"):
                Shift(run, **faults).work()

    def run_at_station(self) -> Run:
        with self.station.here():
            run = Run.objects.select_related("scenario", "came_from").order_by("-pk").first()
            assert run is not None
            return run

    def there(self) -> TwoPlaces:
        """Both ways once: rows there, worked on, results back."""
        self.to_station()
        self.work()
        self.to_sender()
        return self


@pytest.fixture
def places(
    monkeypatch: pytest.MonkeyPatch,
    yakuba_city: Municipality,
    neighbour_town: Municipality,
    clerk: Any,
    neighbour: Any,
) -> TwoPlaces:
    """Two places that have compared each other's fingerprints."""
    for module in (files, station_keys, halves, registering):
        monkeypatch.setattr(module, "current_municipality", lambda: TOWN)
    told = {}
    for town, person in ((yakuba_city, clerk), (neighbour_town, neighbour)):
        with active_municipality(town):
            row = keys.make(actor=person)
            told[town.pk] = keys.file(), station_keys.fingerprint_of(row), Office.open(person)

    def place(town: Municipality, other: Municipality, role: str, name: str) -> Place:
        content, fingerprint, _ = told[other.pk]
        with active_municipality(town):
            station = registering.accept(
                content, fingerprint, name=name, role=role, actor=told[town.pk][2].person
            )
        return Place(town, told[town.pk][2], station)

    return TwoPlaces(
        place(yakuba_city, neighbour_town, "station", "電算室の端末"),
        place(neighbour_town, yakuba_city, "sender", "市民課"),
    )
