"""A transcript is taken in, and its speeches are mended. Nobody overwrites what somebody else wrote meanwhile."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.values.calendar import read_date
from yakuba.services.minutes.actions.noting import alone, heard, keep, noted, standing
from yakuba.services.minutes.contracts import NewMeeting, Transcript, Utterance
from yakuba.services.minutes.engine import fillers, heads
from yakuba.services.minutes.engine.reading import LONGEST_SPEECH, between
from yakuba.services.minutes.engine.speakers import office_and_name
from yakuba.services.minutes.models import Change, Mark, Meeting, Speaker, Speech

K = Change.Kind
# Of two decisions about the same words in one speech the stricter one holds: what was withheld anywhere stays withheld.
STRICT = {Mark.State.DISMISSED: 0, Mark.State.FOUND: 1, Mark.State.CONFIRMED: 2}


@transaction.atomic
def take_in(new: NewMeeting, transcript: Transcript, source: str, *, actor: Actor) -> Meeting:
    """A new meeting with its speakers and speeches. What the head of the transcript says of it is entered where the person
    said nothing."""
    found = heads.facts_of(transcript.facts)
    held_on = new.held_on or found.pop("held_on", "")
    given = {name: text for name, text in vars(new).items() if text and name != "held_on"}
    meeting: Meeting = Meeting.objects.create(
        **{**found, **given},
        held_on=date.fromisoformat(held_on) if held_on else None,
        source=source[-255:],
        made_by=actor,
    )
    speakers = _speakers(meeting, [one.speaker for one in transcript.utterances])
    Speech.objects.bulk_create(
        [
            Speech(
                meeting=meeting,
                position=position,
                speaker=speakers.get(one.speaker),
                text=one.text,
                original=one.text,
                start=one.start,
                end=one.end,
            )
            for position, one in enumerate(transcript.utterances, 1)
        ]
    )
    heard(*Speech.objects.filter(meeting=meeting).values_list("pk", flat=True))
    noted(meeting, K.TAKEN_IN, actor=actor, after=f"{len(transcript.utterances)}件の発言（{source[-200:]}）")
    record(
        "minutes.taken_in", subject=f"meeting:{meeting.pk}", actor=actor, speeches=len(transcript.utterances)
    )
    return meeting


def _speakers(meeting: Meeting, labels: list[str]) -> dict[str, Speaker]:
    found: dict[str, Speaker] = {}
    for label in dict.fromkeys(one[:60] for one in labels if one):
        office, name = office_and_name(label)
        found[label] = Speaker.objects.create(
            meeting=meeting, label=label, office=office[:60], name=name[:60]
        )
    return found


@transaction.atomic
def edit(
    speech_id: int,
    version: int,
    text: str,
    *,
    actor: Actor,
    speaker: str | None = None,
    kind: str = "",
    checked: bool = False,
    seconds: float = 0.0,
) -> Speech:
    """Mend a speech, say who spoke, and that it is right. speaker: a label of this meeting, a new one makes a new speaker;
    None leaves it. Raises Conflict where somebody else was faster, Invalid for a text that is too long."""
    speech = standing(speech_id, version)
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_SPEECH:
        raise Invalid(f"発言は{LONGEST_SPEECH:,}字までです。発言を分けてください。")
    if kind and kind not in Speech.Kind.values:
        raise Invalid("発言の種類が正しくありません。選び直してください。")
    before, kind_before = speech.text, speech.kind
    other = _chosen(speech, speaker)
    moved = speaker is not None and (other.pk if other else None) != speech.speaker_id
    old = str(speech.speaker or "（不明）")
    speech.text, speech.kind = text, kind or speech.kind
    if moved:
        speech.speaker = other
    if checked:
        speech.checked_by, speech.checked_at = actor, timezone.now()
    rewritten = text != before or speech.kind != kind_before
    if not (rewritten or moved or checked):
        return speech
    keep(speech, "text", "kind", "speaker", "checked_by", "checked_at")
    if moved:
        noted(
            speech.meeting, K.SPEAKER, actor=actor, speech=speech, before=old, after=str(other or "（不明）")
        )
    what = K.EDITED if rewritten else K.CHECKED
    if rewritten or checked:
        noted(speech.meeting, what, actor=actor, speech=speech, before=before, after=text, seconds=seconds)
    return speech


def _chosen(speech: Speech, label: str | None) -> Speaker | None:
    label = (label or "").strip()[:60]
    if not label:
        return None
    found: Speaker | None = Speaker.objects.filter(meeting=speech.meeting, label=label).first()
    if found is None:
        found = _speakers(speech.meeting, [label])[label]
    return found


@transaction.atomic
def split(speech_id: int, version: int, text: str, at: int, *, actor: Actor, seconds: float = 0.0) -> Speech:
    """Cut a speech into two before the character `at` of the text as it was typed; where 0 < at < its length does not hold,
    at its first empty line. Returns the second half, whose speaker is the same until somebody says otherwise."""
    speech = standing(speech_id, version)
    text = text.replace("\r\n", "\n")
    if not text[:at].strip() or not text[at:].strip():
        at = text.find("\n\n")
    first, second = text[: max(at, 0)].strip(), text[max(at, 0) :].strip()
    if not first or not second:
        raise Invalid("分ける所に文字の入力位置を置くか、空の行を入れてから、「分ける」を押してください。")
    if max(len(first), len(second)) > LONGEST_SPEECH:
        raise Invalid(f"発言は{LONGEST_SPEECH:,}字までです。")
    before = speech.text
    where = between(Utterance("", text, speech.start, speech.end), len(first) / (len(first) + len(second)))
    end = speech.end
    Speech.objects.filter(meeting=speech.meeting, position__gt=speech.position).update(
        position=F("position") + 1
    )
    speech.text, speech.end = first, where
    keep(speech, "text", "end")
    half: Speech = Speech.objects.create(
        meeting=speech.meeting,
        position=speech.position + 1,
        kind=speech.kind,
        speaker=speech.speaker,
        text=second,
        start=where,
        end=end,
        secret=speech.secret,
    )
    _share_out(speech, half)
    heard(half.pk)
    noted(
        speech.meeting,
        K.SPLIT,
        actor=actor,
        speech=speech,
        before=before,
        after=f"{first}\n\n{second}",
        seconds=seconds,
    )
    return half


def _share_out(speech: Speech, half: Speech) -> None:
    """What was decided about words of a speech that was cut is about the half in which they stand, or both."""
    for mark in speech.marks.all():
        if mark.words in half.text:
            if mark.words in speech.text:
                mark.pk = None
                mark._state.adding = True
            mark.speech = half
            mark.save()
    for point in speech.points.all():
        if point.sentence not in speech.text and point.sentence in half.text:
            point.speech = half
            point.save(update_fields=["speech"])


@transaction.atomic
def merge(speech_id: int, version: int, *, actor: Actor, seconds: float = 0.0) -> Speech:
    """Join a speech to the one before it, whose speaker it gets. Raises Invalid for the first one, and Conflict where
    something was decided about it that would be lost."""
    speech = standing(speech_id, version)
    before: Speech | None = (
        Speech.objects.select_for_update(of=("self",))
        .select_related("meeting", "speaker")
        .filter(meeting=speech.meeting, position__lt=speech.position)
        .order_by("-position")
        .first()
    )
    if before is None:
        raise Invalid("はじめの発言なので、つなげる前の発言がありません。")
    if len(before.text) + len(speech.text) > LONGEST_SPEECH:
        raise Invalid(f"つなげると{LONGEST_SPEECH:,}字を超えます。")
    if before.secret != speech.secret:
        raise Invalid("秘密会の発言とそうでない発言は、つなげられません。")
    if (
        Mark.objects.filter(speech__in=[speech, before], words="")
        .exclude(state=Mark.State.DISMISSED)
        .exists()
    ):
        raise Conflict("発言の全部を公開しないと決めてあるので、つなげません。先にその決定をやめてください。")
    _take_over(speech, before)
    own, joined = before.text, f"{before.text}\n{speech.text}".strip()
    before.text = joined
    before.end = speech.end if speech.end is not None else before.end
    before.original = f"{before.original}\n{speech.original}".strip()
    if speech.checked_at is None:  # nobody has read that part
        before.checked_by = before.checked_at = None
    keep(before, "text", "end", "original", "checked_by", "checked_at")
    position = speech.position
    heard(speech.pk)
    speech.delete()
    Speech.objects.filter(meeting=before.meeting, position__gt=position).update(position=F("position") - 1)
    noted(before.meeting, K.MERGED, actor=actor, speech=before, before=own, after=joined, seconds=seconds)
    return before


def _take_over(speech: Speech, before: Speech) -> None:
    """What was decided about a speech is about the one that it is joined to."""
    known = {(mark.kind, mark.words): mark for mark in before.marks.all()}
    for mark in speech.marks.all():
        there = known.get((mark.kind, mark.words))
        if there is not None and STRICT[Mark.State(there.state)] >= STRICT[Mark.State(mark.state)]:
            continue
        if there is not None:
            there.delete()
        mark.speech = before
        mark.save(update_fields=["speech"])
    speech.points.update(speech=before)
    speech.changes.update(speech=before)


@transaction.atomic
def add_line(speech_id: int, kind: str, text: str, *, actor: Actor) -> Speech:
    """A line of the record behind a speech: a heading of the agenda, what happened in the room, the outcome of a vote, or a
    speech that the transcript lacks."""
    alone(speech_id)
    speech: Speech | None = Speech.objects.select_related("meeting").filter(pk=speech_id).first()
    if speech is None:
        raise Missing("その発言はありません。画面を開き直してください。")
    if kind not in Speech.Kind.values or not text.strip() or len(text) > LONGEST_SPEECH:
        raise Invalid("加える行の種類と文字を確かめてください。")
    Speech.objects.filter(meeting=speech.meeting, position__gt=speech.position).update(
        position=F("position") + 1
    )
    line: Speech = Speech.objects.create(
        meeting=speech.meeting,
        position=speech.position + 1,
        kind=kind,
        text=text.strip(),
        start=speech.end,
        end=speech.end,
        secret=speech.secret,
    )
    heard(line.pk)
    noted(speech.meeting, K.EDITED, actor=actor, speech=line, after=line.text)
    return line


@transaction.atomic
def without_fillers(speech_id: int, version: int, *, actor: Actor) -> Speech:
    """Take the fillers out of one speech; it can be put back."""
    speech = standing(speech_id, version)
    before, speech.text = speech.text, fillers.without(speech.text)
    if speech.text != before:
        keep(speech, "text")
        noted(speech.meeting, K.FILLERS, actor=actor, speech=speech, before=before, after=speech.text)
    return speech


@transaction.atomic
def take_fillers(meeting: Meeting, *, actor: Actor) -> int:
    """Take the fillers out of every speech; each can be put back. Returns how many speeches changed."""
    number = 0
    list(Meeting.objects.select_for_update(of=("self",)).filter(pk=meeting.pk))
    rows: Any = Speech.objects.select_for_update(of=("self",)).filter(
        meeting=meeting, kind=Speech.Kind.SPEECH
    )
    for speech in rows.order_by("position"):
        version = speech.version
        number += without_fillers(speech.pk, version, actor=actor).version != version
    return number


@transaction.atomic
def undo(change_id: int, *, actor: Actor) -> Speech:
    """Put a speech back to what it was before a change. Raises Conflict where it was changed again since then."""
    change: Change | None = Change.objects.select_related("speech", "meeting").filter(pk=change_id).first()
    if change is None or change.speech is None or change.kind not in (K.EDITED, K.FILLERS, K.UNDONE):
        raise Missing("元に戻せる変更ではありません。変更の一覧から選び直してください。")
    speech = standing(change.speech.pk, change.speech.version)
    if speech.text != change.after:
        raise Conflict("この発言は、そのあとにまた直されています。新しい変更から順に戻してください。")
    speech.text = change.before
    keep(speech, "text")
    noted(change.meeting, K.UNDONE, actor=actor, speech=speech, before=change.after, after=change.before)
    return speech


@transaction.atomic
def name_speaker(speaker_id: int, given: dict[str, str], *, actor: Actor) -> Speaker:
    """Say once who a speaker is. given: office, name, kana, group, role."""
    speaker = _speaker(speaker_id)
    before = str(speaker)
    for field in ("office", "name", "kana", "group", "role"):
        setattr(speaker, field, given.get(field, getattr(speaker, field)).strip()[:60])
    speaker.save()
    if str(speaker) != before or given:
        noted(speaker.meeting, K.NAMED, actor=actor, before=f"{speaker.label}：{before}", after=str(speaker))
    return speaker


@transaction.atomic
def join_speakers(speaker_id: int, into_id: int, *, actor: Actor) -> Speaker:
    """Two labels are one person: all that the first said was said by the second."""
    speaker, into = _speaker(speaker_id), _speaker(into_id)
    if speaker.pk == into.pk or speaker.meeting_id != into.meeting_id:
        raise Invalid("同じ会議の、別の人を選んでください。")
    moved = Speech.objects.filter(speaker=speaker).update(speaker=into, version=F("version") + 1)
    noted(speaker.meeting, K.SPEAKER, actor=actor, before=str(speaker), after=f"{into}（{moved}件）")
    speaker.delete()
    return into


def _speaker(number: int) -> Speaker:
    speaker: Speaker | None = Speaker.objects.select_related("meeting").filter(pk=number).first()
    if speaker is None:
        raise Missing("その話した人は登録されていません。画面を開き直してください。")
    return speaker


def day_of(text: str) -> str:
    """A day as ISO 8601, of any way to write one; empty for nothing. Raises Invalid."""
    return str(read_date(text)) if text.strip() else ""
