"""The search of the whole house finds the life events by which residents are guided."""

from __future__ import annotations

from yakuba.kernel.localwords.actions import set_words
from yakuba.kernel.search.models import Waiting
from yakuba.kernel.search.tests.asking import indexed, switched_off, titles
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.intake.actions import navigator as actions
from yakuba.services.intake.tests.test_navigator_pages import FORMED, approver, published

__all__ = ["approver", "published"]  # fixtures
SOURCE = "intake.life_events"


def test_an_event_is_found_by_its_tasks_and_by_the_towns_words(published, clerk):
    assert titles(SOURCE, clerk, "児童手当") == [published.title]
    assert titles(SOURCE, clerk, "市民課") == [published.title]
    set_words({"住民登録の窓口": "くらし窓口課"}, actor=clerk)
    assert titles(SOURCE, clerk, "くらし窓口課") == [published.title]


def test_a_draft_is_not_found_and_a_withdrawn_event_no_more(published, clerk):
    indexed(SOURCE)
    actions.write(FORMED.replace("児童手当", "灯籠流し"), actor=clerk)
    assert not Waiting.objects.filter(source=SOURCE).exists(), "a draft concerns the index not"
    assert titles(SOURCE, clerk, "灯籠流し") == []
    actions.withdraw(published.pk)
    assert titles(SOURCE, clerk, "児童手当") == []
    assert indexed(SOURCE) == 0


def test_only_who_may_see_events_finds_them_and_only_where_the_room_is_used(
    published, clerk, make_staff, yakuba_city, neighbour_town, neighbour
):
    assert titles(SOURCE, make_staff(yakuba_city, "intake.view"), "児童手当")
    assert titles(SOURCE, make_staff(yakuba_city, "ledger.view"), "児童手当") == []
    with active_municipality(neighbour_town):
        assert titles(SOURCE, neighbour, "児童手当") == []
    assert titles(SOURCE, switched_off("intake", clerk), "児童手当") == []
