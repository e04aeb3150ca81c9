"""What the home page shows of this room, and its self-check."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult, Failure, FirstStep, QueueState, RunningWork, queued
from yakuba.services.reading.models import Batch, BatchFile, FormDefinition, Question
from yakuba.services.reading.queries import arrivals, covers, residents
from yakuba.services.reading.queries.batches import failed_files, in_state, listed_batches, pages_of
from yakuba.services.reading.queries.corrections import corrections
from yakuba.services.reading.queries.mixed import mixable
from yakuba.services.reading.queries.problems import incomplete_cases, problem_sheets
from yakuba.services.reading.queries.promises import tightenings
from yakuba.services.reading.queries.questions import waiting

RECENT_BATCHES = 20
RECENT_DAYS = 7


def waiting_values(user: Any) -> QueueState:
    """Values that wait for a person."""
    return _queue(Question.State.OPEN, "reading:confirm", "確認を始める")


def mixed_values(user: Any) -> QueueState:
    """Values that may be confirmed alone, among those of other sheets."""
    return queued(mixable(), "created_at", reverse("reading:mixed"), "混ぜて確認する")


def unmatched(user: Any) -> QueueState:
    """Cases of which somebody has to say whom of the register they are about."""
    return queued(residents.waiting(), "looked_at", reverse("reading:residents"), "宛名を確かめる")


def held_values(user: Any) -> QueueState:
    """Values that somebody held."""
    return _queue(Question.State.HELD, "reading:held", "保留を見る")


def _queue(state: Question.State, page: str, label: str) -> QueueState:
    return queued(waiting(state), "created_at", reverse(page), label)


def open_corrections(user: Any) -> QueueState:
    """Registrations in the core system that are known to be wrong."""
    url = f"{reverse('reading:corrections')}?state=open"
    return queued(corrections().filter(done_at=None), "opened_at", url, "訂正を見る", urgent=True)


def tightened(user: Any) -> QueueState:
    """Types of forms that were tightened, of which nobody has taken note yet."""
    rows = tightenings().filter(until=None, seen_by=None)
    return queued(rows, "since", reverse("reading:promises"), "わけを見る")


def troubled_sheets(user: Any) -> QueueState:
    """Sheets in trouble and cases that lack a page."""
    sheets = queued(problem_sheets(), "problem_since", reverse("reading:problems"), "用紙を見る")
    return replace(sheets, count=sheets.count + len(incomplete_cases()))


def failures(user: Any, most: int | None = 50) -> list[Failure]:
    """Refused files of the last days (at most `most`, None for all), and jobs that gave up."""
    if not allowed(user, "reading.view"):
        return []
    since = timezone.now() - timedelta(days=RECENT_DAYS)
    refused = BatchFile.objects.filter(
        state=BatchFile.State.REFUSED, settled=False, batch__created_at__gte=since
    ).select_related("batch")
    unparted = reverse("reading:problems") + "#failed"
    told = [
        ("ページに分けられないファイル", file, unparted, "もう一度動かす") for file, _ in failed_files()
    ] + [
        ("受け取れないファイル", file, reverse("reading:batch", args=[file.batch_id]), "束を見る")
        for file in refused.order_by("-pk")[:most]
    ]
    return [
        Failure(f"{what}：{file.name}", file.message, url, label, file.batch.created_at)
        for what, file, url, label in told
    ] + _arrival_failures()


def _arrival_failures() -> list[Failure]:
    """Files of scanners' folders that could not be read, and folders that cannot be looked at."""
    url = reverse("reading:arrivals")
    return (
        [
            Failure(
                f"フォルダ「{row.folder.name}」の読めないファイル：{row.name}",
                row.message,
                url,
                "見る",
                row.came_at,
            )
            for row in arrivals.unsettled()[:50]
        ]
        + [
            Failure(
                f"スキャナのフォルダ「{row.name}」", row.trouble, url, "見る", row.looked_at or row.created_at
            )
            for row in arrivals.folders().filter(active=True).exclude(trouble="")
        ]
        + [
            Failure(
                f"枚数が表紙と違う束：{batch.name}",
                found.sentence,
                reverse("reading:batch", args=[batch.pk]),
                "束を見る",
                batch.created_at,
            )
            for batch, found in covers.differing()
        ]
    )


def first_step(user: Any) -> FirstStep | None:
    """Before the first pile: a form must be known, and then something handed in."""
    if not allowed(user, "reading.view") or Batch.objects.exists():
        return None
    if not FormDefinition.objects.filter(current=True).exists():
        text = "様式がまだ登録されていません。システム担当が手続と様式を登録すると、申請書を取り込めます。"
        return FirstStep(text, reverse("reading:forms"), "様式の画面を開く")
    if not allowed(user, "reading.upload"):
        return None
    text = "様式は登録されています。はじめの申請書をスキャンして取り込みます。"
    return FirstStep(text, reverse("reading:upload"), "申請書を取り込む")


def running(user: Any) -> list[RunningWork]:
    """Batches that are being read."""
    if not allowed(user, "reading.view"):
        return []
    rows = list(in_state(listed_batches(), "running")[:RECENT_BATCHES])
    pages = pages_of(rows)
    return [
        RunningWork(
            f"読み取り：{batch.name}",
            batch.sheet_count - batch.waiting,
            pages.get(batch.pk, 0),
            reverse("reading:batch", args=[batch.pk]),
        )
        for batch in rows
    ]


def self_check() -> list[CheckResult]:
    """Whether the recognisers' models are there and are what they should be."""
    from yakuba.services.reading.adapters.recognisers import own_model, shipped_model

    unfit = [str(refused) for model in (own_model, shipped_model) if (refused := attempt(model)[1])]
    return [CheckResult("文字認識のモデル", not unfit, " ".join(unfit))]
