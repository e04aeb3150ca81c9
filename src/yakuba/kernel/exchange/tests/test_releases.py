"""The two halves are put on a new release one after the other: in between each reads what the other's release writes, and
nothing that was passed over meanwhile is missing afterwards."""

from __future__ import annotations

import gzip
import hashlib
import json
from importlib import import_module

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from yakuba.kernel.exchange import keys, publishing, queue, sealing, standings
from yakuba.kernel.exchange.models import Counterpart, NumberRange, Standing
from yakuba.kernel.exchange.tests.halves import other
from yakuba.kernel.tenancy import every_municipality
from yakuba.services.fieldwork.models import PostedReport
from yakuba.services.intake.models import Posted


@pytest.fixture
def outside(in_yakuba_city, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    return other()


def test_a_standing_that_does_not_say_whose_it_is_is_an_application(outside) -> None:
    now = timezone.now().isoformat()
    plain = {"number": "0800000110", "secret": "a" * 64, "title": "バス乗車券", "sent_at": now}
    line = {"key": queue.new_key(), "revision": 4, "plain": plain, "sealed": sealing.text_of(b"sealed")}
    row = Counterpart.objects.get()
    standings.take(row, json.dumps([line]).encode())
    assert (Posted.objects.get().key, row.revision) == (line["key"], 4)
    assert not PostedReport.objects.exists()


def test_standings_that_are_too_much_for_one_message_go_in_several(in_yakuba_city, monkeypatch) -> None:
    monkeypatch.setattr(standings, "MOST_BYTES", 250)
    for number in range(1, 6):
        Standing.objects.create(key=queue.new_key(), sum="x", sealed=b"s" * 100, revision=number)
    lasts, last = [], 0
    while (part := standings.part_since(last)) is not None:
        last = part.facts["last"]
        lasts.append(last)
    assert lasts == [2, 4, 5]


def published(**rooms) -> tuple[dict, bytes]:
    content = json.dumps({"name": "やくば市", **rooms}).encode()
    return {"sum": hashlib.sha256(content).hexdigest()}, gzip.compress(content)


def test_what_is_for_a_room_of_a_later_release_comes_until_it_is_there(outside) -> None:
    row = keys.counterpart()
    facts, packed = published()
    publishing.take(row, facts, packed)
    assert row.bundle == facts["sum"]  # it does not come again
    publishing.take(row, *published(room_of_next_year={"public": True}))
    assert row.bundle == ""  # it does


def test_what_an_earlier_release_passed_over_comes_once_more(outside) -> None:
    Counterpart.objects.update(bundle="a" * 64)
    with every_municipality("as `prepare` runs it"):
        import_module("yakuba.kernel.exchange.migrations.0003_told_again").forget(
            apps, connection.schema_editor()
        )
    assert Counterpart.objects.get().bundle == ""


BEFORE = [
    ("tenancy", "0001_initial"),
    ("exchange", "0001_initial"),
    ("intake", "0006_fromoutside_numberrange_posted"),
]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_ranges_of_before_are_those_of_applications_in_every_town() -> None:
    """A number is not given twice because the table moved: what was given of each range stays given."""
    executor = MigrationExecutor(connection)
    executor.migrate(BEFORE)
    try:
        old = executor.loader.project_state(BEFORE).apps
        towns = old.get_model("tenancy", "Municipality")
        rows = old.get_model("intake", "NumberRange")._base_manager
        with every_municipality("as `prepare` runs it"):
            for code, following in (("990019", 17), ("990027", 2_001)):
                town = towns.objects.create(code=code, name="町")
                rows.create(municipality=town, year=8, first=1, last=2_000, next=following)
    finally:
        executor = MigrationExecutor(connection)
        with every_municipality("as `prepare` runs it"):
            executor.migrate(executor.loader.graph.leaf_nodes())
    with every_municipality("both towns'"):
        found = NumberRange.all_municipalities.values_list(
            "municipality__code", "room", "year", "first", "last", "next"
        )
        assert sorted(found) == [
            ("990019", "intake", 8, 1, 2_000, 17),
            ("990027", "intake", 8, 1, 2_000, 2_001),
        ]
