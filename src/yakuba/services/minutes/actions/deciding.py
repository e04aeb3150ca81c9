"""What people decide about a meeting: what is withheld, what was decided, what the record says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import F

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.minutes.actions.noting import heard, noted
from yakuba.services.minutes.engine import points, withholding
from yakuba.services.minutes.engine.copies import SHORTEST
from yakuba.services.minutes.models import Change, Mark, Matter, Meeting, Point, Speaker, Speech
from yakuba.services.minutes.queries.record import lines_of

K, S = Change.Kind, Mark.State


@transaction.atomic
def find_marks(meeting: Meeting, *, actor: Actor) -> int:
    """Look for personal data in all speeches. What was decided before stays; what was only found and is no more goes.
    Returns how many places wait for a decision."""
    rows = list(Speech.objects.filter(meeting=meeting).order_by("position"))
    known = _known(meeting)
    decided = set(
        Mark.objects.filter(speech__meeting=meeting).exclude(state=S.FOUND).values_list("speech_id", "words")
    )
    Mark.objects.filter(speech__meeting=meeting, state=S.FOUND).delete()
    hidden = Mark.objects.filter(speech__meeting=meeting, state=S.CONFIRMED, kind=Mark.Kind.WITHHELD)
    for mark in hidden.exclude(words="").select_related("speech"):
        _ask_elsewhere(mark)
    decided |= set(
        Mark.objects.filter(speech__meeting=meeting, state=S.FOUND).values_list("speech_id", "words")
    )
    found = [
        Mark(speech=row, kind=Mark.Kind.WITHHELD, words=words, reason=why)
        for row in rows
        for words, why in withholding.found(row.text, known)
        if (row.pk, words) not in decided
    ]
    Mark.objects.bulk_create(found)
    return int(Mark.objects.filter(speech__meeting=meeting, state=S.FOUND).count())


def _known(meeting: Meeting) -> set[str]:
    """Names of who sat at the meeting in an office: they are published."""
    names = {one.name for one in Speaker.objects.filter(meeting=meeting) if one.name}
    for text in (meeting.present, meeting.absent, meeting.staff, meeting.called, meeting.signers):
        names.update(lines_of(text))
    return names


@transaction.atomic
def decide_mark(meeting: Meeting, mark_id: int, hide: bool, *, actor: Actor) -> Mark:
    """Say whether a place is withheld from the published copy."""
    mark: Mark | None = (
        Mark.objects.select_related("speech").filter(pk=mark_id, speech__meeting=meeting).first()
    )
    if mark is None:
        raise Missing("その所はありません。画面を開き直してください。")
    mark.state, mark.by = S.CONFIRMED if hide else S.DISMISSED, actor
    mark.save(update_fields=["state", "by", "at"])
    if hide:
        _ask_elsewhere(mark)
    noted(
        meeting, K.MARKED, actor=actor, speech=mark.speech, before=mark.words, after=mark.get_state_display()
    )
    return mark


@transaction.atomic
def hide(speech: Speech, kind: str, words: str, reason: str, *, actor: Actor) -> Mark:
    """Withhold words of a speech, or all of it where none are named. Raises Invalid where they do not stand in it."""
    words = words.replace("\r\n", "\n").strip()
    if kind not in Mark.Kind.values:
        raise Invalid("伏せる種類を選んでください。")
    if words not in speech.text:
        raise Invalid("その言葉は、この発言にありません。発言からそのまま写してください。")
    mark: Mark | None = Mark.objects.filter(speech=speech, kind=kind, words=words).first()
    mark = mark or Mark(speech=speech, kind=kind, words=words)
    mark.reason, mark.state, mark.by = reason.strip()[:200], S.CONFIRMED, actor
    mark.save()
    _ask_elsewhere(mark)
    noted(
        speech.meeting,
        K.MARKED,
        actor=actor,
        speech=speech,
        before=words or "発言の全部",
        after=mark.get_kind_display(),
    )
    return mark


def _ask_elsewhere(mark: Mark) -> None:
    """What is withheld here may not be read two speeches further on: a person decides there, too."""
    if mark.kind != Mark.Kind.WITHHELD or len(mark.words) < SHORTEST:
        return
    known = Mark.objects.filter(words=mark.words).values("speech")
    rows = Speech.objects.filter(meeting=mark.speech.meeting_id, text__contains=mark.words)
    Mark.objects.bulk_create(
        [
            Mark(
                speech=row, kind=mark.kind, words=mark.words, reason=f"{mark.speech.position}番目で伏せた言葉"
            )
            for row in rows.exclude(pk__in=known)
        ]
    )


@transaction.atomic
def set_secret(meeting: Meeting, first: int, last: int, secret: bool, *, actor: Actor) -> int:
    """Say that the speeches from one place to another were said behind closed doors, or that they were not."""
    rows = Speech.objects.filter(meeting=meeting, position__gte=first, position__lte=last).exclude(
        secret=secret
    )
    numbers = list(rows.values_list("pk", flat=True))
    number = int(Speech.objects.filter(pk__in=numbers).update(secret=secret, version=F("version") + 1))
    heard(*numbers)
    if not number:
        raise Invalid("変わる発言がありません。はじめと終わりの番号を確かめてください。")
    noted(
        meeting,
        K.SECRET,
        actor=actor,
        after=f"{first}番目から{last}番目まで　{'秘密会' if secret else '秘密会でない'}",
    )
    return number


@transaction.atomic
def find_points(meeting: Meeting, *, actor: Actor) -> int:
    """Look for decisions, tasks, the next meeting, and what sums up. What a person decided stays. Returns how many wait."""
    rows = (
        Speech.objects.filter(meeting=meeting, kind=Speech.Kind.SPEECH).exclude(text="").order_by("position")
    )
    texts = [(row.pk, row.text) for row in rows]
    decided = set(
        Point.objects.filter(speech__meeting=meeting)
        .exclude(state=S.FOUND)
        .values_list("speech_id", "kind", "sentence")
    )
    Point.objects.filter(speech__meeting=meeting, state=S.FOUND).delete()
    found = [
        Point(speech_id=one.key, kind=one.kind, sentence=one.sentence, who=one.who, until=one.until)
        for one in [*points.found(texts), *points.summary(texts)]
        if (one.key, one.kind, one.sentence) not in decided
    ]
    Point.objects.bulk_create(found)
    if found:
        noted(meeting, K.POINT, actor=actor, after=f"{len(found)}件が見つかりました")
    return len(found)


@transaction.atomic
def decide_point(
    meeting: Meeting, point_id: int, keep: bool, who: str = "", until: str = "", *, actor: Actor
) -> Point:
    """Say that a sentence is what it was taken for, with who does it until when; or that it is not."""
    point: Point | None = (
        Point.objects.select_related("speech").filter(pk=point_id, speech__meeting=meeting).first()
    )
    if point is None:
        raise Missing("その文はありません。画面を開き直してください。")
    point.state, point.by = S.CONFIRMED if keep else S.DISMISSED, actor
    point.who, point.until = who.strip()[:60], until.strip()[:60]
    point.save(update_fields=["state", "by", "who", "until", "at"])
    kind = point.get_kind_display()
    noted(
        meeting,
        K.POINT,
        actor=actor,
        speech=point.speech,
        before=point.sentence,
        after=f"{kind}　{'確かめた' if keep else '違う'}",
    )
    return point


@transaction.atomic
def set_record(meeting: Meeting, given: Mapping[str, Any], *, actor: Actor) -> Meeting:
    """Write the record of a meeting. given: fields of the table and their values."""
    changed = {name: value for name, value in given.items() if getattr(meeting, name) != value}
    if changed:
        before = {name: getattr(meeting, name) for name in changed}
        for name, value in changed.items():
            setattr(meeting, name, value)
        meeting.save(update_fields=list(changed))
        if "title" in changed or "kind" in changed:
            heard(*Speech.objects.filter(meeting=meeting).values_list("pk", flat=True))
        noted(meeting, K.RECORD, actor=actor, before=_told(before), after=_told(changed))
    return meeting


def _told(values: Mapping[str, Any]) -> str:
    labels = {field.name: str(field.verbose_name) for field in Meeting._meta.fields}
    return "\n".join(
        f"{labels[name]}：{value if value is not None else ''}" for name, value in values.items()
    )


@transaction.atomic
def set_matter(meeting: Meeting, matter: Matter, *, actor: Actor) -> Matter:
    """Keep a matter of the meeting, new or mended."""
    matter.meeting = meeting
    matter.save()
    noted(meeting, K.MATTER, actor=actor, after=f"{matter.get_kind_display()}　{matter}　{matter.outcome}")
    return matter


@transaction.atomic
def drop_matter(meeting: Meeting, matter_id: int, *, actor: Actor) -> None:
    """Take a matter out of the record."""
    matter: Matter | None = Matter.objects.filter(meeting=meeting, pk=matter_id).first()
    if matter is None:
        raise Missing("その議案はありません。画面を開き直してください。")
    noted(meeting, K.MATTER, actor=actor, before=str(matter))
    matter.delete()
