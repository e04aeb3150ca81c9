"""A fresh proof before what gives out a file, reveals, or approves; on pages nothing that was typed is lost."""

from __future__ import annotations

import pytest
from django.test import Client

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.signin.tests.signing import PASSWORD, code_now, give_phone, grow_old

EXPORT = "/administration/people/?form=xlsx"


@pytest.fixture
def old(clerk, in_yakuba_city) -> Client:
    """Somebody who logged in more than ten minutes ago."""
    client = Client()
    client.force_login(clerk)
    grow_old(client)
    return client


def test_a_login_is_a_proof_for_ten_minutes(clerk, in_yakuba_city):
    client = Client()
    client.force_login(clerk)
    assert client.get(EXPORT).status_code == 200
    grow_old(client, 590)
    assert client.get(EXPORT).status_code == 200
    grow_old(client, 601)
    assert client.get(EXPORT)["Location"].startswith("/signin/proof/?next=")
    grow_old(client, -60)  # a clock that was put back makes no proof last
    assert client.get(EXPORT).status_code == 302


def test_the_password_is_enough_where_there_is_no_second_factor(old):
    to = old.get(EXPORT, headers={"Referer": "http://testserver/administration/people/"})["Location"]
    page = old.get(to).content.decode()
    assert 'name="proof_password"' in page
    wrong = old.post(to, {"proof_password": "nonsense"})
    assert (wrong.status_code, "パスワードが違います" in wrong.content.decode()) == (422, True)
    done = old.post(to, {"proof_password": PASSWORD}).content.decode()
    assert f'href="{EXPORT}"' in done
    assert old.get(EXPORT).status_code == 200
    assert AuditEvent.objects.filter(name="signin.proved").count() == 1
    assert AuditEvent.objects.filter(name="signin.proof_failed").count() == 1


def test_the_password_is_not_enough_where_there_is_one(clerk, old):
    secret, _ = give_phone(clerk)
    assert 'name="proof_code"' in old.get("/signin/proof/").content.decode()
    assert old.post("/signin/proof/", {"proof_password": PASSWORD}).status_code == 422
    assert old.post("/signin/proof/", {"proof_code": code_now(secret, 1), "next": "/"})["Location"] == "/"
    assert old.get(EXPORT).status_code == 200


@pytest.mark.parametrize("then", ["//evil.example/", "https://evil.example/", "javascript:alert(1)"])
def test_it_leads_nowhere_else(old, then):
    answer = old.post("/signin/proof/", {"proof_password": PASSWORD, "next": then, "back": then})
    assert answer["Location"] == "/"


def test_a_form_goes_on_with_all_that_was_typed(old, clerk, in_yakuba_city):
    fields = {"user": clerk.username, "name": "夜間 <の> 書き出し", "days": "30", "scopes": ["ledger.view"]}
    asked = old.post("/administration/tokens/", fields)
    page = asked.content.decode()
    assert asked.status_code == 403
    assert 'value="夜間 &lt;の&gt; 書き出し"' in page
    assert not ApiToken.objects.exists()
    again = old.post("/administration/tokens/", fields | {"proof_password": "nonsense"})
    assert (again.status_code, 'value="ledger.view"' in again.content.decode()) == (422, True)
    assert old.post("/administration/tokens/", fields | {"proof_password": PASSWORD}).status_code == 200
    assert ApiToken.objects.get().proved


def test_guessing_is_throttled(old):
    statuses = [old.post("/signin/proof/", {"proof_password": f"x{n}"}).status_code for n in range(7)]
    assert statuses == [422] * 5 + [429] * 2


def test_a_part_of_a_page_leads_to_the_question(old):
    answer = old.get(EXPORT, headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/cases/?a=1"})
    assert answer["HX-Redirect"] == "/signin/proof/?next=%2Fcases%2F%3Fa%3D1"


def test_nobody_without_a_session_carries_a_proof(clerk):
    fresh = User.objects.get(pk=clerk.pk)
    assert not proof.is_fresh(fresh)
    with pytest.raises(proof.ProofNeeded):
        proof.require(fresh)
