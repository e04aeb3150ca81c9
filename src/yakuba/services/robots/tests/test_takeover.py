"""Taking a run over, giving it back, and what is kept of a press whose answer is not certain."""

from __future__ import annotations

from dataclasses import replace

from django.utils import timezone

from yakuba.services.robots.actions import decisions, runs
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.contracts import Ending, Intent, RowState, RunReport, Stamp
from yakuba.services.robots.models import RunState
from yakuba.services.robots.tests.office import Shift


def test_every_fencing_number_is_new(office):
    run = office.start(1)
    old = Shift(run).rows
    assert [old.next_number(1), old.next_number(1), old.next_number(7)] == [1, 2, 7]
    assert Shift(run).rows.next_number(1) == 8


def test_an_intent_comes_back_as_it_was_committed(office):
    rows = Shift(office.start(1)).rows
    intent = Intent(timezone.now(), "egress", 3, cut=True, settles_from=Stamp("boot", 12.5), again=True)
    rows.save(replace(rows.load(1), intent=intent))
    assert rows.load(1).intent == intent
    rows.save(replace(rows.load(1), intent=None))
    assert rows.load(1).intent is None


def test_when_the_egress_is_silent_what_was_pressed_goes_to_a_person(office):
    """Nobody can say what has left for it, nor look it up; what was not begun waits."""
    run = office.start(3)
    shift = Shift(run)
    row = replace(shift.rows.load(2), state=RowState.SUBMITTING, intent=Intent(timezone.now(), "egress", 1))
    shift.rows.save(row)
    runs.give_back(run.pk, shift.holder, RunReport(Ending.NO_EGRESS, {}, {}, 0.0))
    states = [office.row(run, number).row_state for number in (1, 2, 3)]
    assert states == [RowState.WAITING, RowState.UNDECIDED, RowState.WAITING]
    run.refresh_from_db()
    assert (run.state, run.ending_label) == (RunState.HALTED, "外への出口が応答しないため停止しました")
    # The person sees that it is not there; but what is frozen may still come, so the robot looks again, later.
    decisions.decide(office.row(run, 2), Decision.AGAIN, actor=office.person)
    intent = office.row(run, 2).stated_intent
    assert intent is not None
    assert (intent.again, intent.cut, intent.settles_from) == (True, False, None)


def test_after_a_settled_press_the_person_s_word_is_enough(office):
    run = office.start(1)
    rows = Shift(run).rows
    intent = Intent(timezone.now(), "egress", 1, cut=True, settles_from=Stamp("boot", 1.0))
    rows.save(replace(rows.load(1), state=RowState.UNDECIDED, intent=intent))
    decisions.decide(office.row(run, 1), Decision.AGAIN, actor=office.person)
    assert office.row(run, 1).stated_intent is None


def test_a_run_that_only_waits_gives_its_place_back(office):
    run = office.start(2)
    shift = Shift(run, faults=[1])
    report = shift.work(backoff=40.0, longest_wait=5.0)
    assert (report.ending, 0 < report.wait <= 40.0, report.failures) == (Ending.WAITING, True, 0)
    run.refresh_from_db()
    assert (run.state, run.holder, run.failures) == (RunState.ACTIVE, "", 0)
    again = Shift(run)
    again.clock.sleep(41.0)
    assert again.work(backoff=40.0, longest_wait=5.0).ending is Ending.FINISHED


def test_failures_are_counted_over_waits(office):
    """A target that is down is left after so many rows in a row, however often the run gave its place back."""
    run = office.start(4)
    found = []
    for _ in range(4):
        report = Shift(run, faults=[1, 1]).work(backoff=30.0, longest_wait=5.0, failures_in_a_row=3)
        found.append(report.ending)
        if report.ending is not Ending.WAITING:
            break
    assert found == [Ending.WAITING, Ending.TOO_MANY_FAILURES]
