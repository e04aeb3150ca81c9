"""A consultation becomes fields of a case only where a person says so."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.definitions.procedures import read_document
from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.services.minutes.actions import editing
from yakuba.services.minutes.contracts import MeetingKind, NewMeeting, Transcript, Utterance
from yakuba.services.minutes.tests.test_engine_consultation import BUS_PASS, TALK


@pytest.fixture
def page(in_yakuba_city, clerk):
    load_procedure(read_document(BUS_PASS), actor=clerk)
    client = Client()
    client.force_login(clerk)
    return client


def test_only_what_is_ticked_is_entered_and_nothing_is_written_over(page, clerk):
    said = Transcript(tuple(Utterance("", text) for _, text in TALK))
    row = editing.take_in(NewMeeting("相談", MeetingKind.CONSULTATION), said, "a.txt", actor=clerk)
    address = reverse("minutes:consultation", args=[row.pk])
    shown = page.get(address, {"procedure": "bus-pass"}).content.decode()
    assert "見本花子と申します。" in shown
    assert " checked" not in shown, "nothing is ticked beforehand"
    form = {
        "procedure": "bus-pass",
        "receipt": "0800000129",
        "use-name": "1",
        "value-name": "見本花子",
        "value-birth": "昭和25年4月3日",
    }
    assert (
        "値に印を付けて"
        in page.post(address, {"procedure": "bus-pass", "receipt": "0800000129"}).content.decode()
    )
    assert "受付番号" in page.post(address, form | {"receipt": "0800000128"}).content.decode()
    assert not Case.objects.exists()
    page.post(address, form)
    value = CaseValue.objects.get()
    assert (value.field, value.value, value.origin, value.confirmed_by_id) == (
        "name",
        "見本花子",
        "person",
        clerk.pk,
    )
    again = form | {"value-name": "別の名前", "use-birth": "1"}
    answer = page.post(address, again, follow=True).content.decode()
    assert "すでに値のある項目は変えていません：氏名" in answer
    assert set(CaseValue.objects.values_list("field", "value")) == {
        ("name", "見本花子"),
        ("birth", "1950-04-03"),
    }
