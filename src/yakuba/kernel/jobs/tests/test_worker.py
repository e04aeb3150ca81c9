"""A worker at work, on both databases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from yakuba.kernel.jobs import cancel, enqueue, pause, registry, resume, retry
from yakuba.kernel.jobs.execution import UNEXPECTED, UNKNOWN_KIND
from yakuba.kernel.jobs.models import State
from yakuba.kernel.jobs.tests.conftest import Installation
from yakuba.kernel.jobs.tests.handlers import evidence
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.jobs.waiting import StillRunning, wait_for
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

Eventually = Callable[..., None]


def test_jobs_of_two_municipalities_are_done(
    installation: Installation, worker: None, other_town: Municipality
) -> None:
    ours = enqueue("test.municipality", key="ours")
    with active_municipality(other_town):
        theirs = enqueue("test.municipality", key="theirs")
    rows = wait_for([ours, theirs], PATIENCE)
    assert [row.state for row in rows] == [State.DONE, State.DONE]
    assert sorted(evidence()) == ["ours やくば市", "theirs となり町"]


def test_progress_is_seen(installation: Installation, worker: None) -> None:
    job = enqueue("test.steps", key="a", count=3, seconds=0.3)
    assert job.percent is None
    seen: list[tuple[int, str]] = []
    rows = wait_for([job], PATIENCE, lambda rows: seen.append((rows[0].progress_done, rows[0].progress_note)))
    assert rows[0].percent == 100
    assert {(1, "1件目"), (3, "3件目")} <= set(seen)
    assert rows[0].started_at < rows[0].progress_at <= rows[0].finished_at


def test_a_failing_job_is_tried_again_and_then_fails_with_a_reason(
    installation: Installation, worker: None, caplog: pytest.LogCaptureFixture
) -> None:
    job = enqueue("test.broken", key="a")
    heals = enqueue("test.broken", key="heals", good_from=3)
    refused = enqueue("test.refused", key="refused")
    passing = enqueue("test.refused", key="passing", passing=True)
    job, heals, refused, passing = wait_for([job, heals, refused, passing], PATIENCE)
    assert (job.state, job.failures, job.error) == (State.FAILED, 3, UNEXPECTED)
    assert "RuntimeError" in job.technical_error
    assert "secret detail" not in job.technical_error.rpartition("\n")[2], "it may hold personal data"
    assert evidence().count("a attempt 3") == 1
    assert (heals.state, heals.error, heals.technical_error) == (State.DONE, "", "")
    assert (refused.state, refused.failures, refused.technical_error) == (State.FAILED, 1, "")
    assert refused.error == "用紙の画像が見つかりません。もう一度取り込んでください。\n3行目 氏名: 空です。"
    assert (passing.state, passing.failures, passing.technical_error) == (State.FAILED, 3, "")
    assert passing.error == "相手が応答しません。"
    assert wait_for([retry(job)], PATIENCE)[0].state == State.FAILED
    assert evidence().count("a attempt 3") == 2
    assert "secret detail" not in caplog.text, "an error's message may hold personal data"


def test_a_job_that_only_waits_holds_neither_thread_nor_lane(
    installation: Installation, worker: None
) -> None:
    """The worker has two threads for such lanes: both jobs wait for a minute, and others run meanwhile."""
    waits = [enqueue("test.waiting", key=key, lane=f"testrobots:{key}", until=2, seconds=60) for key in "ab"]
    other = enqueue("test.steps", key="other", lane="testrobots:a", count=1, seconds=0.0)
    assert wait_for([other], PATIENCE)[0].state == State.DONE
    assert {job.refreshed().state for job in waits} == {State.WAITING}
    assert all(job.refreshed().failures == 0 for job in waits)
    soon = enqueue("test.waiting", key="soon", lane="testrobots:c", until=3, seconds=0.05)
    assert wait_for([soon], PATIENCE)[0].state == State.DONE
    assert evidence().count("soon called") == 3


def test_a_job_that_no_room_knows_any_more_fails(installation: Installation, worker: None) -> None:
    registry.job("test.removed", label="なくなる仕事")(lambda context: None)
    job = enqueue("test.removed", key="a")
    registry.forget("test.removed")
    assert wait_for([job], PATIENCE)[0].error == UNKNOWN_KIND
    assert job.refreshed().label == "test.removed"


def test_pause_resume_and_cancel_of_a_running_job(
    installation: Installation, worker: None, eventually: Eventually
) -> None:
    job = enqueue("test.steps", key="a", count=30, seconds=0.05)
    other = enqueue("test.steps", key="b", count=30, seconds=0.05)
    eventually(lambda: job.refreshed().progress_done and other.refreshed().progress_done)
    pause(job)
    cancel(other)
    eventually(lambda: job.refreshed().state == State.PAUSED)
    eventually(lambda: other.refreshed().state == State.CANCELLED)
    done = job.refreshed().progress_done
    assert 0 < done < 30
    resume(job)
    with pytest.raises(StillRunning):
        wait_for([job], 0)
    assert wait_for([job], PATIENCE)[0].state == State.DONE
    steps = [line for line in evidence() if line.startswith("a step")]
    assert len(steps) == len(set(steps)) == 30, "what was done before the pause is not done again"
    assert "b finished" not in evidence()


def test_lanes_keep_their_limits(installation: Installation, worker: None) -> None:
    lanes = {"testrobots:tax": 1, "testrobots:welfare": 1, "testpairs": 2}
    jobs = [
        enqueue("test.interval", key=f"{lane}-{n}", lane=lane, seconds=0.1)
        for lane in lanes
        for n in range(4)
    ]
    assert {row.state for row in wait_for(jobs, PATIENCE)} == {State.DONE}
    for lane, limit in lanes.items():
        assert 1 <= most_at_once(lane) <= limit


def test_lanes_do_not_wait_for_each_other(installation: Installation, worker: None) -> None:
    lanes = ["testrobots:tax", "testrobots:welfare", "testpairs", "testpairs", "test"]
    jobs = [
        enqueue("test.meet", key=f"meeting-{n}", lane=lane, company=len(lanes))
        for n, lane in enumerate(lanes)
    ]
    assert {row.state for row in wait_for(jobs, PATIENCE)} == {State.DONE}


def most_at_once(prefix: str) -> int:
    """How many jobs whose key begins so ran at the same time, by the evidence."""
    lines = [line.split() for line in evidence() if line.startswith(prefix)]
    changes = sorted((float(at), 1 if what == "begin" else -1) for _, what, at, _ in lines)
    running, most = 0, 0
    for _, change in changes:
        running += change
        most = max(most, running)
    return most
