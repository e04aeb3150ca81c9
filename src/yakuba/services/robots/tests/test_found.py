"""The search of the whole house finds robots by what they do and where."""

from __future__ import annotations

from yakuba.kernel.search.models import Waiting
from yakuba.kernel.search.tests.asking import indexed, switched_off, titles
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import scenarios
from yakuba.services.robots.queries import found
from yakuba.services.robots.tests.office import PROCEDURE, SYSTEM
from yakuba.services.robots.tests.town import scenario_text

SOURCE = "robots.scenarios"


def test_a_scenario_is_found_by_name_procedure_system_and_step(office, clerk):
    name = office.scenario.name
    (entry,) = found.entries([str(office.scenario.pk)])
    steps = entry.texts[-1].text
    assert "ログイン" in steps, "the steps stand there in words"
    for text in (name, SYSTEM, office.scenario.procedure.title, "ログイン"):
        assert titles(SOURCE, clerk, text) == [name], text


def test_a_newer_version_is_found_by_what_it_says_and_a_resting_one_says_so(office, clerk):
    assert titles(SOURCE, clerk, "夜間の休止画面") == []
    text = scenario_text(PROCEDURE)
    newer = text.replace("版: 1", "版: 2").replace("見出し: 業務メニュー", "見出し: 夜間の休止画面")
    assert newer != text
    scenarios.load_scenario(newer, actor=clerk)
    assert titles(SOURCE, clerk, "夜間の休止画面") == [office.scenario.name]
    indexed(SOURCE)
    scenarios.withdraw(office.scenario.name, clerk)
    assert not Waiting.objects.filter(source=SOURCE).exists(), "it says the same as before"
    (entry,) = found.entries([str(office.scenario.pk)])
    assert entry.detail.endswith("休止中")


def test_only_who_may_see_robots_finds_them_and_only_where_the_room_is_used(
    office, clerk, make_staff, yakuba_city, neighbour_town, neighbour
):
    assert titles(SOURCE, make_staff(yakuba_city, "robots.view"), SYSTEM)
    assert titles(SOURCE, make_staff(yakuba_city, "ledger.view"), SYSTEM) == []
    with active_municipality(neighbour_town):
        assert titles(SOURCE, neighbour, SYSTEM) == []
    assert titles(SOURCE, switched_off("robots", clerk), SYSTEM) == []
    office.scenario.versions.all().delete()
    office.scenario.delete()
    assert list(found.entries([str(office.scenario.pk)])) == []
