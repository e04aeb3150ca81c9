"""Passkeys: made, used at the login and for a proof, demanded by a role, copied, lost."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from yakuba.config.environment import Environment
from yakuba.kernel.accounts.models import Role, User
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.signin import terminal
from yakuba.kernel.signin.models import Challenge, Passkey, RecoveryCode
from yakuba.kernel.signin.queries import factors
from yakuba.kernel.signin.tests.signing import PASSWORD, code_now, give_phone, grow_old
from yakuba.kernel.signin.tests.soft_key import DOMAIN, ORIGIN, PRESENT, SoftKey
from yakuba.kernel.townsettings.actions import set_values

HOST = {"HTTP_HOST": "localhost:8000"}
EXPORT = "/administration/people/?form=xlsx"


@pytest.fixture(autouse=True)
def _origin(monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "passkey_origins", ORIGIN)


def browser() -> Client:
    return Client(**HOST)


def options(answer) -> dict:
    found = re.search(r'data-options="([^"]*)"', answer.content.decode())
    return json.loads(html.unescape(found[1]))


def inside(user: User) -> Client:
    client = browser()
    client.force_login(user)
    return client


def made(client: Client, key: SoftKey | None = None, name: str = "席のPC") -> SoftKey:
    """A passkey that is registered on the page."""
    key = key or SoftKey()
    answer = key.create(options(client.get("/signin/passkeys/new/")))
    done = client.post("/signin/passkeys/new/", {"name": name, "answer": answer})
    assert done.status_code in {200, 302}, done.content.decode()
    return key


def half_in(user: User) -> Client:
    """Who has given the password."""
    client = browser()
    to = client.post("/login/", {"username": user.username, "password": PASSWORD})["Location"]
    assert to == "/login/second/"
    return client


def second(client: Client, key: SoftKey):
    asked = options(client.get("/login/second/"))
    return client.post("/login/second/", {"proof_passkey": key.get(asked)})


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def test_made_with_a_name_and_recovery_codes(clerk, in_yakuba_city):
    client = inside(clerk)
    key = SoftKey()
    asked = options(client.get("/signin/passkeys/new/"))
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert clerk.username.encode().hex() not in asked["user"]["id"]
    done = client.post("/signin/passkeys/new/", {"name": "席のPC", "answer": key.create(asked)})
    assert done.content.decode().count('<li class="value">') == 10
    again = made(client, name="鍵束のUSBキー")
    assert [row.name for row in Passkey.objects.order_by("pk")] == ["席のPC", "鍵束のUSBキー"]
    assert factors(clerk).passkeys == 2
    page = client.get("/signin/").content.decode()
    assert "席のPC" in page
    assert "鍵束のUSBキー" in page
    twice = client.post(
        "/signin/passkeys/new/",
        {"name": "写し", "answer": again.create(options(client.get("/signin/passkeys/new/")))},
    )
    assert (twice.status_code, "もう登録してあります" in twice.content.decode()) == (422, True)
    assert AuditEvent.objects.filter(name="signin.factor_added", details__kind="passkey").count() == 2


def test_the_password_alone_lets_nobody_in_who_has_a_passkey(clerk, in_yakuba_city):
    key = made(inside(clerk))
    client = half_in(clerk)
    assert not is_in(client)
    assert second(client, key).status_code == 302
    assert is_in(client)
    assert Passkey.objects.get().sign_count == 2


CHEATS = {
    "another's origin": {"origin": "https://evil.example"},
    "another's domain": {"domain": "evil.example"},
    "nobody verified": {"flags": PRESENT},
    "nobody there": {"flags": 0},
}


@pytest.mark.parametrize("cheat", CHEATS.values(), ids=CHEATS)
def test_what_is_not_right_makes_and_opens_nothing(clerk, cheat, in_yakuba_city):
    client = inside(clerk)
    bad = SoftKey(**cheat).create(options(client.get("/signin/passkeys/new/")))
    assert client.post("/signin/passkeys/new/", {"name": "x", "answer": bad}).status_code == 422
    key = made(client)
    for name, value in cheat.items():
        setattr(key, name, value)
    half = half_in(clerk)
    assert second(half, key).status_code == 422
    assert not is_in(half)


def test_another_key_with_the_same_id_opens_nothing(clerk, in_yakuba_city):
    key = made(inside(clerk))
    stranger = SoftKey(handle=key.handle, count=9)
    half = half_in(clerk)
    answer = json.loads(stranger.get(options(half.get("/login/second/"))))
    row = Passkey.objects.get()
    answer["id"] = answer["rawId"] = row.key
    assert half.post("/login/second/", {"proof_passkey": json.dumps(answer)}).status_code == 422
    assert not is_in(half)


def test_a_challenge_answers_once_in_its_session_for_its_person_and_not_for_long(
    clerk, newcomer, in_yakuba_city
):
    key = made(
        inside(clerk), SoftKey(count=0, step=0)
    )  # does not count: only the challenge stops the second use
    here, there = half_in(clerk), half_in(clerk)
    answer = key.get(options(here.get("/login/second/")))
    there.get("/login/second/")
    assert there.post("/login/second/", {"proof_passkey": answer}).status_code == 422, "another session"
    assert here.post("/login/second/", {"proof_passkey": answer}).status_code == 302
    grow_old(here)
    assert here.post("/signin/proof/", {"proof_passkey": answer}).status_code == 422, "a second time"
    late = half_in(clerk)
    answer = key.get(options(late.get("/login/second/")))
    Challenge.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert late.post("/login/second/", {"proof_passkey": answer}).status_code == 422, "late"
    made(inside(newcomer), SoftKey(count=0, step=0))
    asked = options(half_in(newcomer).get("/login/second/"))
    assert there.post("/login/second/", {"proof_passkey": key.get(asked)}).status_code == 422, "another's"


def test_a_challenge_for_a_proof_makes_no_passkey(clerk, in_yakuba_city):
    client = inside(clerk)
    made(client)
    asked = options(client.get("/signin/proof/")) | {"user": {"id": "AAAA"}}
    done = client.post("/signin/passkeys/new/", {"name": "x", "answer": SoftKey().create(asked)})
    assert (done.status_code, Passkey.objects.count()) == (422, 1)


def test_a_key_that_counts_backwards_is_told_and_stopped(clerk, in_yakuba_city):
    key = made(inside(clerk))
    assert second(half_in(clerk), key).status_code == 302
    key.count = 2
    half = half_in(clerk)
    told = second(half, key)
    assert (told.status_code, "写しが作られたおそれ" in told.content.decode()) == (422, True)
    assert AuditEvent.objects.filter(name="signin.passkey_copied").count() == 1
    key.count = 99
    again = half_in(clerk)  # the password alone still opens nothing
    assert "data-options" not in again.get("/login/second/").content.decode()
    assert "写しのおそれ" in inside(clerk).get("/signin/").content.decode()


def test_a_recovery_code_is_the_way_out(clerk, in_yakuba_city):
    client = inside(clerk)
    key = SoftKey()
    answer = key.create(options(client.get("/signin/passkeys/new/")))
    page = client.post("/signin/passkeys/new/", {"name": "席のPC", "answer": answer}).content.decode()
    code = re.search(r'<li class="value">([^<]*)', page)[1]
    half = half_in(clerk)
    assert half.post("/login/second/", {"code": code}).status_code == 302
    assert is_in(half)


def test_a_proof_before_what_needs_one(clerk, in_yakuba_city):
    client = inside(clerk)
    key = made(client)
    grow_old(client)
    asked = options(client.get("/signin/proof/"))
    assert client.post("/signin/proof/", {"proof_passkey": key.get(asked), "next": EXPORT}).status_code == 302
    assert client.get(EXPORT).status_code == 200


def test_a_form_goes_on_with_the_passkey(clerk, in_yakuba_city):
    client = inside(clerk)
    key = made(client)
    grow_old(client)
    asked = client.post("/signin/codes/")
    assert asked.status_code == 403
    done = client.post("/signin/codes/", {"proof_passkey": key.get(options(asked))}).content.decode()
    assert done.count('<li class="value">') == 10


def test_removing_needs_a_proof_and_takes_the_codes_with_the_last(clerk, in_yakuba_city):
    client = inside(clerk)
    made(client)
    row = Passkey.objects.get()
    grow_old(client)
    assert client.post(f"/signin/passkeys/{row.pk}/remove/").status_code == 403
    grow_old(client, 0)
    assert client.post(f"/signin/passkeys/{row.pk}/remove/").status_code == 302
    assert not Passkey.objects.exists()
    assert not RecoveryCode.objects.exists()


def test_nobody_removes_anothers(clerk, newcomer, in_yakuba_city):
    made(inside(newcomer))
    row = Passkey.objects.get()
    assert inside(clerk).post(f"/signin/passkeys/{row.pk}/remove/").status_code == 404
    assert Passkey.objects.exists()


def test_a_role_can_demand_one(clerk, in_yakuba_city, monkeypatch, capsys):
    monkeypatch.setattr("time.time", lambda: 1_800_000_010.0)  # no step of the telephone ends in between
    secret, codes = give_phone(clerk)
    Role.objects.filter(users=clerk).update(passkey=True)
    client = inside(clerk)
    assert client.get("/")["Location"] == "/signin/"
    assert "パスキーが必要です" in client.get("/signin/").content.decode()
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    assert not terminal.ask(User.objects.get(pk=clerk.pk))
    key = made(client)
    assert is_in(client)
    half = half_in(clerk)
    refused = half.post("/login/second/", {"code": code_now(secret, 1)})
    assert (refused.status_code, "パスキーでの確認が必要" in refused.content.decode()) == (422, True)
    words = iter([PASSWORD, code_now(secret, 1)])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(words))
    assert not terminal.ask(User.objects.get(pk=clerk.pk))
    assert second(half, key).status_code == 302
    assert half_in(clerk).post("/login/second/", {"code": codes[0]}).status_code == 302
    row = Passkey.objects.get()
    assert client.post(f"/signin/passkeys/{row.pk}/remove/").status_code == 409
    assert Passkey.objects.exists()


def test_without_a_password_where_the_town_says_so(clerk, in_yakuba_city):
    key = made(inside(clerk))
    assert browser().get("/login/passkey/")["Location"] == "/login/"
    assert "/login/passkey/" not in browser().get("/login/").content.decode()
    set_values({"signin.passkey_login": True}, actor=clerk)
    assert "/login/passkey/" in browser().get("/login/").content.decode()
    client = browser()
    asked = options(client.get("/login/passkey/"))
    assert asked.get("allowCredentials", []) == [], "tells nobody whose there are"
    fields = {"proof_passkey": key.get(asked), "next": "/search/?text=x"}
    assert client.post("/login/passkey/", fields)["Location"] == "/search/?text=x"
    assert is_in(client)


def test_without_a_password_for_nobody_else(clerk, neighbour, in_yakuba_city):
    key, theirs = made(inside(clerk)), made(inside(neighbour))
    set_values({"signin.passkey_login": True}, actor=clerk)
    tries = {"the neighbour's town does not allow it": theirs, "not registered": SoftKey(handle=key.handle)}
    for why, one in tries.items():
        client = browser()
        answer = one.get(options(client.get("/login/passkey/")))
        assert client.post("/login/passkey/", {"proof_passkey": answer}).status_code in {403, 422}, why
        assert not is_in(client), why
    key.handle = theirs.handle
    client = browser()
    answer = key.get(options(client.get("/login/passkey/")))
    assert client.post("/login/passkey/", {"proof_passkey": answer}).status_code == 422
    key.handle = ""
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    answer = key.get(options(client.get("/login/passkey/")))
    assert client.post("/login/passkey/", {"proof_passkey": answer}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize(
    "answer",
    [
        "x",
        "{}",
        "[]",
        '{"response": 1}',
        "[" * 9999,
        '{"id": "\\ud800", "response": {"clientDataJSON": "e30"}}',
        "x" * 10001,
        '{"id": 1, "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiJBQUFBIn0"}}',
    ],
)
def test_nonsense_is_refused_with_a_sentence(clerk, in_yakuba_city, answer):
    client = inside(clerk)
    made(client)
    assert client.post("/signin/passkeys/new/", {"name": "x", "answer": answer}).status_code == 422
    assert client.post("/signin/proof/", {"proof_passkey": answer}).status_code == 422
    set_values({"signin.passkey_login": True}, actor=clerk)
    assert browser().post("/login/passkey/", {"proof_passkey": answer}).status_code == 422


def test_guessing_is_throttled(clerk, in_yakuba_city):
    made(inside(clerk))
    half = half_in(clerk)
    statuses = [half.post("/login/second/", {"proof_passkey": "x"}).status_code for _ in range(7)]
    assert statuses[-1] == 429


def test_behind_a_proxy_nothing_is_assumed(clerk, in_yakuba_city, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "passkey_origins", "")
    assert "localhost" in options(inside(clerk).get("/signin/passkeys/new/"))["rp"]["id"]
    monkeypatch.setattr(settings.YAKUBA, "trusted_proxies", "10.0.0.1")
    page = inside(clerk).get("/signin/passkeys/new/").content.decode()
    assert "data-options" not in page
    assert "YAKUBA_PASSKEY_ORIGINS" in page


def test_an_address_that_is_not_listed_says_where_to_go(clerk, in_yakuba_city):
    client = Client(HTTP_HOST="127.0.0.1")
    client.force_login(clerk)
    page = client.get("/signin/passkeys/new/").content.decode()
    assert "data-options" not in page
    assert "http://127.0.0.1 で開いています" in page
    assert f"{ORIGIN} で開いたときだけ" in page


def test_settings_that_would_open_to_anybody_are_refused(monkeypatch):
    monkeypatch.setenv("YAKUBA_PASSKEY_ORIGINS", "https://yakuba.city.example:8443, https://b.city.example")
    monkeypatch.setenv("YAKUBA_PASSKEY_DOMAIN", "city.example")
    assert Environment().passkey_domain == "city.example"
    for origins, domain in (
        ("http://yakuba.city.example", ""),
        ("https://a.example/path", ""),
        ("https://a.example", "b.example"),
        ("https://a.example,https://b.example", ""),
        ("https://user@a.example", ""),
        ("https://eviltown.example", "town.example"),
    ):
        monkeypatch.setenv("YAKUBA_PASSKEY_ORIGINS", origins)
        monkeypatch.setenv("YAKUBA_PASSKEY_DOMAIN", domain)
        with pytest.raises(ValueError, match=r"YAKUBA_PASSKEY_ORIGINS|https"):
            Environment()


def test_the_domain_is_the_first_address(monkeypatch):
    assert settings.YAKUBA.passkey_domain == ""
    from yakuba.kernel.signin.relying import relying_party

    assert relying_party().domain == DOMAIN
