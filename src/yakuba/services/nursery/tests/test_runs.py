"""Calculating a round: the result, its proof, what has not changed, what was refused, what was cut off."""

from __future__ import annotations

import pytest

from yakuba.kernel.jobs import JobStopped
from yakuba.kernel.jobs.models import Job
from yakuba.services.nursery.actions import applications, runs
from yakuba.services.nursery.models import Placement, Run, Snapshot
from yakuba.services.nursery.queries import index, inputs
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.certificate import certificate
from yakuba.services.nursery.queries.refusal import NotPossible


def test_a_run_places_by_the_rules_and_is_checked_and_explained(full):
    run = full.calculate()
    assert (run.state, run.status, run.checked) == ("done", "stable", True)
    assert full.held(run) == {"0800000129": "N1-1", "0800000226": "N2-1", "0800000323": ""}
    assert run.counts["placed"] == 2
    slot = run.slots["N1-1"]
    assert (slot["seated"], slot["cutoff"], slot["waiting"]) == (
        ["0800000129"], 23, ["0800000226", "0800000323"]
    )  # fmt: skip
    row = Placement.objects.get(run=run, application__receipt_number="0800000323")
    told = row.explained
    assert (row.index, told.wishes[0].distance, told.wishes[0].waiting_place) == (5, 18, 2)
    assert "0800000129" not in told.wishes[0].for_family
    assert certificate(run).kind == "success"


def test_the_run_keeps_its_inputs_whatever_changes_later(full):
    run = full.calculate()
    before = queries.applications_of(run)
    assert before == inputs.of_round(full.round)
    applications.correct(full.child("0800000323"), {"wishes": ["N2"]}, actor=full.person)
    assert queries.applications_of(Run.objects.get(pk=run.pk)) == before
    assert queries.is_outdated(run, full.round)
    assert queries.assignment_of(run)["0800000129"] == "N1-1"


def test_unchanged_inputs_are_told_and_not_calculated_again(full):
    run = full.calculate()
    assert runs.start(full.round, actor=full.person) == run
    again = full.calculate(again=True)
    assert (again.digest, full.held(again)) == (run.digest, full.held(run))
    assert Snapshot.objects.count() == 1
    assert queries.runs(full.round).count() == 2


def test_a_run_killed_half_way_starts_anew(full):
    run = runs.start(full.round, actor=full.person)

    def killed(done, total, note):
        if done >= 80:
            raise JobStopped("killed")

    with pytest.raises(JobStopped):
        runs.calculate(run.pk, killed)
    assert not Placement.objects.exists()
    with pytest.raises(NotPossible, match="進んでいます"):
        runs.start(full.round, actor=full.person)
    runs.calculate(run.pk, lambda *_: None)
    runs.calculate(run.pk, lambda *_: None)
    assert Placement.objects.filter(run=run).count() == 3


def test_a_stopped_run_keeps_nothing(full):
    run = runs.start(full.round, actor=full.person)
    assert Job.objects.get(name="nursery.run").state == "waiting"
    runs.stop(run)
    assert (Job.objects.get(name="nursery.run").state, Run.objects.get().state) == ("cancelled", "failed")
    runs.calculate(run.pk, lambda *_: None)
    assert not Placement.objects.exists()


def test_faulty_inputs_are_refused_row_by_row(full):
    applications.correct(full.child("0800000226"), {"wishes": ["どこにもない園"]}, actor=full.person)
    run = full.calculate()
    assert run.state == "failed"
    assert "0800000226" in run.problems[0]["place"]
    with pytest.raises(NotPossible):
        runs.adopt(run)


def test_an_outdated_result_is_not_adopted(full):
    run = full.calculate()
    applications.correct_facility(full.facility("N1"), {"1": 3, "2": 1}, [], actor=full.person)
    with pytest.raises(NotPossible, match="計算し直して"):
        runs.adopt(run)
    assert full.adopted().counts["placed"] == 3


def test_a_what_if_leaves_the_round_alone(full):
    run = full.calculate()
    tried = full.calculate(base=run, change={"seats": {"N1-1": 2}})
    assert (tried.is_what_if, tried.counts["placed"]) == (True, 3)
    assert tried.snapshot_id == run.snapshot_id
    with pytest.raises(NotPossible, match="試算"):
        runs.adopt(tried)


def test_the_index_page_shows_every_line(full):
    found = index.of_application(full.child("0800000129"))
    assert [(line.rule, line.points) for line in found.index.lines] == [("就労", 20), ("長い就労", 3)]
    assert [facility for facility, standing in found.wishes if standing] == ["N1", "N2"]
    applications.correct(full.child("0800000129"), {"facts.mother_work": ""}, actor=full.person)
    assert index.of_application(full.child("0800000129")).problems


def test_an_empty_round_does_not_start(desk):
    with pytest.raises(NotPossible, match="申込か施設"):
        runs.start(desk.round, actor=desk.person)
