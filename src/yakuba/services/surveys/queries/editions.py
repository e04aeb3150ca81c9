"""Editions, who is asked, their answers, last year's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.registry import CheckResult, FirstStep, QueueState, queued
from yakuba.services.surveys.contracts import Body, BodyClass
from yakuba.services.surveys.engine.answers import Remark, remarks
from yakuba.services.surveys.models import (
    Answers,
    AnswerState,
    Asked,
    Edition,
    Incoming,
    IncomingPart,
    Survey,
)

SOON = timedelta(days=60)


def editions() -> QuerySet[Any]:
    """Newest first, with how many are asked and have answered."""
    answered = Count("asked", filter=Q(asked__state=AnswerState.ANSWERED))
    return Edition.objects.select_related("survey").annotate(bodies=Count("asked"), answered=answered)


def asked_of(edition: Edition) -> QuerySet[Any]:
    """The bodies that an edition asks."""
    return Asked.objects.filter(edition=edition)


def counts(edition: Edition) -> dict[str, int]:
    """How many bodies stand how, and how many are late."""
    today = timezone.localdate()
    rows = Asked.objects.filter(edition=edition)
    late = Q(deadline__lt=today) & ~Q(state=AnswerState.ANSWERED)
    return rows.aggregate(  # type: ignore[no-any-return]
        all=Count("pk"), answered=Count("pk", filter=Q(state=AnswerState.ANSWERED)),
        partly=Count("pk", filter=Q(state=AnswerState.PARTLY)), waiting=Count("pk", filter=Q(state=AnswerState.WAITING)),
        late=Count("pk", filter=late),
    )  # fmt: skip


def newest(asked: Asked) -> Answers | None:
    """Its answers as they stand."""
    found: Answers | None = Answers.objects.filter(asked=asked, is_newest=True).first()
    return found


def edition_before(edition: Edition) -> Edition | None:
    """The final one of the same survey that was last before, and went out; a provisional edition of the same day is none."""
    rows = Edition.objects.filter(survey=edition.survey, as_of__lt=edition.as_of).exclude(
        state__in=(Edition.State.DRAFT, Edition.State.PROPOSED)
    )
    found: Edition | None = rows.order_by("-as_of", "-is_final", "-pk").first()
    return found


def answers_before(edition: Edition, codes: Iterable[str] | None = None) -> dict[str, dict[str, str]]:
    """Last year's answers by body, of these bodies or all."""
    before = edition_before(edition)
    if before is None:
        return {}
    rows = Answers.objects.filter(asked__edition=before, is_newest=True)
    if codes is not None:
        rows = rows.filter(asked__code__in=list(codes))
    return dict(rows.values_list("asked__code", "values"))


def remarks_of(edition: Edition, code: str, values: dict[str, str]) -> list[Remark]:
    """What lacks or looks wrong in a body's answers."""
    return remarks(edition.definition, values, answers_before(edition, [code]).get(code))


def body_of(row: Asked) -> Body:
    """As the engine knows it."""
    return Body(row.code, row.name, row.prefecture, BodyClass(row.kind), row.population, row.band)


@dataclass(frozen=True)
class Planned:
    """A line of the calendar. next_on: None where no day is set; last: the edition or year that was last."""

    survey: Survey
    last: str
    next_on: date | None
    next_text: str
    is_due: bool


def calendar() -> list[Planned]:
    """Regular surveys by when they come next; those without a day last. A survey of every so many years without a day of its own is
    expected so many years behind the last edition, which is said as a word and never as a day."""
    found = []
    for survey in Survey.objects.prefetch_related("editions"):
        listed = sorted(survey.editions.all(), key=lambda one: one.as_of)
        last = listed[-1].code if listed else survey.last
        due = survey.next_on is not None and survey.next_on <= timezone.localdate() + SOON
        found.append(Planned(survey, last, survey.next_on, survey.next_text, due))
    return sorted(found, key=lambda one: (one.next_on is None, one.next_on or date.max, one.survey.title))


def waiting_bodies(user: Any) -> QueueState:
    """Bodies that are late."""
    late = Asked.objects.filter(edition__state=Edition.State.OPEN, deadline__lt=timezone.localdate())
    rows = late.exclude(state=AnswerState.ANSWERED)
    return queued(rows, "edition__opened_at", reverse("surveys:index"), "調査を見る")


def waiting_incoming(user: Any) -> QueueState:
    """Inquiries that the town has not answered."""
    found = Incoming.objects.filter(state=Incoming.State.OPEN).aggregate(
        number=Count("pk"),
        oldest=Min("registered_at"),
        late=Count("pk", filter=Q(deadline__lt=timezone.localdate())),
    )
    return QueueState(
        found["number"], reverse("surveys:incoming"), "照会を見る", found["oldest"], bool(found["late"])
    )


def waiting_parts(user: Any) -> QueueState | None:
    """Parts of the person's own section."""
    if user.department_id is None:
        return None
    rows = IncomingPart.objects.filter(
        department=user.department_id, answered_at=None, incoming__state=Incoming.State.OPEN
    )
    return queued(rows, "incoming__registered_at", reverse("surveys:incoming"), "照会に答える")


def first_step(user: Any) -> FirstStep | None:
    """What is to be done first."""
    if Survey.objects.exists() or Incoming.objects.exists():
        return None
    return FirstStep(
        "調査の定義のファイルを入れるか、届いた照会を登録します。", reverse("surveys:index"), "調査を見る"
    )


def self_check() -> list[CheckResult]:
    """Tallies that are older than the answers."""
    old = [
        row
        for row in Edition.objects.exclude(changed_at=None)
        if row.tallied_at is None or row.tallied_at < row.changed_at
    ]
    told = (
        f"集計より新しい答えのある調査が{len(old)}あります。調査の画面で「集計し直す」を押してください。"
        if old
        else ""
    )
    return [CheckResult("調査の集計", not old, told)]
