"""Two people at the same month, the same bills, the same last visit at once, each in a transaction of its own."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from yakuba.kernel.accounts import proof
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.robots import facade as robots
from yakuba.services.sharing.actions import advisors, closing, costs, registers
from yakuba.services.sharing.models import Bill, Closing, CostGroup, ReceivedBill, Visit
from yakuba.services.sharing.queries import costs as queries
from yakuba.services.sharing.queries import definitions
from yakuba.services.sharing.tests import examples

ROUNDS = 4
AGREEMENT = {"partners": "となり町", "subject": "共同利用", "step": "協議中"}


def together(town: Any, *works: Any) -> list[Exception]:
    """What the works raised that begin at the same moment, each in a thread with its own connection."""
    gate, raised = threading.Barrier(len(works)), []

    def run(work: Any) -> None:
        try:
            with active_municipality(town):
                gate.wait()
                work()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return raised


@pytest.fixture
def town(transactional_db, yakuba_city):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets in one writer at a time")
    with active_municipality(yakuba_city):
        yield yakuba_city


@pytest.fixture
def chiefs(town, make_staff):
    return [proof.give_for_good(make_staff(town, *permission_names())) for _ in range(2)]


@pytest.fixture
def month(town, clerk) -> CostGroup:
    group = examples.a_group()
    costs.add_amount(examples.an_item(group), "2026-04", 1_001, "", actor=clerk)
    return group


def test_a_month_is_proposed_and_closed_once(town, month, clerk, chiefs):
    raised = together(town, *[lambda one=one: closing.propose(month, "2026-04", "x", actor=one) for one in (clerk, *chiefs)])  # fmt: skip
    assert len(raised) == 2
    assert all(isinstance(one, Conflict) for one in raised), raised
    approval = Approval.objects.get()
    other = [one for one in (clerk, *chiefs) if one.pk != approval.proposed_by_id]
    other = [proof.give_for_good(one) for one in other]
    (refused,) = together(town, *[lambda one=one: approvals.approve(approval, actor=one) for one in other])
    assert isinstance(refused, Conflict)
    assert Bill.objects.count() == 3
    assert all(one.ok for one in queries.self_check())


def test_a_late_amount_is_in_the_bill_or_in_the_next(town, month, clerk, chiefs):
    item = month.items.get()
    for number in range(ROUNDS):
        name = f"2026-{5 + number:02d}"
        costs.add_amount(item, name, 500, "x", actor=clerk)
        approval = closing.propose(month, name, "x", actor=clerk)
        together(
            town,
            lambda approval=approval: approvals.approve(approval, actor=chiefs[0]),
            lambda name=name: costs.add_amount(item, name, 77, "おくれた", actor=clerk),
        )
        if Approval.objects.filter(state="proposed").exists():  # the amount was first
            approvals.send_back(approval, "変わった", actor=chiefs[0])
            approvals.approve(closing.propose(month, name, "x", actor=clerk), actor=chiefs[0])
    costs.add_amount(item, "2026-12", 1, "", actor=clerk)
    approvals.approve(closing.propose(month, "2026-12", "x", actor=clerk), actor=chiefs[0])
    assert sum(Bill.objects.values_list("net", flat=True)) == 1_001 + ROUNDS * 577 + 1


def test_bills_are_made_anew_once(town, month, clerk, chiefs):
    first = examples.closed(month, "2026-04", clerk)
    together(town, *[lambda one=one: closing.propose_again(first, "x", actor=one) for one in chiefs])
    approval = Approval.objects.get()
    others = [one for one in (proof.give_for_good(clerk), *chiefs) if one.pk != approval.proposed_by_id]
    (refused,) = together(town, *[lambda one=one: approvals.approve(approval, actor=one) for one in others])
    assert isinstance(refused, Conflict)
    assert Closing.objects.count() == 2
    assert sorted(Bill.objects.values_list("serial", flat=True)) == list(range(1, 10))
    assert sum(Bill.objects.values_list("total", flat=True)) == sum(one.total for one in first.bills.all())


def test_a_server_that_dies_while_it_delivers_leaves_no_half_of_it(
    town, month, neighbour_town, clerk, chiefs, monkeypatch
):
    robots.set_group("集まり", [town, neighbour_town])
    with active_municipality(neighbour_town):
        set_values({"sharing.organiser": town.code}, actor=None)
    approval = closing.propose(month, "2026-04", "x", actor=clerk)
    written = closing.record

    def dies(event: str, **given: Any) -> Any:
        if event == "sharing.bill_received" and current_municipality().pk == neighbour_town.pk:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return written(event, **given)

    with monkeypatch.context() as patched:
        patched.setattr(closing, "record", dies)
        (raised,) = together(town, lambda: approvals.approve(approval, actor=chiefs[0]))
    assert isinstance(raised, DatabaseError)
    assert not Bill.objects.exists()
    approvals.approve(approval, actor=chiefs[0])
    for each in (town, neighbour_town):
        with active_municipality(each):
            assert [one.content["code"] for one in ReceivedBill.objects.all()] == [each.code]


def test_the_last_visit_is_booked_once(town, clerk):
    advisor = examples.an_advisor()
    requests = [advisors.ask(examples.a_request(), actor=clerk) for _ in range(2)]
    day = date(2026, 5, 1)
    for _ in range(2):
        advisors.book(requests[0], day, False, 0, [advisor], "", actor=clerk)
    (refused,) = together(town, *[lambda one=one: advisors.book(one, day, False, 0, [advisor], "", actor=clerk) for one in requests])  # fmt: skip
    assert isinstance(refused, Conflict)
    assert Visit.objects.count() == 3


def test_an_entry_of_a_register_is_written_once(town, clerk):
    kind = definitions.kind("agreement")
    for number in range(ROUNDS):

        def write(title: str = f"協定{number}") -> None:
            registers.write(kind, title, AGREEMENT, "", False, None, actor=clerk)

        (refused,) = together(town, write, write)
        assert isinstance(refused, Conflict), refused
