"""What the search of the whole house finds here: the life events by which residents are guided, as they are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from yakuba.kernel.localwords import slots
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.search import Entry, Text, numbers
from yakuba.services.intake.models import LifeEvent
from yakuba.services.intake.queries import navigator

SOURCE = "intake.life_events"
TITLE, TASK = 3.0, 2.0  # what a word counts there, beside 1 in any other text


def keys(after: str) -> Iterator[str]:
    """The events that are published."""
    return numbers.keys(LifeEvent.objects.exclude(told=""), after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these keys that are published now."""
    words = navigator.local_words() if wanted else {}
    for row in LifeEvent.objects.filter(pk__in=numbers.numbers(wanted)).exclude(told=""):
        event = if_valid(navigator.read, row.told)
        if event is None:  # written by an older release; the self-check tells it
            continue
        tasks = "\n".join(one.name for one in event.tasks)
        said = "\n".join(event.texts)
        yield Entry(
            str(row.pk),
            slots.filled(event.title, words),
            reverse("intake:navigator-event", args=[row.pk]),
            (
                Text(slots.filled(event.title, words), TITLE),
                Text(slots.filled(tasks, words), TASK, label="手続"),
                Text(slots.filled(said, words)),
            ),
            detail=f"届出ナビの出来事、手続{len(event.tasks)}件",
        )
