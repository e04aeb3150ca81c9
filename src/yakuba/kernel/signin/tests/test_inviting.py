"""Inviting: a link that opens once, for its person, until its day."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.signin.models import Invitation
from yakuba.kernel.signin.tests.signing import give_phone, log_in

NEW = {"new_password1": "watashi-dake-no", "new_password2": "watashi-dake-no"}


@pytest.fixture
def link(clerk, newcomer, in_yakuba_city) -> str:
    """The path of the link as the administrator's page shows it."""
    page = log_in(clerk)[0].post(f"/administration/people/{newcomer.pk}/invite/").content.decode()
    shown = page.partition('id="secret">')[2].partition("<")[0]
    return urlsplit(shown).path


def test_the_person_sets_the_password_and_is_led_to_the_second_factor(link, newcomer):
    client = Client()
    assert newcomer.username in client.get(link).content.decode()
    assert log_in(newcomer)[1].status_code == 200, "the password before opens nothing"
    short = client.post(link, {"new_password1": "a", "new_password2": "a"})
    assert (short.status_code, Invitation.objects.get().used_at) == (422, None)
    assert client.post(link, NEW)["Location"] == "/signin/"
    assert client.get("/").status_code == 200
    assert log_in(newcomer, NEW["new_password1"])[1].status_code == 302
    assert AuditEvent.objects.filter(name="signin.invitation_used", actor=newcomer).count() == 1


def test_it_opens_once(link):
    assert Client().post(link, NEW).status_code == 302
    other = {name: "hoka-no-hito-no" for name in NEW}
    assert Client().get(link).status_code == Client().post(link, other).status_code == 404


@pytest.mark.parametrize("case", ["late", "left", "newer"])
def test_it_does_not_open(link, newcomer, clerk, case):
    if case == "late":
        Invitation.objects.update(until=timezone.now() - timedelta(seconds=1))
    elif case == "left":
        type(newcomer).objects.filter(pk=newcomer.pk).update(is_active=False)
    else:
        log_in(clerk)[0].post(f"/administration/people/{newcomer.pk}/invite/")
    answer = Client().post(link, NEW)
    assert (answer.status_code, "この招待は使えません" in answer.content.decode()) == (404, True)
    assert log_in(newcomer, NEW["new_password1"])[1].status_code == 200


def test_who_has_a_second_factor_gives_it_at_the_login(link, newcomer):
    give_phone(newcomer)
    client = Client()
    assert client.post(link, NEW)["Location"] == "/login/"
    assert client.get("/").status_code == 302
