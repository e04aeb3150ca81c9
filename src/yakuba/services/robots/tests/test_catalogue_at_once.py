"""Two clerks at the same ready template at the same moment: one of them does it, the other is told."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import catalogue as actions
from yakuba.services.robots.actions.systems import set_system
from yakuba.services.robots.models import Recording, SharedTemplate, TakenTemplate
from yakuba.services.robots.queries import catalogue as queries
from yakuba.services.robots.tests import ready
from yakuba.services.robots.tests.office import Office
from yakuba.services.robots.tests.test_at_once import several_writers, together
from yakuba.services.robots.tests.test_catalogue import SECRETS, a_case, put_into_use, shared_by

__all__ = ["several_writers"]
CODES = ("overtime", "payment", "statistics")


def test_a_template_is_taken_once(several_writers: None, in_yakuba_city: Any, clerk: Any) -> None:
    for n, code in enumerate(CODES, 1):
        entry = queries.entry(code)
        raised = together(in_yakuba_city, *[lambda entry=entry: actions.take(entry, actor=clerk)] * 3)
        assert all(isinstance(one, Conflict) for one in raised), raised
        assert TakenTemplate.objects.count() == DefinitionVersion.objects.count() == n


def test_one_draft_is_opened(several_writers: None, in_yakuba_city: Any, clerk: Any) -> None:
    system = set_system("庶務システム", "http://127.0.0.1:8199", 5.0, SECRETS, actor=clerk)
    for n, code in enumerate(CODES, 1):
        row = actions.take(queries.entry(code), actor=clerk).row
        put_into_use(clerk)
        actions.set_words(row, system, {}, actor=clerk)
        case = a_case(ready.TEMPLATES[code], n)
        raised = together(
            in_yakuba_city, *[lambda row=row, case=case: actions.open_draft(row, case, actor=clerk)] * 3
        )
        assert (raised, Recording.objects.count()) == ([], n)


def test_a_scenario_is_shared_once(
    several_writers: None, office: Office, yakuba_city: Any, neighbour_town: Any
) -> None:
    actions.set_group("北部の集まり", [yakuba_city, neighbour_town])
    raised = together(yakuba_city, *[lambda: shared_by(office)] * 3)
    assert all(isinstance(one, Conflict) for one in raised), raised
    assert SharedTemplate.objects.get().version == 1
    with active_municipality(neighbour_town):
        assert [one for one in queries.entries() if one.from_group]
