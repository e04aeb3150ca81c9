"""Sessions end: by idleness, by age, by their person, with the password, the roles and the post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.accounts import actions
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.signin.tests.signing import PASSWORD, log_in
from yakuba.kernel.townsettings.actions import set_values


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 200


def back(**fields) -> None:
    """Let every session have begun or been used that much earlier."""
    now = timezone.now()
    SignedIn.objects.update(**{name: now - ago for name, ago in fields.items()})


@pytest.fixture
def client(newcomer, in_yakuba_city) -> Client:
    return log_in(newcomer)[0]


def test_an_idle_session_ends_and_leads_back_afterwards(client):
    back(seen_at=timedelta(minutes=59))
    assert is_in(client)
    back(seen_at=timedelta(minutes=61))
    assert client.get("/search/?text=x")["Location"] == "/login/?next=/search/%3Ftext%3Dx"
    assert client.get("/login/").status_code == 200
    assert not is_in(client)


def test_the_town_says_how_long(client, clerk):
    set_values({"signin.idle_minutes": 10}, actor=clerk)
    back(seen_at=timedelta(minutes=11))
    assert not is_in(client)


def test_a_session_ends_after_twelve_hours_however_busy(client):
    back(began_at=timedelta(hours=12, seconds=1))
    assert not is_in(client)


def test_a_page_that_asks_by_itself_keeps_nobody_in(client):
    back(seen_at=timedelta(minutes=30))
    before = SignedIn.objects.get().seen_at
    client.get("/", headers={"HX-Request": "true"})
    assert SignedIn.objects.get().seen_at == before
    assert is_in(client)
    assert SignedIn.objects.get().seen_at > before


def test_one_sees_and_ends_ones_own(client, newcomer, clerk):
    other = log_in(newcomer, "yakuba-test-word")[0]
    stranger = log_in(clerk)[0]
    page = client.get("/signin/sessions/").content.decode()
    assert (page.count("この画面</td>"), page.count("終わらせる</button></form></td>")) == (1, 1)
    row = SignedIn.objects.filter(user=newcomer).order_by("-pk")[0]
    assert stranger.post(f"/signin/sessions/{row.pk}/end/").status_code == 404
    assert is_in(other)
    client.post(f"/signin/sessions/{row.pk}/end/")
    assert (is_in(client), is_in(other), is_in(stranger)) == (True, False, True)
    third = log_in(newcomer)[0]
    client.post("/signin/sessions/end/")
    assert (is_in(client), is_in(third)) == (True, False)


def test_they_end_with_the_password(client, newcomer):
    other = log_in(newcomer)[0]
    new = {"old_password": PASSWORD, "new_password1": "kawatta-kotoba", "new_password2": "kawatta-kotoba"}
    assert client.post("/password/", new).status_code == 302
    assert (is_in(client), is_in(other)) == (True, False)
    assert SignedIn.objects.filter(user=newcomer).count() == 1


@pytest.mark.parametrize("change", ["password", "leave", "roles"])
def test_they_end_when_the_administrator_changes_the_person(client, newcomer, clerk, change):
    if change == "password":
        actions.reset_password(newcomer, actor=clerk)
    elif change == "leave":
        actions.set_active(newcomer, False, actor=clerk)
    else:
        actions.save_staff(newcomer.username, roles=[], actor=clerk)
    assert not SignedIn.objects.filter(user=newcomer).exists()
    assert not is_in(client)


def test_the_same_roles_again_end_nothing(client, newcomer, clerk):
    actions.save_staff(
        newcomer.username, name="別の名", roles=[role.name for role in newcomer.roles.all()], actor=clerk
    )
    assert is_in(client)


def test_a_logout_leaves_no_row_and_a_stolen_cookie_opens_nothing(client, newcomer):
    cookie = client.cookies["sessionid"].value
    client.post("/logout/")
    assert not SignedIn.objects.filter(user=newcomer).exists()
    thief = Client()
    thief.cookies["sessionid"] = cookie
    assert not is_in(thief)
