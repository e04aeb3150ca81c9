"""The job's handler in this process: what it does when it may not, or cannot, work."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from typer.testing import CliRunner

from yakuba.kernel.jobs import JobContext, JobPostponed, JobStopped, cancel, retry, states
from yakuba.kernel.jobs.models import Job, State
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Unavailable
from yakuba.kernel.registry import manifests, resolve
from yakuba.services.robots import jobs
from yakuba.services.robots.actions import runs
from yakuba.services.robots.adapters.launch import missing
from yakuba.services.robots.cli import app
from yakuba.services.robots.contracts import Command, Ending, RowState
from yakuba.services.robots.models import Row, Run, RunState
from yakuba.services.robots.queries import today
from yakuba.services.robots.tests.office import PROCEDURE, Shift


class Lease:
    """A worker that is alive, or shutting down."""

    def __init__(self, stopping: bool = False) -> None:
        self.stopping = stopping


def begun(run: Run, *, stopping: bool = False) -> JobContext:
    """The run's job as a worker that has just begun it sees it."""
    Job.objects.filter(key=run.job_key).update(state=State.RUNNING)
    return JobContext(Job.objects.get(key=run.job_key), Lease(stopping))


@pytest.fixture
def without_chromium(monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "chromium", Path("/nonexistent/chromium"))


def test_without_chromium_everything_says_which_package(office, without_chromium, client: Client, clerk):
    run = office.start(2)
    jobs.run(begun(run), run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.ending, run.holder) == (RunState.HALTED, Ending.SETUP, "")
    assert "Debian パッケージ chromium" in run.stated_problem.message
    assert not Row.objects.exclude(state__in=[RowState.RETRY, RowState.WAITING]).exists()
    client.force_login(clerk)
    for address in (
        "/robots/",
        f"/robots/runs/{run.pk}/",
        f"/robots/scenarios/{office.scenario.pk}/start/",
        "/",
    ):
        assert "chromium" in client.get(address, follow=True).content.decode(), address
    asked = ["run", PROCEDURE, "--user", clerk.username, "--json"]
    assert "chromium" in CliRunner().invoke(app, asked).stderr
    assert any("chromium" in result.advice for result in today.self_check() if not result.ok)


def test_a_well_installed_office_passes_its_own_check(office):
    manifest = next(one for one in manifests() if one.name == "robots")
    results = resolve(manifest.self_check)()
    labels = {"ロボットの動作環境", "ロボットの通信の出口", f"シナリオ「{office.scenario}」"}
    assert {result.label for result in results} >= labels
    assert all(result.ok for result in results if "シナリオ" in result.label or "接続先" in result.label)


def test_when_the_responsible_person_has_left_the_job_says_so(office):
    run = office.start(1)
    office.person.is_active = False
    office.person.save()
    with pytest.raises(Conflict, match="在職していない") as told:
        jobs.run(begun(run), run_id=run.pk)
    states.fail(Job.objects.get().ticket, because=told.value, attempts=3)
    run.refresh_from_db()
    assert (run.state, run.ending, run.holder) == (RunState.HALTED, Ending.GIVEN_UP, "")
    (failure,) = today._held_up_runs(None)
    assert "在職していない" in failure.reason
    assert failure.action_label == "開いて再開する"
    with pytest.raises(Conflict, match="在職していない"):
        retry(Job.objects.get())
    assert Job.objects.get().state == State.FAILED
    office.person.is_active = True
    office.person.save()
    retry(Job.objects.get())
    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.ACTIVE, None)


def crashed(run: Run) -> None:
    begun(run)
    Job.objects.update(crashes=states.CRASHES_ALLOWED - 1, worker=None)
    states.interrupt(Job.objects.get().pk, None)


def broken(run: Run) -> None:
    begun(run)
    states.fail(Job.objects.get().ticket, because=Unavailable("思わぬエラー"), attempts=1)


def cancelled(run: Run) -> None:
    cancel(Job.objects.get())


@pytest.mark.parametrize("way", [crashed, broken, cancelled])
def test_a_run_is_never_under_way_when_its_job_is_not(office, client: Client, clerk, way):
    run = office.start(2)
    way(run)
    run.refresh_from_db()
    assert (run.state, run.holder) == (RunState.HALTED, "")
    assert Row.objects.filter(holds_case=True).count() == 2
    client.force_login(clerk)
    assert "再開する" in client.get(f"/robots/runs/{run.pk}/").content.decode()
    runs.resume(run)
    assert Job.objects.get().state == State.WAITING
    runs.stop(run)
    assert Case.objects.filter(status=Status.READY).count() == 2


@pytest.mark.parametrize("way", [crashed, broken, cancelled])
def test_what_the_person_wanted_is_done_when_the_job_ends(office, way):
    run = office.start(2)
    Run.objects.update(wanted=Command.STOP)
    way(run)
    run.refresh_from_db()
    assert run.state == RunState.STOPPED
    assert Case.objects.filter(status=Status.READY).count() == 2


def test_a_worker_that_shuts_down_leaves_the_run_to_the_next(office):
    run = office.start(1)
    with pytest.raises(JobStopped):
        jobs.run(begun(run, stopping=True), run_id=run.pk)
    run.refresh_from_db()
    assert (run.state, run.holder) == (RunState.ACTIVE, "")
    Shift(run).work()
    assert Case.objects.get().status == Status.ENTERED


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason="".join(missing()))
def test_a_run_whose_target_is_down_gives_its_place_back(office):
    """Nothing listens at the system's address: the waits grow, and soon they are not waited for in the worker."""
    run = office.start(2)
    with pytest.raises(JobPostponed) as later:
        jobs.run(begun(run), run_id=run.pk)
    assert jobs.LONGEST_WAIT < later.value.seconds <= 60
    run.refresh_from_db()
    assert (run.state, run.holder) == (RunState.ACTIVE, "")
    assert run.failures >= 2
    assert {row.row_state for row in Row.objects.all()} == {RowState.RETRY}
    assert not Row.objects.exclude(intent_at=None).exists()


def test_a_finished_or_paused_run_is_left_alone(office):
    run = office.start(1)
    runs.pause(run)
    jobs.run(begun(run), run_id=run.pk)
    assert Row.objects.get().row_state is RowState.WAITING
    jobs.run(begun(run), run_id=987654)


def test_only_what_still_waits_counts_as_a_failure(office):
    run = office.start(1)
    Shift(run, faults=[1]).work(attempts=1)
    assert len(today.failures(office.person)) == 1
    again = office.start()
    assert today.failures(office.person) == []
    Shift(again).work()
    assert today.failures(office.person) == []
    rehearsal = office.start(1, dry_run=True)
    Shift(rehearsal, faults=[1]).work(attempts=1)
    assert today.failures(office.person) == []


@pytest.mark.django_db(transaction=True)
def test_two_people_start_at_the_same_moment(office):
    if connection.vendor == "sqlite":
        pytest.skip("one writer at a time: there is no same moment")
    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context
    from threading import Barrier

    office.ready_cases(6)
    together = Barrier(2)

    def start() -> int:
        together.wait()
        try:
            return runs.start(office.scenario, actor=office.person).rows.count()
        except Conflict:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(copy_context().run, start) for _ in range(2)]
        assert sum(one.result() for one in asked) == 6
    assert Row.objects.count() == Case.objects.filter(status=Status.ENTERING).count() == 6
