"""A calculation or a print ends with its job, however that ends, and a new one can be started."""

from __future__ import annotations

import pytest

from yakuba.kernel import jobs
from yakuba.kernel.jobs import states
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.letters.models import LetterPart
from yakuba.kernel.letters.shelf import PrintShelf
from yakuba.services.nursery.actions import notices, runs

WORKER = 0


def cancelled(job: Job) -> str:
    jobs.cancel(job)
    return states.CANCELLED


def cancelled_while_it_ran(job: Job) -> str:
    begun = states.claim(job.ticket, WORKER)
    jobs.cancel(job)
    states.stop(begun.ticket)
    return states.CANCELLED


def failed(job: Job) -> str:
    begun = states.claim(job.ticket, WORKER)
    states.fail(begun.ticket, error="ディスクがいっぱいです。", technical_error="", attempts=1)
    return "ディスクがいっぱいです。"


def crashed(job: Job) -> str:
    for _ in range(states.CRASHES_ALLOWED):
        states.interrupt(states.claim(Job.objects.get(pk=job.pk).ticket, WORKER).pk, WORKER)
    return states.CRASHED_TOO_OFTEN


WAYS = pytest.mark.parametrize("way", [cancelled, cancelled_while_it_ran, failed, crashed])


@WAYS
def test_a_calculation_ends_with_its_job(full, way):
    run = runs.start(full.round, actor=full.person)
    reason = way(Job.objects.get(name=runs.JOB))
    run.refresh_from_db()
    assert (run.state, run.problems[0]["reason"]) == ("failed", reason + runs.AGAIN)
    assert run.ended_at
    assert runs.start(full.round, actor=full.person).state == "active"


@WAYS
def test_a_print_ends_with_its_job_and_its_pages_do_not_stay(full, way, tmp_path, settings):
    settings.YAKUBA = settings.YAKUBA.model_copy(update={"data_dir": tmp_path})
    full.adopted()
    row = notices.start(full.round, actor=full.person)
    PrintShelf(row.job_key, full.person).put("d" * 64, b"%PDF", 1)
    reason = way(Job.objects.get(name=notices.JOB))
    row.refresh_from_db()
    assert (row.state, row.problems[0]["reason"]) == ("failed", reason + notices.AGAIN)
    assert not LetterPart.objects.exists()
    assert not [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert notices.start(full.round, actor=full.person).state == "active"
