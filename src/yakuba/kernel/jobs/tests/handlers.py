"""Handlers of the tests. What they did stands in a file that outlives a killed process."""

from __future__ import annotations

import os
import time
from datetime import timedelta

from django.conf import settings
from django.db import connection

from yakuba.kernel.jobs import JobContext, JobPostponed, JobStopped, job, limit_lane
from yakuba.kernel.jobs.tests.patience import PATIENCE
from yakuba.kernel.refusals import Conflict, Problem, Refused, Unavailable
from yakuba.kernel.tenancy import current_municipality

QUICKLY = timedelta(milliseconds=50)
limit_lane("testrobots", 1)
limit_lane("testpairs", 2)


def note(*words: object) -> None:
    """Append a line to the evidence; one write, so that lines of several processes do not mix."""
    with open(settings.YAKUBA.data_dir / "evidence", "ab", buffering=0) as file:
        file.write((" ".join(map(str, words)) + "\n").encode())


def evidence() -> list[str]:
    """All lines so far."""
    try:
        return (settings.YAKUBA.data_dir / "evidence").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


@job("test.steps", label="試験の手順")
def steps(context: JobContext, *, count: int, seconds: float) -> None:
    """Do the steps that the evidence does not show yet: what a room does with its rows."""
    for step in range(count):
        context.check()
        if f"{context.key} step {step}" not in evidence():
            time.sleep(seconds)
            note(context.key, "step", step)
        context.progress(step + 1, count, note=f"{step + 1}件目")
    if f"{context.key} finished" not in evidence():  # killed between this line and the row's end
        note(context.key, "finished")


@job("test.waiting", label="時刻を待つ仕事", attempts=1)
def waiting(context: JobContext, *, until: int, seconds: float) -> None:
    """Have nothing to do until it was called so often."""
    note(context.key, "called")
    if evidence().count(f"{context.key} called") < until:
        raise JobPostponed(seconds)


@job("test.municipality", label="自治体の確認")
def municipality(context: JobContext) -> None:
    """Note for whom it works and under which thread's connection."""
    assert current_municipality() == context.municipality
    connection.ensure_connection()
    note(context.key, current_municipality().name)


@job("test.broken", label="失敗する仕事", attempts=3, retry_after=QUICKLY)
def broken(context: JobContext, *, good_from: int = 99) -> None:
    """Raise until the attempt `good_from` of the generation."""
    note(context.key, "attempt", context.attempt)
    if context.attempt < good_from:
        raise RuntimeError("secret detail")


@job("test.refused", label="断られる仕事", attempts=3, retry_after=QUICKLY)
def refused(context: JobContext, *, passing: bool = False) -> None:
    """Refuse with a sentence for staff, for a reason that goes by itself or one that does not."""
    note(context.key, "attempt", context.attempt)
    if passing:
        raise Unavailable("相手が応答しません。")
    problems = [Problem(3, "氏名", "空です。")]
    raise Conflict("用紙の画像が見つかりません。", remedy="もう一度取り込んでください。", problems=problems)


@job("test.interval", label="同時に動く数の確認")
def interval(context: JobContext, *, seconds: float) -> None:
    """Note begin and end on the clock that all processes of the machine share."""
    note(context.key, "begin", time.monotonic(), os.getpid())
    time.sleep(seconds)
    note(context.key, "end", time.monotonic(), os.getpid())


@job("test.meet", label="待ち合わせ", attempts=1)
def meet(context: JobContext, *, company: int) -> None:
    """End only when so many jobs with a key like this one's run at the same time."""
    begins = context.key.partition("-")[0]
    note(context.key, "is here")
    deadline = time.monotonic() + PATIENCE
    while sum(line.startswith(begins) for line in evidence()) < company:
        if time.monotonic() > deadline:
            raise TimeoutError("nobody else came")
        time.sleep(0.02)


@job("test.side_effect", label="外への操作")
def side_effect(context: JobContext, *, seconds: float) -> None:
    """Long without a check, then something that must not be done by one who has lost the job."""
    note(context.key, "begin", os.getpid())
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.05)
    try:
        context.check()
    except JobStopped:
        note(context.key, "lost", os.getpid())
        raise
    note(context.key, "mine", os.getpid())


@job("test.stubborn", label="止まらない仕事")
def stubborn(context: JobContext, *, seconds: float) -> None:
    """Never asks whether it should stop."""
    note(context.key, "begin", os.getpid())
    time.sleep(seconds)
    note(context.key, "end", os.getpid())


def told_of_the_end(refusal: Refused, *, subject: str, room_fails: bool = False) -> None:
    """What a room does with its row when the job will not be done."""
    note(subject, "ended for", current_municipality().name, refusal)
    if room_fails and evidence().count(evidence()[-1]) == 1:
        raise RuntimeError("the room's own fault, the first time")


def told_of_another_go(*, subject: str, room_fails: bool = False) -> None:
    """What a room does with its row when the job is begun again after all."""
    if room_fails:
        raise Conflict("この行は、もう要りません。")
    note(subject, "again for", current_municipality().name)


@job("test.row", label="行のある仕事", attempts=2, ended=told_of_the_end, again=told_of_another_go)
def row(context: JobContext, *, subject: str, room_fails: bool = False) -> None:
    """Work on a row of a room."""
    note(subject, "worked on")
