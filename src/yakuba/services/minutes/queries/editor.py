"""What the editor shows: the speech at hand with what its neighbours say, its fillers, hints and changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yakuba.kernel.townsettings import value
from yakuba.services.minutes.engine import fillers, wording
from yakuba.services.minutes.engine.wording import Hint
from yakuba.services.minutes.models import Change, Meeting, Speaker, Speech
from yakuba.services.minutes.queries.meetings import speeches

AROUND = 3  # speeches shown before and behind
UNDOABLE = (Change.Kind.EDITED, Change.Kind.FILLERS, Change.Kind.UNDONE)
MOST_HINTS = 30


@dataclass(frozen=True)
class Opened:
    """The speech at hand."""

    speech: Speech
    before: list[Speech]
    behind: list[Speech]
    last: int
    unchecked: int
    next_unchecked: int
    speakers: list[Speaker]
    pieces: list[fillers.Piece]
    fillers: int
    hints: list[Hint]
    changes: list[Change]
    undoable: int


def opened(meeting: Meeting, at: int) -> Opened | None:
    """The speech at that place, or the nearest one; None where the meeting has none. at: 0 for the first unchecked one."""
    rows = speeches(meeting, None)
    places = list(rows.values_list("position", "checked_at", "kind"))
    if not places:
        return None
    unchecked = [place for place, checked, kind in places if checked is None and kind == Speech.Kind.SPEECH]
    wanted = at or (unchecked[0] if unchecked else places[0][0])
    here = min((place for place, _, _ in places), key=lambda place: abs(place - wanted))
    speech: Any = rows.filter(position=here).first()
    behind = [place for place in unchecked if place > here]
    parts = fillers.pieces(speech.text)
    changes = list(
        Change.objects.filter(speech=speech)
        .exclude(kind=Change.Kind.CHECKED)
        .select_related("by")
        .order_by("-pk")[:10]
    )
    last = next((one for one in changes if one.kind in UNDOABLE and one.after == speech.text), None)
    return Opened(
        speech=speech,
        before=list(reversed(rows.filter(position__lt=here).order_by("-position")[:AROUND])),
        behind=list(rows.filter(position__gt=here)[:AROUND]),
        last=places[-1][0],
        unchecked=len(unchecked),
        next_unchecked=behind[0] if behind else unchecked[0] if unchecked else 0,
        speakers=list(Speaker.objects.filter(meeting=meeting).select_related("meeting").order_by("pk")),
        pieces=parts,
        fillers=sum(one.out for one in parts),
        hints=wording.hints(speech.text, own_terms())[:MOST_HINTS],
        changes=changes,
        undoable=last.pk if last else 0,
    )


def own_terms() -> dict[str, str]:
    """Words that the town's recogniser gets wrong, and what is meant."""
    return wording.terms(str(value("minutes.terms")).replace("、", "\n"))


def neighbour(meeting: Meeting, at: int, other: bool) -> int:
    """The place of the speech behind that one; other: of the next one by another speaker. The same place at the end."""
    rows = speeches(meeting, None)
    here = rows.filter(position=at).first()
    behind = rows.filter(position__gt=at)
    if other and here is not None:
        behind = behind.exclude(speaker=here.speaker_id) if here.speaker_id else behind.exclude(speaker=None)
    found: Any = behind.values_list("position", flat=True).first()
    return int(found) if found else at
