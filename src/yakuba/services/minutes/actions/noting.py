"""What every write leaves: a change with who, when and how long, and a new revision of the meeting."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.kernel.search.noting import changed
from yakuba.kernel.ui.wording import wareki
from yakuba.services.minutes.models import Change, Meeting, Speech

LONGEST_PAUSE = 300.0  # seconds; who did nothing for longer was not at work on it
NO_SPEECH = "その発言はありません。ほかの人が前の発言とつなげたのかもしれません。画面を開き直してください。"


def noted(
    meeting: Meeting,
    kind: Change.Kind,
    *,
    actor: Actor,
    speech: Speech | None = None,
    before: str = "",
    after: str = "",
    seconds: float = 0.0,
) -> Change:
    """Note a change, and that the meeting is not what it was."""
    if kind != Change.Kind.CHECKED:
        Meeting.objects.filter(pk=meeting.pk).update(revision=F("revision") + 1)
    change: Change = Change.objects.create(
        meeting=meeting,
        speech=speech,
        place=speech.position if speech else 0,
        kind=kind,
        before=before,
        after=after,
        by=actor,
        seconds=min(max(seconds, 0.0), LONGEST_PAUSE),
    )
    return change


def standing(speech_id: int, version: int) -> Speech:
    """The speech, which stands still in the caller's transaction and is as the person saw it. Raises Missing, and Conflict
    where somebody else was faster, with who and when."""
    alone(speech_id)
    speech: Speech | None = (
        Speech.objects.select_for_update(of=("self",))
        .select_related("meeting", "speaker")
        .filter(pk=speech_id)
        .first()
    )
    if speech is None:
        raise Missing(NO_SPEECH)
    if speech.version != version:
        last = Change.objects.filter(speech=speech).select_related("by").order_by("-pk").first()
        who = (
            f"{last.by or 'システム'}さんが{wareki(timezone.localtime(last.at), time=True)}に"
            if last
            else "ほかの人が"
        )
        raise Conflict(
            f"{speech.position}番目の発言は、開いている間に{who}変えました。あなたの直しは入れていません。"
            "下に今の発言とあなたの文を並べたので、見比べて直してください。"
        )
    return speech


def alone(speech_id: int) -> None:
    """Nobody else changes the meeting of that speech until the caller's transaction ends: two who cut speeches at once would
    give two of them one place, and the editor shows one of a place. Before anything else is locked."""
    list(Meeting.objects.select_for_update(of=("self",)).filter(speeches=speech_id).values_list("pk"))


def keep(speech: Speech, *fields: str) -> None:
    """Write the fields as the next version. Raises Conflict where somebody else was faster."""
    values = {name: getattr(speech, name) for name in fields}
    kept = Speech.objects.filter(pk=speech.pk, version=speech.version).update(
        version=speech.version + 1, **values
    )
    if not kept:
        raise Conflict("同時にほかの人がこの発言を変えました。画面を開き直して、もう一度直してください。")
    speech.version += 1
    heard(speech.pk)


def heard(*speeches: int) -> None:
    """Speeches are new, different, or gone: the search brings them in."""
    changed("minutes.speeches", *map(str, speeches))
