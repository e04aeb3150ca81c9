"""The search of the whole house finds procedures by name and by what they ask for."""

from __future__ import annotations

from yakuba.kernel.ledger import actions
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.ledger.tests.test_found import document
from yakuba.kernel.search.finding import find
from yakuba.kernel.search.tests.asking import indexed, titles
from yakuba.kernel.tenancy import active_municipality

SOURCE = "ledger.procedures"


def test_a_procedure_is_found_and_leads_to_its_cases(client, in_yakuba_city, clerk):
    row = actions.load_procedure(document())
    assert titles(SOURCE, clerk, row.title) == [row.title]
    assert titles(SOURCE, clerk, "フリガナ") == [row.title]
    (hit,) = find(SOURCE, clerk, "bus-pass").hits
    client.force_login(clerk)
    assert client.get(hit.entry.url).status_code == 200
    asked = document() | {"title": "渡し船の乗船券", "version": 2}
    actions.load_procedure(asked)
    assert titles(SOURCE, clerk, "渡し船") == ["渡し船の乗船券"]
    Procedure.objects.get(pk=row.pk).delete()
    assert indexed(SOURCE) == 0


def test_only_who_may_see_cases_finds_procedures(
    in_yakuba_city, make_staff, yakuba_city, neighbour_town, neighbour
):
    row = actions.load_procedure(document())
    assert titles(SOURCE, make_staff(yakuba_city, "ledger.view"), row.title)
    assert titles(SOURCE, make_staff(yakuba_city, "answers.view"), row.title) == []
    with active_municipality(neighbour_town):
        assert titles(SOURCE, neighbour, row.title) == []
