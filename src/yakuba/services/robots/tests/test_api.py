"""The API: scopes, refusals as problem+json, and a run from creation to decision."""

from __future__ import annotations

import json

import pytest

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.models import Row, Run
from yakuba.services.robots.tests import town
from yakuba.services.robots.tests.office import PROCEDURE, Shift

SCOPES = ["robots.view", "robots.run", "robots.decide", "robots.manage"]


@pytest.fixture
def call(client):
    """`call(user, method, path, **body)` → status and JSON."""

    def ask(user, method, path, scopes=SCOPES, **body):
        with active_municipality(user.municipality):
            token = ApiToken.issue(user, "試験", list(scopes))[1]
        answer = client.generic(
            method,
            f"/api/v1/robots/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {token}"},
        )
        return answer.status_code, json.loads(answer.content)

    return ask


def test_a_run_from_creation_to_decision(office, call):
    office.ready_cases(2)
    person = office.person
    status, run = call(person, "POST", "runs", procedure=PROCEDURE)
    assert (status, run["state"], run["total"], run["done"]) == (201, "active", 2, 0)
    assert call(person, "POST", f"runs/{run['id']}/pause")[1]["state"] == "paused"
    assert call(person, "POST", f"runs/{run['id']}/resume", first_row=1)[1]["state"] == "active"
    Shift(Run.objects.get(), before={Case.objects.last().receipt_number: 2}).work()
    status, shown = call(person, "GET", f"runs/{run['id']}")
    assert (status, shown["counts"]) == (200, {"entered": 1, "undecided": 1})
    rows = call(person, "GET", f"runs/{run['id']}/rows?state=undecided")[1]
    assert [row["problem"]["kind"] for row in rows] == ["several_found"]
    assert call(person, "GET", "undecided")[1] == rows
    history = call(person, "GET", f"rows/{rows[0]['id']}")[1]["events"]
    assert [event["state"] for event in history] == ["looking_up", "undecided"]
    path = f"rows/{rows[0]['id']}/decide"
    assert call(person, "POST", path, decision="entered")[0] == 409
    assert call(person, "POST", path, decision="entered", target_number="K-9")[1]["state"] == "entered"
    assert call(person, "GET", "runs?state=done")[1][0]["id"] == run["id"]
    text = json.dumps(call(person, "GET", f"runs/{run['id']}/rows")[1], ensure_ascii=False)
    assert town.values(PROCEDURE, 1)["name"] not in text, "values of cases do not pass here"


def test_refusals_say_why(office, call):
    person = office.person
    assert call(person, "POST", "runs", procedure=PROCEDURE)[0] == 409
    status, problem = call(person, "POST", "runs", procedure="unknown")
    assert (status, "シナリオがありません" in problem["detail"]) == (409, True)
    assert call(person, "POST", "runs", procedure=PROCEDURE, limit=0)[0] == 422
    assert call(person, "GET", "runs?limit=100000")[0] == 422
    assert call(person, "GET", "runs/999999")[0] == 404
    status, problem = call(person, "POST", "scenarios", text="名前: [")
    assert (status, problem["errors"][0]["line"] > 0) == (422, True)
    assert call(person, "POST", "scenarios", text=town.scenario_text(PROCEDURE))[0] == 201
    assert call(person, "GET", "scenarios")[1][0]["obstacles"] == []


def test_scope_role_and_town(office, call, newcomer, neighbour):
    run = office.start(1)
    row = Row.objects.get()
    paths = [
        ("GET", "scenarios", "robots.view"),
        ("POST", "scenarios", "robots.manage"),
        ("GET", "runs", "robots.view"),
        ("POST", "runs", "robots.run"),
        ("GET", f"runs/{run.pk}", "robots.view"),
        ("GET", f"runs/{run.pk}/rows", "robots.view"),
        ("POST", f"runs/{run.pk}/pause", "robots.run"),
        ("POST", f"runs/{run.pk}/resume", "robots.run"),
        ("POST", f"runs/{run.pk}/stop", "robots.run"),
        ("POST", f"runs/{run.pk}/retry", "robots.run"),
        ("GET", "undecided", "robots.decide"),
        ("GET", f"rows/{row.pk}", "robots.view"),
        ("POST", f"rows/{row.pk}/decide", "robots.decide"),
        ("GET", f"scenarios/{run.scenario_id}/fast-lane", "robots.view"),
        *(
            ("POST", f"scenarios/{run.scenario_id}/fast-lane/{do}", "robots.manage")
            for do in ("prove", "use", "leave")
        ),
    ]
    body = {"text": "x", "decision": "again"}
    for method, path, scope in paths:
        others = [one for one in SCOPES if one != scope]
        assert call(office.person, method, path, scopes=others, **body)[0] == 403, path
        assert call(newcomer, method, path, **body)[0] == 403, path
        if str(run.pk) in path or "rows/" in path or "fast-lane" in path:
            assert call(neighbour, method, path, **body)[0] == 404, path
    assert call(neighbour, "GET", "runs")[1] == []
    assert call(neighbour, "GET", "undecided")[1] == []
    run.refresh_from_db()
    assert run.state == "active"
