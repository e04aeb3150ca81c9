"""Meetings as lists, pages and programs see them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.refusals import Forbidden, Missing
from yakuba.kernel.registry import QueueState, queued
from yakuba.services.minutes.contracts import WorkFacts
from yakuba.services.minutes.engine.clocks import clock
from yakuba.services.minutes.models import Change, Mark, Meeting, Point, Publication, Speech

STATES = {
    "editing": "直している",
    "checked": "確かめた",
    "waiting": "承認待ち",
    "published": "公開中",
    "changed": "公開後に直した",
}
KINDS = {
    "editing": "person",
    "checked": "info",
    "waiting": "waiting",
    "published": "success",
    "changed": "warning",
}
CONSULT = "minutes.consult"
ON_A_PAGE = 100  # speeches to be read


def meetings(user: Any = None, *, everything: bool = False) -> QuerySet[Any]:
    """Meetings that the person may see, the newest first, each with `number` of speeches and `open` of unchecked ones.
    Consultations only for who may see them; everything: the operator's view."""
    rows = Meeting.objects.select_related("published").annotate(
        number=Count("speeches", distinct=True),
        left=Count(
            "speeches",
            filter=Q(speeches__checked_at=None, speeches__kind=Speech.Kind.SPEECH),
            distinct=True,
        ),
        asked=Count("publications", filter=Q(publications__state="proposed"), distinct=True),
    )
    if not everything and not allowed(user, CONSULT):
        rows = rows.exclude(kind=Meeting.Kind.CONSULTATION)
    return rows.order_by("-held_on", "-pk")


def meeting(actor: Actor, number: int) -> Any:
    """One meeting that the person may see, with its counts as `meetings` gives them. Raises Missing, also for a consultation that is hidden."""
    row: Meeting | None = meetings(actor, everything=actor is None).filter(pk=number).first()
    if row is None:
        raise Missing("その会議はありません。一覧から選んでください。")
    return row


def speech(actor: Actor, number: int) -> Speech:
    """One speech of a meeting that the person may see. Raises Missing."""
    row: Speech | None = Speech.objects.select_related("meeting", "speaker").filter(pk=number).first()
    if row is None or (
        row.meeting.kind == Meeting.Kind.CONSULTATION and actor is not None and not allowed(actor, CONSULT)
    ):
        raise Missing("その発言はありません。画面を開き直してください。")
    if row.secret and not sees_secret(actor):
        raise Missing("その発言はありません。画面を開き直してください。")
    return row


def sees_secret(actor: Actor) -> bool:
    """Whether the person may read what was said behind closed doors: who may edit the minutes, and nobody else."""
    return actor is None or allowed(actor, "minutes.edit")


def require_whole(row: Meeting, actor: Actor) -> None:
    """For what cannot be given without its secret parts. Raises Forbidden."""
    if not sees_secret(actor) and Speech.objects.filter(meeting=row, secret=True).exists():
        raise Forbidden(
            "この会議には秘密会の部分があるため、会議録を直す人だけが開けます。",
            remedy="公開用の文書を選ぶか、会議録の担当に頼んでください。",
        )


def state_of(row: Any) -> str:
    """Where it stands: a key of STATES."""
    if row.asked:
        return "waiting"
    if row.published_id:
        return "published" if row.published.content.get("revision") == row.revision else "changed"
    return "editing" if row.left else "checked"


def kinds_for(user: Any) -> list[tuple[str, str]]:
    """The kinds of meeting that the person may choose."""
    hidden = () if allowed(user, CONSULT) else (Meeting.Kind.CONSULTATION,)
    return [one for one in Meeting.Kind.choices if one[0] not in hidden]


def searched(rows: QuerySet[Any], text: str) -> QuerySet[Any]:
    """Those whose name or body holds the words."""
    return rows.filter(Q(title__icontains=text) | Q(body__icontains=text))


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those that are published, wait for approval, or are neither."""
    if state == "waiting":
        return rows.filter(asked__gt=0)
    if state == "published":
        return rows.filter(asked=0).exclude(published=None)
    return rows.filter(asked=0, published=None)


def speeches(row: Meeting, actor: Actor) -> QuerySet[Any]:
    """The speeches that the person may read, in their order; all of them for nobody, who makes the copies."""
    found: QuerySet[Any] = (
        Speech.objects.filter(meeting=row)
        .select_related("speaker__meeting", "checked_by")
        .order_by("position", "pk")
    )
    return found if sees_secret(actor) else found.filter(secret=False)


def changes(row: Meeting, actor: Actor) -> QuerySet[Any]:
    """What was done to it, the newest first; of speeches that are gone or secret, for who may read all of it."""
    found: QuerySet[Any] = Change.objects.filter(meeting=row).select_related("by", "speech").order_by("-pk")
    if sees_secret(actor) or not Speech.objects.filter(meeting=row, secret=True).exists():
        return found
    return found.filter(speech__secret=False)


def points(row: Meeting, actor: Actor) -> QuerySet[Any]:
    """Sentences that decide, give a task or sum up, and were not dismissed, of speeches that the person may read."""
    found: QuerySet[Any] = (
        Point.objects.filter(speech__in=speeches(row, actor))
        .exclude(state=Mark.State.DISMISSED)
        .select_related("speech__speaker__meeting", "by")
        .order_by("speech__position", "pk")
    )
    return found


def length(row: Meeting) -> float:
    """Seconds that the meeting took: of its sound, or from the first to the last time of its speeches; 0 where neither is
    known."""
    sound = getattr(row, "sound", None)
    if sound is not None and sound.seconds:
        return float(sound.seconds)
    times = Speech.objects.filter(meeting=row).aggregate(first=Min("start"), last=Max("end"))
    if times["first"] is None or times["last"] is None:
        return 0.0
    return float(times["last"] - min(times["first"], 60.0))


def facts(row: Any) -> dict[str, Any]:
    """A meeting for programs."""
    state = state_of(row)
    return {
        "id": row.pk,
        "title": row.title,
        "kind": row.kind,
        "held_on": row.held_on.isoformat() if isinstance(row.held_on, date) else "",
        "speeches": row.number,
        "unchecked": row.left,
        "state": state,
        "state_label": STATES[state],
    }


def speech_facts(row: Speech) -> dict[str, Any]:
    """A speech for programs."""
    return {
        "id": row.pk,
        "position": row.position,
        "kind": row.kind,
        "speaker": str(row.speaker) if row.speaker else "",
        "text": row.text,
        "start": row.start,
        "end": row.end,
        "version": row.version,
        "checked": row.checked_at is not None,
    }


def waiting(user: Any) -> QueueState:
    """Meetings whose speeches have not all been checked, for the home page."""
    rows = meetings(user).filter(left__gt=0, published=None)
    return queued(rows, "made_at", reverse("minutes:index") + "?state=editing", "会議録を直す")


def returned(user: Any) -> QueueState:
    """Publications that were sent back and not proposed again."""
    rows = Publication.objects.filter(state="refused", meeting__published=None, proposed_by=user)
    rows = rows.exclude(meeting__publications__state="proposed")
    oldest = rows.order_by("answered_at").first()
    url = reverse("minutes:meeting", args=[oldest.meeting_id]) if oldest else reverse("minutes:index")
    return QueueState(rows.count(), url, "差し戻された会議録を見る", oldest.answered_at if oldest else None)


def change(row: Meeting, number: int) -> Change:
    """One change of that meeting. Raises Missing."""
    found: Change | None = Change.objects.filter(meeting=row, pk=number).first()
    if found is None:
        raise Missing("その変更はありません。変更の一覧から選び直してください。")
    return found


def said_by(speaker: Any) -> tuple[int, str]:
    """How often somebody spoke, and how the first speech begins."""
    rows = Speech.objects.filter(speaker=speaker).order_by("position")
    first = rows.first()
    return rows.count(), first.text[:60] if first else ""


def to_do(row: Meeting) -> dict[str, Any]:
    """What waits for a person: sentences, places to withhold, a publication that waits or was sent back."""
    last = Publication.objects.filter(meeting=row).order_by("-pk").first()
    return {
        "points_open": Point.objects.filter(speech__meeting=row, state=Mark.State.FOUND)
        .exclude(kind=Point.Kind.SUMMARY)
        .count(),
        "marks_open": Mark.objects.filter(speech__meeting=row, state=Mark.State.FOUND).count(),
        "waiting": last if last is not None and last.is_open else None,
        "refused": last if last is not None and last.state == Publication.State.REFUSED else None,
    }


def work() -> WorkFacts:
    """Work on the meetings that are done, by the editor's own measurement."""
    lengths: dict[int, float] = {}
    for row in meetings(everything=True).filter(left=0, number__gt=0).select_related("sound"):
        if seconds := length(row):
            lengths[row.pk] = seconds
    spent = Change.objects.filter(meeting__in=lengths).aggregate(sum=Sum("seconds"))["sum"] or 0.0
    return WorkFacts(len(lengths), sum(lengths.values()), float(spent)) if spent else WorkFacts(0, 0.0, 0.0)


def page_of(row: Meeting, number: str, actor: Actor) -> Any:
    """A page of the speeches to be read, each with the `clock` of its beginning."""
    page = Paginator(speeches(row, actor), ON_A_PAGE).get_page(number)
    for one in page:
        one.clock = clock(one.start) if one.start is not None else ""
    return page
