"""The demo town's inventory shows something on every page."""

from __future__ import annotations

from yakuba.demo import bodies, town, work
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.reform.models import Indicator, Initiative, SectionInventory, StandardModel, Task
from yakuba.services.reform.queries import analysis, comparison, register
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


def test_five_bodies_are_compared_and_effects_published(
    in_yakuba_city, clerk, neighbour, monkeypatch, make_staff
):
    other = make_staff(in_yakuba_city, "reform.approve", "townsettings.change")
    people = {"kanri": other, "tonari": neighbour}
    monkeypatch.setattr(town, "user", lambda name: people.get(name, clerk))
    work.load()
    bodies.load()
    (found,) = comparison.compared(bodies.MOVING)
    assert {one.origin for one in found.figures} == {"own", "group", "table"}
    assert (len(found.figures), found.best.body) == (5, "きたやま市")
    assert [step["name"] for step in StandardModel.objects.get().steps] == ["受付", "入力", "確認", "通知"]
    assert len(register.published()) == 2
    assert Indicator.objects.count() == 5
    with active_municipality(neighbour.municipality):
        assert {one.origin for one in comparison.compared(bodies.MOVING)[0].figures} == {"own"}, (
            "やくば市 shares nothing"
        )
    bodies.load()
    assert StandardModel.objects.count() == 1
