"""Ways around the proof: another person's login, a secret that was left on the screen, a password guessed where nobody counts."""

from __future__ import annotations

import os
import pwd

import pytest
import typer
from django.test import Client
from typer.testing import CliRunner

from yakuba.config.backup.restoring import end_sessions
from yakuba.config.command import build
from yakuba.kernel.accounts import acting
from yakuba.kernel.accounts import actions as accounts
from yakuba.kernel.accounts.models import LoginTally, Role, User
from yakuba.kernel.signin import inviting, terminal
from yakuba.kernel.signin.actions import begin_phone, secret_of
from yakuba.kernel.signin.models import Invitation
from yakuba.kernel.signin.queries import has_second_factor, unconfirmed
from yakuba.kernel.signin.tests.signing import PASSWORD, code_now, give_phone, grow_old, log_in
from yakuba.kernel.tenancy import active_municipality

NEW = {"new_password1": "watashi-dake-no", "new_password2": "watashi-dake-no"}


@pytest.fixture
def old(clerk, in_yakuba_city) -> Client:
    """A session that somebody has left open on the screen."""
    client = Client()
    client.force_login(clerk)
    grow_old(client)
    return client


@pytest.mark.parametrize("deed", ["password", "invite"])
def test_another_persons_login_is_given_out_after_a_proof_only(old, newcomer, deed):
    path = f"/administration/people/{newcomer.pk}/{deed}/"
    asked = old.post(path)
    assert (asked.status_code, 'id="secret"' in asked.content.decode()) == (403, False)
    newcomer.refresh_from_db()
    assert newcomer.check_password(PASSWORD)
    assert not Invitation.objects.exists()
    assert 'id="secret"' in old.post(path, {"proof_password": PASSWORD}).content.decode()


def test_a_new_person_is_made_after_a_proof_only(old):
    fields = {"username": "shinjin", "display_name": "新人", "department": "", "roles": []}
    assert old.post("/administration/people/new/", fields).status_code == 403
    assert not User.objects.filter(username="shinjin").exists()
    done = old.post("/administration/people/new/", fields | {"proof_password": PASSWORD})
    assert 'id="secret"' in done.content.decode()


def test_a_secret_that_was_left_half_set_up_is_neither_shown_nor_taken(old, clerk):
    secret, _ = give_phone(clerk)
    with active_municipality(clerk.municipality):
        begin_phone(clerk)
        left = secret_of(unconfirmed(clerk))
    assert old.get("/signin/phone/")["Location"].startswith("/signin/proof/")
    assert old.post("/signin/phone/", {"code": code_now(left)}).status_code == 403
    assert unconfirmed(clerk) is not None
    assert log_in(clerk)[0].post("/login/second/", {"code": code_now(secret, 1)}).status_code == 302


def test_the_password_cannot_be_guessed_where_it_is_changed(old):
    tries = [old.post("/password/", NEW | {"old_password": f"x{n}"}).status_code for n in range(7)]
    assert tries[-2:] == [429] * 2, tries
    assert old.post("/signin/proof/", {"proof_password": PASSWORD}).status_code == 429


def test_a_new_password_that_is_refused_is_no_guess(old):
    short = {"old_password": PASSWORD, "new_password1": "a", "new_password2": "a"}
    assert {old.post("/password/", short).status_code for _ in range(7)} == {200}


def test_a_half_login_hides_no_failed_one(clerk, newcomer, in_yakuba_city):
    give_phone(clerk)
    client, _ = log_in(clerk)
    for n in range(5):
        client.post("/login/", {"username": newcomer.username, "password": f"x{n}"})
    assert LoginTally.objects.filter(locked_until__isnull=False, user=newcomer).exists()


def test_an_invitation_ends_with_any_password_that_is_set_since(clerk, newcomer, in_yakuba_city):
    code = inviting.invite(newcomer, actor=clerk)
    assert inviting.open_invitation(code)
    given = accounts.reset_password(newcomer, actor=clerk)
    assert inviting.open_invitation(code) is None
    assert Client().post(f"/login/invitation/{code}/", NEW).status_code == 404
    assert log_in(newcomer, given)[1].status_code == 302


def test_on_the_terminal_a_demanded_second_factor_is_needed(make_staff, in_yakuba_city, monkeypatch, capsys):
    user = make_staff(in_yakuba_city, "ledger.view")
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD)
    assert terminal.ask(User.objects.get(pk=user.pk))
    Role.objects.filter(users=user).update(second_factor=True)
    assert not terminal.ask(User.objects.get(pk=user.pk))
    assert "画面で設定" in capsys.readouterr().err


def test_the_operator_is_who_runs_it_whatever_the_environment_says(monkeypatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "kacho")
    assert acting.operator() == pwd.getpwuid(os.getuid()).pw_name != "kacho"


def test_who_has_left_does_nothing_more_on_the_command_line(clerk, newcomer, in_yakuba_city, monkeypatch):
    monkeypatch.delenv("YAKUBA_TOKEN", raising=False)
    accounts.set_active(newcomer, False, actor=clerk)
    with pytest.raises(typer.Exit) as refused:
        acting.author(newcomer.username, "ledger.view")
    assert refused.value.exit_code == 2
    assert acting.named(newcomer.username) == newcomer, "who left can be let in again"


def test_the_only_administrator_who_has_lost_everything_gets_in_again(clerk, in_yakuba_city):
    give_phone(clerk)
    client = Client()
    client.force_login(clerk)
    done = CliRunner().invoke(build(), ["signin", "forget", clerk.username])
    assert done.exit_code == 0, done.output
    assert not has_second_factor(clerk)
    assert client.get("/").status_code == 302, "whoever has the telephone is out"
    assert log_in(clerk)[1]["Location"] == "/"


def test_after_a_restore_everybody_logs_in_anew(clerk, neighbour, in_yakuba_city):
    clients = [log_in(one)[0] for one in (clerk, neighbour)]
    end_sessions()
    assert [one.get("/").status_code for one in clients] == [302, 302]
