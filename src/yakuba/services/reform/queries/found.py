"""What the search of the whole house finds here: the processes of the newest inventory, with their tasks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from yakuba.kernel.search import Entry, Text, numbers
from yakuba.services.reform.models import Process
from yakuba.services.reform.queries.inventory import latest_round, seen_by

SOURCE = "reform.processes"
NAME, PURPOSE = 3.0, 1.5  # what a word counts there, beside 1 in a task


def keys(after: str) -> Iterator[str]:
    """The processes of the newest round."""
    return numbers.keys(_processes(), after)


def entries(wanted: Sequence[str]) -> Iterator[Entry]:
    """Those of these keys. The page is the list of its tasks: whoever sees the whole inventory may open it, while the
    process's own page is for who answers for it."""
    rows = _processes().filter(pk__in=numbers.numbers(wanted))
    for row in rows.select_related("section__round", "section__department").prefetch_related("tasks"):
        tasks = [f"{one.step} {one.name}".strip() for one in row.tasks.all()]
        asked = urlencode({"text": row.name, "section": row.section_id})
        yield Entry(
            str(row.pk),
            row.name,
            f"{reverse('reform:listing', args=[row.section.round_id])}?{asked}",
            (
                Text(row.name, NAME),
                Text(row.purpose, PURPOSE, label="目的"),
                Text("\n".join(tasks), label="作業"),
                Text(row.law, label="根拠法令"),
                Text(row.indicator, label="成果指標"),
            ),
            detail=f"{row.section.round.title}　{row.section.asked}　作業{len(tasks)}件",
        )


def own(user: Any, found: Sequence[Entry]) -> list[Entry]:
    """Those of the sections for which the person answers, each with the page on which it is answered."""
    rows = Process.objects.filter(
        pk__in=numbers.numbers([one.key for one in found]), section__in=seen_by(user)
    )
    mine = {str(one) for one in rows.values_list("pk", flat=True)}
    return [replace(one, url=reverse("reform:process", args=[one.key])) for one in found if one.key in mine]


def version() -> str:
    """Another one with another newest round: what an earlier year answered leaves the index."""
    row = latest_round()
    return str(row.pk) if row else ""


def _processes() -> QuerySet[Process]:
    return Process.objects.filter(section__round=latest_round())
