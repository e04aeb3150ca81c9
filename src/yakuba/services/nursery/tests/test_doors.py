"""A page, a program and a command are doors to one operation: whichever is taken, the same event stands in the record."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.nursery.actions import decisions, runs
from yakuba.services.nursery.models import Placement


def events(name: str) -> list[tuple]:
    rows = AuditEvent.objects.filter(name=name).order_by("pk")
    return [(row.subject, row.actor, row.details) for row in rows]


@pytest.fixture
def page(clerk):
    client = Client()
    client.force_login(clerk)
    return client


def test_every_door_leaves_the_same_event_once(full, page, api, command, clerk, tmp_path):
    run, other = full.adopted().pk, full.calculate(again=True).pk
    number, child = full.round.pk, Placement.objects.filter(run=run)[0]
    taken = {"source": "ledger", "new": 0, "changed": 0, "refused": 0}
    file = tmp_path / "all.xlsx"
    for event, subject, details, send, (address, key, query), path, body, words in (
        (
            "applications_taken", f"round:{number}", taken,
            page.post, ("take", number, ""), f"rounds/{number}/take", {"go": 1}, ("take", number),
        ),
        (
            "run_adopted", f"run:{run}", {"round": number},
            page.post, ("adopt", run, ""), f"runs/{run}/adopt", {"go": 1}, ("adopt", run),
        ),
        (
            "exported", f"run:{run}", {"what": "excel"},
            page.get, ("export_excel", run, ""), f"runs/{run}/tables.xlsx", {}, ("export", run, "--out", file),
        ),
        (
            "runs_compared", f"run:{run}", {"before": other},
            page.get, ("compare", run, f"?with={other}"), f"runs/{run}/comparison?before={other}", {},
            ("compare", run, "--before", other),
        ),
        (
            "application_viewed", f"application:{child.application_id}", {},
            page.get, ("placement", child.pk, ""), f"results/{child.pk}", {}, ("result", child.pk),
        ),
    ):  # fmt: skip
        assert send(reverse(f"nursery:{address}", args=[key]) + query).status_code in (200, 302), event
        assert api(path, **body).status_code == 200, event
        assert command(*words, "--user", clerk.username)[0] == 0, event
        assert events(f"nursery.{event}") == [(subject, clerk, details)] * 3


def test_a_decision_leaves_the_same_events_by_every_door(full, page, api, command, clerk):
    run = full.adopted()
    child, said = full.child("0800000226"), {"slot": "", "reason": "転出", "answer": "取り下げる"}
    user = ("--user", clerk.username)
    page.post(reverse("nursery:propose", args=[child.pk]), said)
    page.post(reverse("nursery:refuse", args=[run.round.decisions.last().pk]), said)
    api(f"applications/{child.pk}/decisions", slot="", reason="転出")
    api(f"decisions/{run.round.decisions.last().pk}/refuse", answer="取り下げる")
    command("propose", run.round_id, child.receipt_number, "--slot", "", "--reason", "転出", *user)
    command("refuse", run.round.decisions.last().pk, "--answer", "取り下げる", *user)
    details = {"kind": "place", "round": run.round_id}
    wanted = [(f"decision:{row.pk}", clerk, details) for row in run.round.decisions.order_by("pk")]
    assert len(wanted) == 3
    assert events("nursery.decision_proposed") == events("nursery.decision_refused") == wanted


def test_a_program_stops_a_calculation(full, api, clerk):
    run = runs.start(full.round, actor=clerk)
    assert api(f"runs/{run.pk}/stop", go=1).json()["state"] == "failed"
    assert api(f"runs/{run.pk}/stop", go=1).status_code == 409
    assert events("nursery.run_stopped") == [(f"run:{run.pk}", clerk, {})]


def test_who_approves_sees_all_results_and_the_next_round_is_made_without_a_page(
    full, page, program, command, clerk, make_staff, yakuba_city
):
    run = full.adopted()
    decision = decisions.propose_freeze(full.round, "確かめた", actor=clerk)
    boss = make_staff(yakuba_city, "nursery.approve")
    call = program(boss)
    assert call(f"decisions/{decision.pk}/tables.xlsx").status_code == 200
    assert call(f"runs/{run.pk}/tables.xlsx").status_code == 403
    assert events("nursery.exported") == [(f"run:{run.pk}", boss, {"what": "excel"})]
    decisions.approve(decision, actor=full.boss)
    rules = {"rules": full.round.rule_set_id}
    code, shown, _ = command("next", full.round.pk, "二次選考", "--json", "--user", clerk.username)
    assert (code, events("nursery.round_made")) == (0, [(f"round:{json.loads(shown)['id']}", clerk, rules)])
