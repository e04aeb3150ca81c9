"""Bills reach the towns that let them; of the others, who closes a month is told to whom they are sent by hand."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.robots import facade as robots
from yakuba.services.sharing.actions import closing, costs
from yakuba.services.sharing.models import Bill, ReceivedBill
from yakuba.services.sharing.operations import bills as operations
from yakuba.services.sharing.tests import examples


@pytest.fixture
def group(in_yakuba_city, neighbour_town):
    robots.set_group("集まり", [in_yakuba_city, neighbour_town])
    with active_municipality(neighbour_town):
        set_values({"sharing.organiser": "990019"}, actor=None)
    return examples.a_group()


def ways(closed) -> dict[tuple[str, str], bool]:
    return {(one.code, one.kind): one.delivered for one in closed.bills.all()}


def test_who_gets_a_bill_by_hand_stands_in_the_proposal_and_on_the_closing(clerk, group):
    costs.add_amount(examples.an_item(group), "2026-04", 1_000, "", actor=clerk)
    asked = closing.propose(group, "2026-04", "4月分", actor=clerk)
    assert "【紙かPDFで送る】まつかぜ町。" in asked.summary
    done = examples.closed(group, "2026-04", clerk)
    assert ways(done) == {("990019", "bill"): True, ("990027", "bill"): True, ("990035", "bill"): False}
    client = Client()
    client.force_login(clerk)
    shown = client.get(reverse("sharing:closing", args=[done.pk])).content.decode()
    notice = shown.split("紙かPDFで送ってください")[1].split("<table")[0]
    assert "まつかぜ町" in notice
    assert "となり町" not in notice
    told = operations.list_bills(clerk, limit=10, offset=0)
    assert {one["code"]: one["delivered"] for one in told}["990035"] is False
    by_hand = client.get(reverse("sharing:bills"), {"delivered": "0"}).content.decode()
    assert "kyodo-00003" in by_hand
    assert "kyodo-00001" not in by_hand


def test_a_town_that_takes_its_word_back_gets_nothing_more_and_the_organiser_is_told(
    clerk, group, neighbour_town
):
    item = examples.an_item(group)
    costs.add_amount(item, "2026-04", 1_000, "", actor=clerk)
    first = examples.closed(group, "2026-04", clerk)
    with active_municipality(neighbour_town):
        set_values({"sharing.organiser": ""}, actor=None)
    costs.add_amount(item, "2026-04", 500, "おくれて届いた", actor=clerk)
    again = examples.closed(group, "2026-04", clerk, replaces=first)
    assert [ways(again)["990027", kind] for kind in ("reversal", "bill")] == [False, False]
    with active_municipality(neighbour_town):
        assert ReceivedBill.objects.count() == 1
    assert ReceivedBill.objects.count() == 3
    client = Client()
    client.force_login(clerk)
    shown = client.get(reverse("sharing:closing", args=[again.pk])).content.decode()
    assert "取り消しと新しい請求書を、両方送ります" in shown
    assert shown.split("紙かPDFで送ってください")[1].split("<table")[0].count("となり町") == 1


def test_of_bills_from_before_it_is_not_said(clerk, group):
    costs.add_amount(examples.an_item(group), "2026-04", 1_000, "", actor=clerk)
    done = examples.closed(group, "2026-04", clerk)
    assert not Bill.objects.filter(delivered=None).exists()
    old = Bill(
        closing=done,
        kind="bill",
        code="990043",
        name="いり町",
        net=0,
        tax=0,
        total=0,
        number="kyodo-00009",
        serial=9,
    )
    old.save()
    client = Client()
    client.force_login(clerk)
    shown = client.get(reverse("sharing:closing", args=[done.pk])).content.decode()
    assert "いり町" not in shown.split("紙かPDFで送ってください")[1].split("<table")[0]
