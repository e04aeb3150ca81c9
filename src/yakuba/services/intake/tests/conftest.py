"""A town that has a web form open, and residents."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.ledger.actions import load_procedure
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.intake.actions import opening
from yakuba.services.intake.pages import residents

TOWN = "/apply/990019/"
BUS = {
    "procedure": "bus",
    "title": "バス乗車券",
    "version": 1,
    "baseline": {"minutes_per_case": 4.0, "kind": "estimated", "source": "試験"},
    "fields": [
        {"code": "receipt_number", "label": "受付番号", "type": "receipt_number", "required": True},
        {"code": "day", "label": "申請日", "type": "date", "required": True},
        {"code": "name", "label": "氏名", "type": "name", "required": True},
        {"code": "birth", "label": "生年月日", "type": "date", "required": True},
        {"code": "kind", "label": "区分", "type": "choice", "required": True, "options": {"old": "70歳以上", "student": "通学"}},
        {"code": "school", "label": "学校", "type": "text", "required": True},
    ],
}  # fmt: skip
CUT = {
    "pages": [
        {"title": "あなたのこと", "fields": ["name", "birth", "kind"]},
        {"title": "学校", "fields": ["school"], "when": {"field": "kind", "is": "student"}},
    ],
    "files": [{"code": "card", "label": "学生証", "when": {"field": "kind", "is": "student"}}],
}
YAMADA = {"name": "山田　太郎", "birth": "S31.4.1", "kind": "old"}


@pytest.fixture(autouse=True)
def _nobody_has_pressed_before():
    for limit in residents.LIMITS:
        limit.forget()


@pytest.fixture
def bus(in_yakuba_city, clerk):
    """The procedure, open to residents from today."""
    set_values({"intake.public": True}, actor=clerk)
    procedure = load_procedure(BUS)
    opening.set_form(procedure, CUT, actor=clerk)
    opening.open_form(procedure, timezone.localdate(), actor=clerk)
    return procedure


class Resident:
    """Somebody with a browser of their own."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=False)

    def begin(self) -> str:
        """A new draft; the address under which all of its pages are."""
        where = self.client.post(f"{TOWN}bus/")["Location"]
        assert where.endswith("/1/")
        return where.removesuffix("1/")

    def fill(self, draft: str, answers=YAMADA):
        """The first page."""
        return self.client.post(f"{draft}1/", answers)

    def send(self, draft: str) -> tuple[str, str]:
        """Receipt number and secret."""
        text = self.client.post(f"{draft}send/", follow=True).content.decode()
        return numbers(text)

    def apply(self, answers=YAMADA) -> tuple[str, str]:
        """A whole application."""
        draft = self.begin()
        self.fill(draft, answers)
        return self.send(draft)

    def look(self, number: str, secret: str, **more):
        """The status page."""
        return self.client.post(f"{TOWN}status/", {"number": number, "secret": secret}, **more)


def numbers(text: str) -> tuple[str, str]:
    """Receipt number and secret of a receipt's page."""
    number, secret = re.findall(r'<dd class="number">([^<]+)</dd>', text)[:2]
    return number, secret


@pytest.fixture
def resident():
    return Resident()
