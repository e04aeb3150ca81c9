"""Outside: what residents send is handed in and does not stay; without numbers or keys nothing is sent and nothing lost."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.utils import timezone

from yakuba.kernel.exchange import applicants, sealing, standings
from yakuba.kernel.exchange.models import NumberRange, Parcel
from yakuba.kernel.exchange.ranges import year_of
from yakuba.kernel.exchange.tests.halves import other
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.residents import codes
from yakuba.services.intake.actions import posting, publishing
from yakuba.services.intake.actions.numbers import NUMBERS
from yakuba.services.intake.models import Draft, LifeEvent, Posted, WebForm
from yakuba.services.intake.tests.conftest import TOWN


@pytest.fixture
def outside(bus, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "part", "outside")
    return other()


@pytest.fixture
def ranged(outside):
    year = year_of(timezone.localdate())
    NUMBERS.take({str(year): [[600_001, 600_003]]})
    return outside


def test_a_number_at_once_and_nothing_left(ranged, resident) -> None:
    draft = resident.begin()
    resident.fill(draft)
    number, secret = resident.send(draft)
    assert number[2:8] == "600001"
    assert resident.send(draft) == (number, secret)  # pressed twice
    assert not Case.objects.exists()
    assert bytes(Draft.objects.get().sealed) == b""
    assert [row.kind for row in Parcel.objects.all()] == ["intake.application"]
    row = Posted.objects.get()
    assert "山田" not in str(vars(row))
    page = resident.look(number, secret).content.decode()
    assert "受付済" in page
    assert resident.look(number, "0" * 12).status_code == 422
    private = applicants.opening_key(row.key, codes.read(secret))
    facts = b'{"word": "\xe5\xaf\xa9\xe6\x9f\xbb\xe4\xb8\xad", "number": "%s", "corrections": [], "open": "", "may_withdraw": false, "withdrawals": 0, "notice": ""}'
    sealed = sealing.seal(facts % number.encode(), sealing.public_of(private), standings.info_of(row.key))
    plain = {
        "number": number,
        "secret": row.secret,
        "title": "バス乗車券",
        "sent_at": timezone.now().isoformat(),
    }
    posting.take_standing(row.key, plain, sealed)
    assert "審査中" in resident.look(number, secret).content.decode()
    posting.take_standing(row.key, {}, b"")
    assert resident.look(number, secret).status_code == 422


def test_without_a_number_nothing_is_sent_and_the_draft_stays(ranged, resident) -> None:
    for _ in range(3):
        resident.apply()
    draft = resident.begin()
    resident.fill(draft)
    answer = resident.client.post(f"{draft}send/")
    assert answer.status_code == 409
    assert "書いたものは消えていません" in answer.content.decode()
    assert "山田" in resident.client.get(f"{draft}check/").content.decode()
    year = year_of(timezone.localdate())
    NUMBERS.take({str(year): [[600_001, 600_003], [700_001, 700_010]]})
    assert resident.send(draft)[0][2:8] == "700001"


def test_before_the_inside_has_said_anything_nothing_is_sent(outside, resident) -> None:
    draft = resident.begin()
    resident.fill(draft)
    assert resident.client.post(f"{draft}send/").status_code == 409


def test_what_is_published_takes_the_place_of_what_was(ranged, bus, resident) -> None:
    told = publishing.collected() | {"ranges": {}}
    LifeEvent.objects.create(code="old", title="前のもの", text="x", told="x")
    publishing.take(told)
    assert not LifeEvent.objects.exists()
    assert resident.client.get(f"{TOWN}bus/").status_code == 200
    draft = resident.begin()
    publishing.take(told | {"forms": []})
    assert WebForm.objects.get().opens_on is None
    assert resident.client.get(f"{TOWN}bus/").status_code == 410
    assert resident.client.get(f"{draft}1/").status_code == 200  # what is begun stays
    assert NumberRange.objects.exists()
