"""A robot, a person who enters by hand and one who sends it back, all at the same case at once: one of them has it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections

from yakuba.kernel.ledger import life
from yakuba.kernel.ledger.by_hand import enter_by_hand
from yakuba.kernel.ledger.models import CaseEvent
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import runs
from yakuba.services.robots.models import Row

ROUNDS = 5


def together(municipality: Any, *works: Any) -> list[Exception]:
    """What the works raised that begin at the same moment, each in a thread with its own connection."""
    gate, raised = threading.Barrier(len(works)), []

    def run(work: Any) -> None:
        try:
            with active_municipality(municipality):
                gate.wait()
                work()
        except Exception as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.fixture
def several_writers(transactional_db: Any) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets in one writer at a time")


def test_a_case_is_taken_once(several_writers, office, yakuba_city):
    for number in range(ROUNDS):
        (case,) = office.ready_cases(1)
        raised = together(
            yakuba_city,
            lambda: runs.start(office.scenario, actor=office.person),
            lambda case=case, number=number: enter_by_hand(
                case, f"K-{number}", actor=office.person, seconds=1
            ),
            lambda case=case: life.take(case, Status.RETURNED, actor=office.person, reason="住所がない"),
        )
        assert len(raised) == 2
        assert all(isinstance(one, Conflict) for one in raised), raised
        case.refresh_from_db()
        kinds = set(CaseEvent.objects.filter(case=case).values_list("kind", flat=True))
        taken = kinds & {"ledger.entering", "ledger.entered", "ledger.returned"}
        assert taken == {f"ledger.{case.status}"}
        assert Row.objects.filter(case=case).count() == (case.status == Status.ENTERING)


def test_two_cases_cannot_get_one_number_at_once(several_writers, office, yakuba_city):
    for number in range(ROUNDS):
        works = [
            lambda case=case, number=number: enter_by_hand(
                case, f"K-{number}", actor=office.person, seconds=1
            )
            for case in office.ready_cases(2)
        ]
        (refused,) = together(yakuba_city, *works)
        assert isinstance(refused, Conflict)
        assert "のものです" in str(refused)
