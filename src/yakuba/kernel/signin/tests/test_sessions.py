"""Sessions end: by idleness, by age, by their person, with the password, the roles and the post."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.accounts import actions
from yakuba.kernel.accounts.models import SignedIn
from yakuba.kernel.signin.tests.signing import PASSWORD, log_in
from yakuba.kernel.tenancy.models import Department
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


@pytest.mark.parametrize("field", ["began_at", "seen_at"])
def test_a_clock_that_went_wrong_makes_no_session_longer(client, field):
    back(**{field: timedelta(minutes=-4)})
    assert is_in(client), "another machine's clock"
    back(**{field: timedelta(days=-300)})
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


TOWN = "http://testserver/administration/town/"
TYPED = {"what": "department", "new-name": "長い <文> の課"}


@pytest.fixture
def idle(clerk, in_yakuba_city) -> Client:
    """Somebody who has typed for longer than a session may be idle."""
    client = log_in(clerk)[0]
    back(seen_at=timedelta(minutes=61))
    return client


def test_a_form_that_was_typed_for_an_hour_is_not_lost(idle):
    asked = idle.post("/administration/town/", TYPED, headers={"Referer": TOWN})
    page = asked.content.decode()
    assert (asked.status_code, 'value="長い &lt;文&gt; の課"' in page, "残っています" in page) == (
        403,
        True,
        True,
    )
    assert not Department.objects.filter(name=TYPED["new-name"]).exists()
    wrong = idle.post("/administration/town/", TYPED | {"proof_password": "nonsense", "proof_back": TOWN})
    assert (wrong.status_code, f'name="proof_back" value="{TOWN}"' in wrong.content.decode()) == (422, True)
    assert idle.post("/administration/town/", TYPED | {"proof_password": PASSWORD}).status_code == 302
    assert Department.objects.filter(name=TYPED["new-name"]).exists()
    assert is_in(idle)


def test_what_is_idle_does_nothing_else(idle, clerk):
    idle.post("/administration/town/", TYPED)
    assert SignedIn.objects.get(user=clerk).seen_at < timezone.now() - timedelta(minutes=60)
    assert not is_in(idle), "the question asked keeps nobody in"


@pytest.mark.parametrize("path", ["/password/", "/signin/sessions/end/", "/signin/proof/"])
def test_a_form_with_a_password_begins_anew(idle, path):
    answer = idle.post(path, {"old_password": PASSWORD, "proof_password": PASSWORD})
    assert answer["Location"].startswith("/login/?next=")
    assert not is_in(idle)


def test_one_that_is_ended_or_too_old_takes_no_proof(idle, clerk):
    with_proof = TYPED | {"proof_password": PASSWORD}
    back(began_at=timedelta(hours=12, seconds=1))
    assert idle.post("/administration/town/", with_proof)["Location"].startswith("/login/")
    other = log_in(clerk)[0]
    SignedIn.objects.all().delete()
    assert other.post("/administration/town/", with_proof)["Location"].startswith("/login/")
    assert not Department.objects.filter(name=TYPED["new-name"]).exists()


def test_a_foreign_page_asks_nobody_for_a_proof(idle):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = idle.cookies
    answer = strict.post("/administration/town/", TYPED)
    assert (answer.status_code, "proof_password" in answer.content.decode()) == (403, False)


def test_a_refusal_after_the_proof_leads_to_where_it_was_typed(clerk, in_yakuba_city):
    client = log_in(clerk)[0]
    path = f"/administration/people/{clerk.pk}/invite/"
    here = f"http://testserver/administration/people/{clerk.pk}/"
    fields = {"proof_password": PASSWORD, "proof_back": here}
    refused = client.post(path, fields, headers={"Referer": f"http://testserver{path}"})
    assert refused["Location"] == here
    away = client.post(path, fields | {"proof_back": "https://evil.example/"})
    assert away.status_code == 409
