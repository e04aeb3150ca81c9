"""Published entries outside, questions inside."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from yakuba.kernel.exchange import arriving, queue
from yakuba.kernel.exchange.models import Parcel
from yakuba.kernel.exchange.tests.halves import other
from yakuba.services.answers.actions import publishing
from yakuba.services.answers.models import Asked, Confirmed, Entry, Section, Version
from yakuba.services.answers.queries.published import published as collected

ASK = "/ask/990019/"


@pytest.fixture
def told(published, clerk):
    """What goes out, and a town in which nothing of it is any more, as an outside is before the first message."""
    Confirmed.objects.create(entry=Entry.objects.get(code="inu"), text="山田さんの犬", by=clerk)
    document = json.loads(json.dumps(collected()))
    Confirmed.objects.all().delete()
    Entry.objects.update(current=None)
    Version.objects.all().delete()
    Entry.objects.all().delete()
    Section.objects.all().delete()
    return document


def test_the_outside_answers_with_published_entries_alone(told, monkeypatch) -> None:
    assert "夏季休暇" not in json.dumps(told, ensure_ascii=False)  # for staff
    assert "山田さん" not in json.dumps(told, ensure_ascii=False)
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    publishing.take(told)
    publishing.take(told)
    page = Client().post(ASK, {"question": "住民票の写しはどこで取れますか"}).content.decode()
    assert "300円" in page
    assert "0120-000-001" in page
    publishing.take(told | {"entries": [one for one in told["entries"] if one["code"] == "inu"]})
    page = Client().post(ASK, {"question": "住民票の写しはどこで取れますか"}).content.decode()
    assert "300円" not in page


def test_questions_go_in_masked_and_stay_outside_no_longer(told, monkeypatch) -> None:
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    half = other()
    publishing.take(told)
    Client().post(ASK, {"question": "電話 090-1234-5678 の件はどうなりましたか"})
    publishing.gather()
    assert not Parcel.objects.exists()  # it may still be rated
    Asked.objects.update(asked_at=timezone.now() - timedelta(days=2))
    publishing.gather()
    assert Parcel.objects.count() == 1
    assert not Asked.objects.exists()
    assert half


def test_the_inside_takes_them_once_and_masks_them_again(published, monkeypatch) -> None:
    monkeypatch.setattr(settings.YAKUBA, "part", "inside")
    half = other()
    one = {
        "text": "電話 090-1234-5678 の件", "at": (timezone.now() - timedelta(days=2)).isoformat(), "channel": "page",
        "outcome": "shown", "shown": ["inu", "nothing"], "chosen": "inu", "field": "ペット", "helped": True,
    }  # fmt: skip
    key = queue.new_key()
    half.parcel("answers.asked", json.dumps([one]).encode(), key)
    half.told()
    half.told()
    assert arriving.take_up() == 1
    row = Asked.objects.get()
    assert "5678" not in row.text
    assert row.chosen.code == "inu"
    assert row.shown == [row.chosen_id]
    assert timezone.now() - row.asked_at > timedelta(days=1)
