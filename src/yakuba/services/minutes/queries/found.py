"""What the search of the whole house finds here: every speech, with its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.urls import reverse

from yakuba.kernel.search import Entry, Text, numbers
from yakuba.kernel.ui.wording import wareki
from yakuba.services.minutes.engine.clocks import clock
from yakuba.services.minutes.models import Meeting, Speech
from yakuba.services.minutes.queries.meetings import CONSULT, ON_A_PAGE

SOURCE = "minutes.speeches"


def keys(after: str) -> Iterator[str]:
    """All speeches, in their order."""
    return numbers.keys(Speech.objects.all(), after)


def entries(keys: Iterable[str]) -> Iterator[Entry]:
    """The speeches of those numbers as they are now. One of a secret sitting is found by who may edit alone."""
    for row in Speech.objects.filter(pk__in=numbers.numbers(keys)).select_related(
        "meeting", "speaker__meeting"
    ):
        meeting = row.meeting
        hidden = CONSULT if meeting.kind == Meeting.Kind.CONSULTATION else ""
        when = wareki(meeting.held_on, weekday=False) if meeting.held_on else ""
        at = f"　{clock(row.start)}" if row.start is not None else ""
        yield Entry(
            str(row.pk),
            f"{meeting.title}　{row.speaker or ''}".strip(),
            read_url(meeting.pk, row.position),
            (Text(row.text), Text(meeting.title, 0.5)),
            kind="会議録",
            detail=f"{when}　{row.position}番目の発言{at}".strip(),
            permission=hidden or ("minutes.edit" if row.secret else "minutes.view"),
        )


def read_url(meeting_id: int, position: int) -> str:
    """Where a speech is read."""
    page = (position - 1) // ON_A_PAGE + 1
    return f"{reverse('minutes:read', args=[meeting_id])}?page={page}#speech-{position}"
