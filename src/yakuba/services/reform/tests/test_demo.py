"""The demo town's inventory shows something on every page."""

from __future__ import annotations

from yakuba.demo import town, work
from yakuba.services.reform.models import Initiative, SectionInventory, Task
from yakuba.services.reform.queries import analysis
from yakuba.services.reform.queries.initiatives import reckoned
from yakuba.services.reform.queries.inventory import latest_round


def test_three_sections_have_an_inventory_of_two_years(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(town, "user", lambda name: clerk)
    work.load()
    row = latest_round()
    found = analysis.hours(row)
    assert {one.name for one in found.sections} == set(work.TABLES)
    assert found.tasks == sum(map(len, work.TABLES.values()))
    assert found.unknown == 0
    assert 4_000 < found.total < 12_000, "as much as three small sections do"
    states = dict(SectionInventory.objects.filter(round=row).values_list("department__name", "state"))
    assert states == {"子育て支援課": "draft", "税務課": "answered", "市民課": "draft"}
    assert all(one.hours > 0 for one in analysis.proposals(row)), "each means has something"
    assert all(one.price for one in analysis.costs(row))
    assert len(reckoned()) == len(work.INITIATIVES) == Initiative.objects.count()
    assert all(one.price and one.saved > 0 for one in reckoned())
    work.load()
    assert Task.objects.count() == 2 * found.tasks
