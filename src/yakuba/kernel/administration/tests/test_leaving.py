"""A person leaves: what was in the person's hands is listed, handed over or rests."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.registry import InHand
from yakuba.kernel.transfers import leaving, queries


@pytest.fixture
def hands(monkeypatch):
    """What rooms are asked: notes who takes over from whom."""
    asked = []

    def hand_over(takers, actor):
        asked.append((dict(takers), actor))
        return [
            InHand(person, "予定「夜の入力」", "権限がありません。" if taker else "")
            for person, taker in takers.items()
        ]

    monkeypatch.setattr(queries, "hand_over", hand_over)
    monkeypatch.setattr(leaving, "hand_over", hand_over)
    return asked


def test_leaving_lists_hands_over_and_ends_everything(admin, in_yakuba_city, newcomer, clerk, hands):
    session = Client()
    session.force_login(newcomer)
    row, _ = ApiToken.issue(newcomer, "夜間連携", ["ledger.view"])
    url = reverse("administration:person-leave", args=[newcomer.pk])
    page = admin.get(url).content.decode()
    assert "予定「夜の入力」" in page
    assert "夜間連携" in page
    assert admin.post(url, {"successor": newcomer.username}).status_code == 422
    done = admin.post(url, {"successor": clerk.username}, follow=True).content.decode()
    assert "権限がありません" in done
    assert hands[-1] == ({newcomer: clerk}, admin.get("/").wsgi_request.user)
    row.refresh_from_db()
    newcomer.refresh_from_db()
    assert (row.valid, newcomer.is_active) == (False, False)
    assert session.get("/").status_code == 302


def test_without_a_successor_the_work_rests_and_that_is_said(admin, in_yakuba_city, newcomer, hands):
    url = reverse("administration:person-leave", args=[newcomer.pk])
    done = admin.post(url, {"successor": ""}, follow=True).content.decode()
    assert "予定「夜の入力」は、引き継ぐ人が決まるまで止まります" in done


def test_the_own_account_and_another_towns_person_are_left_alone(admin, in_yakuba_city, neighbour):
    own = admin.get("/").wsgi_request.user
    answer = admin.post(reverse("administration:person-leave", args=[own.pk]), {"successor": ""})
    assert answer.status_code == 422
    own.refresh_from_db()
    assert own.is_active
    assert admin.post(reverse("administration:person-leave", args=[neighbour.pk]), {}).status_code == 404
