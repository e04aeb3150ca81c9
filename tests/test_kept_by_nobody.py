"""No browser and no proxy keeps an answer, of whatever kind: the next person at the PC would find it there.

That it holds for every page and operation, `tests/test_access.py` walks; here stands one of each kind, which costs nothing.
"""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.tests.test_ledger import DOCUMENT


@pytest.fixture
def known(client, clerk, in_yakuba_city):
    client.force_login(clerk)
    ledger.open_case(ledger.load_procedure(DOCUMENT), "0800000129")
    return client


ANSWERS = {
    "the login page": (lambda known: Client().get("/login/"), 200),
    "a stranger's way to it": (lambda known: Client().get("/cases/"), 302),
    "a page": (lambda known: known.get("/cases/?sort="), 200),
    "a file": (lambda known: known.get("/cases/export/?form=xlsx"), 200),
    "what is not there": (lambda known: known.get("/nowhere/"), 404),
    "a form that is refused": (lambda known: known.post(reverse("reading:upload"), {"name": ""}), 422),
    "a form of another page": (lambda known: Client(enforce_csrf_checks=True).post("/login/", {}), 403),
    "a NUL": (lambda known: known.get("/cases/?text=%00"), 400),
    "the API's description": (lambda known: known.get("/api/v1/openapi.json"), 200),
    "a stranger's question to the API": (lambda known: Client().get("/api/v1/openapi.json"), 401),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_of_any_kind_is_kept_by_nobody(known, kind):
    ask, status = ANSWERS[kind]
    answer = ask(known)
    assert answer.status_code == status
    assert "no-store" in answer.headers["Cache-Control"]


def test_what_a_program_is_told_is_kept_by_nobody(known, clerk):
    token = ApiToken.issue(clerk, "試験", ["reform.view"], proved=True)[1]
    answer = Client().get("/api/v1/reform/effects", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
