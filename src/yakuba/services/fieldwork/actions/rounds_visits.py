"""What crews say from the road. Every time is the server's; nothing is changed afterwards."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.fieldwork.actions import handling
from yakuba.services.fieldwork.contracts import NotDone, PlanState, ReportState, StopKind, VisitKind
from yakuba.services.fieldwork.engine.photographs import prepare
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.models import Crew, PlanCrew, Report, RoundStop, StopEvent, VisitPhoto
from yakuba.services.fieldwork.queries import rounds as queries

MOST_PHOTOS, LARGEST = 4, 12_000_000  # of one event; bytes
MOST_MINUTES, MOST_METRES = 600, 500_000
LONGEST_NOTE = 400


@dataclass(frozen=True)
class Said:
    """What a crew says. minutes of work; metres driven from the stop before; own_time: 「10:05」 by the crew's own clock, where
    there was no network; photos: as they were sent."""

    kind: VisitKind
    reason: str = ""
    note: str = ""
    minutes: int | None = None
    metres: int | None = None
    own_time: str = ""
    photos: Sequence[BinaryIO] = field(default=(), repr=False)


def note(stop_id: int, crew_id: int, said: Said, key: str, *, actor: Actor) -> StopEvent:
    """Keep it with the server's time. The same key is the same press: its event is given again. Raises Invalid, Conflict where
    the stop is done already, and Missing."""
    _check(said, key)
    # A form has several buttons: who goes back to a page that said 着いた and presses 済んだ presses something else.
    key = hashlib.sha256(f"{said.kind}:{key}".encode()).hexdigest()
    there = StopEvent.objects.filter(key=key).first()
    if there is not None:
        return _same(there, stop_id, crew_id)
    bare = [_bare(photo) for photo in said.photos]
    with transaction.atomic():
        stop = _held(stop_id)
        there = StopEvent.objects.filter(key=key).first()
        if there is not None:
            return _same(there, stop_id, crew_id)
        crew = _crew(stop, crew_id)
        _require_new(stop, crew, said.kind)
        event = StopEvent.objects.create(
            stop=stop,
            crew=crew,
            kind=said.kind,
            at=timezone.now(),
            own_time=said.own_time and words.shown(words.moment_of(said.own_time)),
            reason=said.reason if said.kind == VisitKind.FAILED else "",
            note=said.note.strip(),
            minutes=said.minutes,
            metres=said.metres,
            user=known(actor),
            key=key,
        )
        for content in bare:
            file = store(StoredFile.Kind.EVIDENCE, "訪問の写真.jpg", "image/jpeg", content, actor=actor)
            VisitPhoto.objects.create(event=event, file=file)
        record(
            f"fieldwork.visit_{event.kind}",
            subject=f"stop:{stop.pk}",
            actor=actor,
            event=event.pk,
            at=event.at.isoformat(),
            crew=crew.name,
        )
        _tell_ledger(stop, event, actor)
    return event


def _check(said: Said, key: str) -> None:
    if not 8 <= len(key) <= 64:
        raise Invalid("画面を開き直して、もう一度押してください。")
    if said.kind == VisitKind.FAILED and said.reason not in [one.value for one in NotDone]:
        raise Invalid("できなかったわけを選んでください。", place="わけ")
    if said.own_time:
        words.moment_of(said.own_time)
    if said.minutes is not None and not 0 <= said.minutes <= MOST_MINUTES:
        raise Invalid(f"かかった分は0〜{MOST_MINUTES}で書いてください。", place="かかった分")
    if said.metres is not None and not 0 <= said.metres <= MOST_METRES:
        raise Invalid(f"走った距離は0〜{MOST_METRES // 1000}kmで書いてください。", place="走った距離")
    if len(said.note.strip()) > LONGEST_NOTE:
        raise Invalid(f"メモは{LONGEST_NOTE}字までです。", place="メモ")
    if likely_in(said.note):
        raise Invalid(
            "メモに個人番号のような数字があります。消してから、もう一度押してください。", place="メモ"
        )
    if len(said.photos) > MOST_PHOTOS:
        raise Invalid(f"写真は一度に{MOST_PHOTOS}枚までです。", place="写真")


def _bare(photo: BinaryIO) -> bytes:
    """The picture drawn anew, in a process apart. Raises Invalid."""
    photo.seek(0, 2)
    if photo.tell() > LARGEST:
        raise Invalid(f"写真は1枚{LARGEST // 1_000_000}MBまでです。", place="写真")
    photo.seek(0)
    return apart.answer(prepare, photo).body


def _held(stop_id: int) -> RoundStop:
    row = RoundStop.objects.select_for_update(of=("self",)).select_related("plan").filter(pk=stop_id).first()
    if row is None:
        raise Missing(f"{stop_id}番の訪問先がありません。番号を確かめてください。")
    if row.plan.state not in (PlanState.PUBLISHED, PlanState.CLOSED):
        raise Conflict("この計画は、まだ班に出していません。")
    return row


def _crew(stop: RoundStop, crew_id: int) -> Crew:
    row = PlanCrew.objects.select_related("crew").filter(plan=stop.plan, crew=crew_id).first()
    if row is None:
        raise Missing("その班は、この計画にありません。")
    found: Crew = row.crew
    return found


def _same(event: StopEvent, stop_id: int, crew_id: int) -> StopEvent:
    if (event.stop_id, event.crew_id) != (stop_id, crew_id):
        raise Conflict("画面を開き直して、もう一度押してください。")
    return event


def _require_new(stop: RoundStop, crew: Crew, kind: VisitKind) -> None:
    standing = queries.standings([stop.pk]).get(stop.pk)
    if standing is None or standing.last is None:
        return
    last = standing.closing if standing.is_done else standing.last
    today = last is not None and timezone.localdate(last.at) == timezone.localdate()
    # Who finds nobody at home on two days of a plan says so twice.
    if last is not None and (standing.is_done or (today and last.kind == kind and last.crew_id == crew.pk)):
        at = timezone.localtime(last.at)
        raise Conflict(
            f"「{stop.title}」は、{last.crew}が{at:%-H:%M}に「{VisitKind(last.kind).label}」と記録しています。",
            remedy="次の訪問先へ進んでください。直すことがあれば、計画の担当に知らせてください。",
        )


def _tell_ledger(stop: RoundStop, event: StopEvent, actor: Actor) -> None:
    """A report that a crew goes to has been begun. The minutes stand in the ledger with its case, where the effect of reforms is
    counted from; only a report's: a table may name the number of any other case."""
    if stop.kind != StopKind.REPORT:
        return
    report = Report.objects.select_related("case").filter(number=stop.ref).first()
    if report is None:
        return
    if report.state == ReportState.RECEIVED:
        handling.start(report.pk, actor=actor)
    if event.kind != VisitKind.ARRIVED:
        seconds = queries.seconds_spent(event)
        add_event(
            report.case,
            "fieldwork.visited",
            user=actor,
            seconds=seconds,
            result=str(event.kind),
            crew=event.crew.name,
        )
