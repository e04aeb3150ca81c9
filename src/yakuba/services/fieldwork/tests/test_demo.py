"""The demo town outdoors shows something on every page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.demo import land, outdoors, town
from yakuba.services.cityhub.models import SurveyFile
from yakuba.services.fieldwork.actions import advice_indices
from yakuba.services.fieldwork.models import BountyClaim, Comparison, FieldIndex, IndexRun, Report, Trap
from yakuba.services.fieldwork.queries import advice as queries
from yakuba.services.fieldwork.queries import wildlife

PAGES = ("index", "map", "statistics", "rules", "traps", "hot_spots", "sightings", "bounties")


@pytest.mark.slow
def test_every_page_shows_something(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(town, "user", lambda name: clerk)
    outdoors.load()
    outdoors.load()  # a second time changes nothing
    assert Report.objects.count() == len(outdoors.REPORTS)
    assert set(Report.objects.values_list("state", flat=True)) == {"received", "working", "done", "closed"}
    assert Trap.objects.count() == len(outdoors.TRAPS)
    assert any(one.rate for one in wildlife.hot_spots())
    third = BountyClaim.objects.get(number="見本-3")
    assert Comparison.objects.filter(photo__claim=third, other__claim__number="見本-1", why="same").exists()
    staff = Client()
    staff.force_login(clerk)
    for name in PAGES:
        page = staff.get(reverse(f"fieldwork:{name}"), follow=True)
        assert page.status_code == 200
        assert "まだありません" not in page.content.decode()
    asked = staff.get(reverse("fieldwork:next_traps"), {"number": "3", "reach": "400", "species": ""})
    assert "厳密な方法" in asked.content.decode()
    assert "車輪くらいの穴" in Client().get(reverse("report:map", args=["990019"])).content.decode()


@pytest.mark.slow
def test_the_land_is_drawn_measured_and_advised(db):
    town.load_town("http://127.0.0.1:9")
    with town.in_yakuba_city():
        land.load()
        land.load()  # a second start adds nothing
        files = {row.title: row for row in SurveyFile.objects.all()}
        assert len(files) == 4
        assert {row.state for row in files.values()} == {"done"}
        assert all(row.code == land.PLANE for row in files.values())
        run = IndexRun.objects.get()
        advice_indices.work(run.pk, lambda done, total, note: None)
        east, west = FieldIndex.objects.order_by("field__name")
        assert east.middle > west.middle  # the western paddy is paler
        _, rules = queries.in_force()
        found = queries.advice(list(queries.fields()), rules, queries.today())
        assert {each.stage.name for each in found} == {"幼穂形成期"}
        assert all(each.advised for each in found)
        assert [len(each.lacking) for each in found] == [0, 0]
