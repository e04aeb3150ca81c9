"""No page and no case of one resident ever reaches another: interleaved, sent twice, and with seeded defects that the test
must find. With two processes and bursts: `tests/test_intake_crowd.py`."""

from __future__ import annotations

import itertools
import time

import pytest
from django.test import Client

from yakuba.kernel.ledger.models import CaseValue
from yakuba.services.intake.actions import drafts, sending
from yakuba.services.intake.models import Draft, Submission
from yakuba.services.intake.pages import status
from yakuba.services.intake.tests.crowd import Walker, crossed, interleave

PEOPLE = 7


def browser(number: int):
    client = Client(raise_request_exception=False, REMOTE_ADDR=f"192.0.2.{number}")

    def ask(method, path, fields):
        answer = client.get(path) if method == "GET" else client.post(path, fields)
        return answer.status_code, answer.headers.get("Location", ""), answer.content.decode()

    return ask


def found() -> list[str]:
    walkers = []
    for number in range(PEOPLE):
        ask = browser(number)
        walkers.append(Walker(number, ask, ask))
    interleave(walkers, seed=1)
    rows = CaseValue.objects.filter(field="name").values_list("case__receipt_number", "value")
    return crossed(walkers, dict(rows))


def test_nobody_sees_or_sends_anything_of_anybody_else(bus):
    assert found() == []


def module_variable(monkeypatch):
    """The draft that was opened last is everybody's."""
    real, last = drafts.find, {}

    def find(key, browser):
        last["draft"] = real(key, browser) or last.get("draft")
        return last.setdefault("first", last["draft"])

    monkeypatch.setattr(drafts, "find", find)


def page_cached_by_address(monkeypatch):
    """The status page is kept for whoever comes to the same address next."""
    real, kept = status._shown, {}
    monkeypatch.setattr(
        status,
        "_shown",
        lambda request, *rest, **more: kept.setdefault(request.path, real(request, *rest, **more)),
    )


def named_by_the_second(monkeypatch):
    """A draft's key is the time."""
    monkeypatch.setattr(drafts.secrets, "token_urlsafe", lambda size: f"draft-{time.time():.0f}"[:18])


def receipt_of_the_latest(monkeypatch):
    """The receipt shows whatever was sent last."""

    monkeypatch.setattr(
        sending,
        "sent_of",
        lambda draft: Submission.objects.select_related("case__procedure").order_by("-pk").first(),
    )


def sent_without_looking(monkeypatch):
    """A second press sends a second time."""
    real = sending.send

    def send(draft, key):
        Draft.objects.filter(pk=draft.pk).update(sent=False)
        return real(draft, key)

    monkeypatch.setattr(sending, "send", send)


def one_number_for_two(monkeypatch):
    """The counter stands still for every second case, as in two processes with a counter each."""
    count, real = itertools.count(), sending.next_number
    kept = {}

    def number(today):
        if next(count) % 2 or not kept:
            kept["number"] = real(today)
        return kept["number"]

    monkeypatch.setattr(sending, "next_number", number)


@pytest.mark.parametrize(
    "defect",
    [
        module_variable,
        page_cached_by_address,
        named_by_the_second,
        receipt_of_the_latest,
        sent_without_looking,
        one_number_for_two,
    ],
    ids=lambda one: one.__name__,
)
def test_a_seeded_defect_is_found(bus, monkeypatch, defect):
    defect(monkeypatch)
    assert found() != []
