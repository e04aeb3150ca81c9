"""Turns between towns: who comes late with little does not wait behind who came early with much."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from yakuba.kernel.jobs import enqueue, states, turns
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.tests.test_port import begin
from yakuba.kernel.jobs.turns import next_tickets
from yakuba.kernel.jobs.waiting import wait_for
from yakuba.kernel.tenancy import active_municipality, every_municipality
from yakuba.kernel.tenancy.models import Municipality

Eventually = Callable[..., None]


def keys(tickets: list[tuple[str, str]]) -> list[str]:
    """The keys of the chosen jobs, in order; they are marked as handed over."""
    with every_municipality("the jobs of both towns"):
        found = {job.ticket: job.key for job in Job.all_municipalities.all()}
        chosen = Job.all_municipalities.filter(ticket__in=[ticket for ticket, _ in tickets])
        chosen.update(handed_over_at=Now())
    return [found[ticket] for ticket, _ in tickets]


def job_of(key: str) -> Job:
    """The one of that key, whosever it is."""
    with every_municipality("the jobs of both towns"):
        found: Job = Job.all_municipalities.select_related("municipality").get(key=key)
        return found


def test_towns_take_turns_in_the_line_of_all(
    installation: Installation, other_town: Municipality, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "QUEUED_A_THREAD", 4)
    for number in range(40):
        enqueue("test.municipality", key=f"ours{number}")
    with active_municipality(other_town):
        for number in range(3):
            enqueue("test.municipality", key=f"theirs{number}", lane="another")
    assert keys(next_tickets(1)) == ["ours0", "theirs0", "ours1", "theirs1"]
    assert next_tickets(1) == [], "the queue is full"
    begin(job_of("ours0"))
    begin(job_of("theirs0"))
    assert keys(next_tickets(1)) == ["ours2", "theirs2"]
    assert len(next_tickets(10)) == 10 * 4 - 4


def test_towns_take_turns_in_a_lane_that_they_share(
    installation: Installation, other_town: Municipality
) -> None:
    for number in range(4):
        enqueue("test.municipality", key=f"ours{number}", lane="testrobots:core")
    with active_municipality(other_town):
        enqueue("test.municipality", key="theirs", lane="testrobots:core")
    assert keys(next_tickets(2)) == ["ours0"]
    job = begin(job_of("ours0"))
    assert keys(next_tickets(2)) == ["theirs"]
    states.finish(job.ticket)
    begin(job_of("theirs"))
    assert keys(next_tickets(2)) == ["ours1"]


def test_a_full_lane_keeps_no_other_lane_waiting(installation: Installation) -> None:
    for number in range(30):
        enqueue("test.municipality", key=f"robot{number}", lane="testrobots:tax")
    enqueue("test.municipality", key="welfare", lane="testrobots:welfare")
    enqueue("test.municipality", key="sheet")
    assert sorted(keys(next_tickets(1))) == ["robot0", "sheet", "welfare"]


def test_what_is_not_due_yet_takes_no_turn(installation: Installation) -> None:
    later, now = (enqueue("test.municipality", key=key) for key in ("later", "now"))
    Job.objects.filter(pk=later.pk).update(due_at=states.from_now(states.LONGEST_RETRY_PAUSE))
    assert keys(next_tickets(1)) == ["now"]
    assert now.refreshed().state == State.WAITING


def test_a_town_that_comes_late_does_not_wait_for_the_whole_pile_of_another(
    installation: Installation, other_town: Municipality
) -> None:
    jobs = [enqueue("test.municipality", key=f"ours{number}") for number in range(60)]
    with active_municipality(other_town):
        late = [enqueue("test.municipality", key=f"theirs{number}") for number in range(3)]
    with installation.worker(concurrency=2):
        assert {row.state for row in wait_for(jobs + late, PATIENCE)} == {State.DONE}
    order = [line.split()[0] for line in evidence()]
    assert max(order.index(f"theirs{number}") for number in range(3)) < 30


def test_long_files_of_one_town_leave_the_other_a_lane_of_its_own(
    installation: Installation, worker: None, other_town: Municipality
) -> None:
    ours = enqueue("test.meet", key="meeting-ours", lane="testrobots:town-a", company=2)
    waits = enqueue("test.meet", key="meeting-second", lane="testrobots:town-a", company=2)
    with active_municipality(other_town):
        theirs = enqueue("test.meet", key="meeting-theirs", lane="testrobots:town-b", company=2)
    assert {row.state for row in wait_for([ours, waits, theirs], PATIENCE)} == {State.DONE}
    assert evidence()[-1] == "meeting-second is here"
