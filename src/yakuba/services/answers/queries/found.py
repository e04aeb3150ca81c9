"""What the search of the whole house finds here: the answers that are published, as they are told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.urls import reverse

from yakuba.kernel.localwords import slots
from yakuba.kernel.search import Entry, Text, numbers
from yakuba.services.answers import models
from yakuba.services.answers.queries.entries import filling, section_facts, town_words

SOURCE = "answers.entries"
QUESTION, WORDINGS = 3.0, 2.0  # what a word counts there, beside 1 in the answer


def keys(after: str) -> Iterator[str]:
    """The answers that are published."""
    return numbers.keys(models.Entry.objects.exclude(current=None), after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these keys that are published now. A draft is nobody's answer yet, and is found in the room's list."""
    rows = models.Entry.objects.filter(pk__in=numbers.numbers(wanted)).exclude(current=None)
    words = town_words() if wanted else {}
    for row in rows.select_related("current__section"):
        told = row.current
        answer = slots.filled(told.answer, filling(section_facts(told.section), words))
        section = f"、{told.section}" if told.section else ""
        yield Entry(
            str(row.pk),
            told.question,
            reverse("answers:entry", args=[row.pk]),
            (
                Text(told.question, QUESTION),
                Text(told.wordings, WORDINGS, label="別の聞き方"),
                Text(answer),
                Text(row.code, exact=True, label="番号"),
            ),
            kind=told.audience,
            detail=f"{told.get_audience_display()}向け{section}",
            valid_from=told.valid_from,
            valid_until=told.valid_until,
        )
