"""A calculation or a print ends with its job, however that ends, and a new one can be started."""

from __future__ import annotations

import pytest

from yakuba.kernel import jobs
from yakuba.kernel.jobs import states
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.jobs.tests.workers import standing_worker
from yakuba.kernel.letters.models import LetterPart
from yakuba.kernel.letters.shelf import PrintShelf
from yakuba.kernel.refusals import Conflict, Refused, Unavailable
from yakuba.services.nursery.actions import applications, handing, notices, runs
from yakuba.services.nursery.jobs import calculate
from yakuba.services.nursery.queries import today
from yakuba.services.nursery.tests.test_decisions import Listener, freeze


def cancelled(job: Job) -> str:
    jobs.cancel(job)
    return states.CANCELLED


def cancelled_while_it_ran(job: Job) -> str:
    begun = states.claim(job.ticket, standing_worker().pk)
    jobs.cancel(job)
    states.stop(begun.ticket)
    return states.CANCELLED


def failed(job: Job) -> str:
    begun = states.claim(job.ticket, standing_worker().pk)
    states.fail(begun.ticket, because=Unavailable("ディスクがいっぱいです。"), attempts=1)
    return "ディスクがいっぱいです。"


def crashed(job: Job) -> str:
    for _ in range(states.CRASHES_ALLOWED):
        worker = standing_worker().pk
        states.interrupt(states.claim(Job.objects.get(pk=job.pk).ticket, worker).pk, worker)
    return states.CRASHED_TOO_OFTEN


WAYS = pytest.mark.parametrize("way", [cancelled, cancelled_while_it_ran, failed, crashed])


@WAYS
def test_a_calculation_ends_with_its_job(full, way):
    run = runs.start(full.round, actor=full.person)
    reason = way(Job.objects.get(name=runs.JOB))
    run.refresh_from_db()
    assert (run.state, run.problems[0]["reason"]) == ("failed", reason)
    assert run.ended_at
    assert runs.start(full.round, actor=full.person).state == "active"


@WAYS
def test_a_print_ends_with_its_job_and_its_pages_do_not_stay(
    full, way, tmp_path, settings, django_capture_on_commit_callbacks
):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    full.adopted()
    row = notices.start(full.round, actor=full.person)
    PrintShelf(row.job_key, full.person).put("d" * 64, b"%PDF", 1)
    with django_capture_on_commit_callbacks(execute=True):
        reason = way(Job.objects.get(name=notices.JOB))
    row.refresh_from_db()
    assert (row.state, row.problems[0]["reason"]) == ("failed", reason)
    assert not LetterPart.objects.exists()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert notices.start(full.round, actor=full.person).state == "active"


@WAYS
def test_what_has_ended_can_be_begun_again(full, way):
    run = runs.start(full.round, actor=full.person)
    way(Job.objects.get(name=runs.JOB))
    jobs.retry(Job.objects.get(name=runs.JOB))
    runs.work(run.pk, lambda *_: None)
    run.refresh_from_db()
    assert (run.state, run.problems) == ("done", [])
    runs.adopt(run)
    row = notices.start(full.round, actor=full.person)
    way(Job.objects.get(name=notices.JOB))
    newer = notices.start(full.round, actor=full.person)
    with pytest.raises(Conflict, match="作っているところです"):
        jobs.retry(Job.objects.get(name=notices.JOB, key=row.job_key))
    jobs.cancel(Job.objects.get(name=notices.JOB, key=newer.job_key))
    jobs.retry(Job.objects.get(name=notices.JOB, key=row.job_key))
    row.refresh_from_db()
    assert (row.state, row.problems) == ("active", [])


def test_what_is_refused_ends_its_job_at_once_and_says_what(full):
    applications.correct(full.child("0800000226"), {"wishes": ["どこにもない園"]}, actor=full.person)
    run = runs.start(full.round, actor=full.person)
    with pytest.raises(Refused) as told:
        calculate(Listener(), run_id=run.pk)
    begun = states.claim(Job.objects.get(name=runs.JOB).ticket, standing_worker().pk)
    states.fail(begun.ticket, because=told.value, attempts=2)
    job = Job.objects.get(name=runs.JOB)
    assert (job.state, job.failures, job.technical_error) == ("failed", 1, "")
    run.refresh_from_db()
    assert "0800000226" in job.error
    assert (run.state, run.problems[0]["place"]) == ("failed", "受付 0800000226")


def test_decisions_that_could_not_be_handed_over_stand_at_home(full, client, clerk):
    full.adopted()
    freeze(full)
    job = handing.ask(full.round, actor=full.person)
    assert "決定を入力に回す" in [work.title[-8:] for work in today.running(clerk)]
    states.fail(
        states.claim(job.ticket, standing_worker().pk).ticket,
        because=Conflict("手続がありません。"),
        attempts=2,
    )
    assert [failure.reason for failure in today.failures(clerk)] == ["手続がありません。"]
    assert not today.running(clerk)
    client.force_login(clerk)
    html = client.get(today.failures(clerk)[0].url).content.decode()
    assert "手続がありません。" in html
    assert f"/work/{job.pk}/retry/" in html


def test_a_print_that_failed_can_be_begun_again_on_its_page(full, client, clerk):
    full.adopted()
    row = notices.start(full.round, actor=full.person)
    job = Job.objects.get(name=notices.JOB)
    failed(job)
    client.force_login(clerk)
    page = f"/nursery/rounds/{full.round.pk}/notices/"
    html = client.get(page).content.decode()
    assert "ディスクがいっぱいです。" in html
    client.post(f"/work/{job.pk}/retry/", HTTP_REFERER=f"http://testserver{page}")
    row.refresh_from_db()
    assert row.state == "active"
    assert f"/work/{job.pk}/cancel/" in client.get(page).content.decode()
