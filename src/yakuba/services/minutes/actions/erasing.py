"""Erasing meetings whole, by kind: a town keeps the minutes of its assembly for good and a consultation for a few years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.registry.erasing import Unit
from yakuba.kernel.tables.files import EXCEL, written
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.minutes.actions.noting import heard
from yakuba.services.minutes.models import Meeting, Publication, Sound, Speaker, Speech


def units() -> list[Unit]:
    """The meetings of each kind."""
    return [
        Unit(
            f"minutes:{kind}",
            f"会議録　{label}",
            due=partial(due, kind),
            erase=erase,
            values=values,
            export=export,
        )
        for kind, label in Meeting.Kind.choices
    ]


def due(kind: str, before: datetime) -> list[int]:
    """Meetings taken in before that moment whose publication waits for nobody, the oldest first."""
    rows = Meeting.objects.filter(kind=kind, made_at__lt=before)
    rows = rows.exclude(publications__state=Publication.State.PROPOSED)
    return list(rows.order_by("made_at", "pk").values_list("pk", flat=True))


def values(keys: Sequence[int]) -> list[str]:
    """What was said, which stands nowhere else."""
    return list(Speech.objects.filter(meeting__in=keys).values_list("text", flat=True))


def erase(keys: Sequence[int]) -> list[StoredFile]:
    """All of a meeting; its sound goes behind it. Cases that a consultation was entered into go by their procedure's rule."""
    meetings = Meeting.objects.select_for_update(of=("self",)).filter(pk__in=keys)
    files = [row.file for row in Sound.objects.filter(meeting__in=keys).select_related("file")]
    heard(*Speech.objects.filter(meeting__in=keys).values_list("pk", flat=True))
    meetings.update(published=None)
    for rows in (
        Sound.objects.filter(meeting__in=keys),
        Publication.objects.filter(meeting__in=keys),
        Speech.objects.filter(meeting__in=keys),
        Speaker.objects.filter(meeting__in=keys),
        meetings,
    ):
        rows.delete()
    return files


def export(keys: Sequence[int], actor: Actor) -> tuple[str, str, bytes]:
    """What was said at each meeting, a sheet each."""
    tables = []
    for meeting in Meeting.objects.filter(pk__in=keys).order_by("pk"):
        rows = Speech.objects.filter(meeting=meeting).select_related("speaker__meeting").order_by("position")
        lines = [(row.position, str(row.speaker or ""), row.text) for row in rows]
        tables.append(Table(f"会議{meeting.pk}", ("順番", "話した人", "発言"), lines))
    with written(tables or [Table("会議", (), [])], "xlsx") as file:
        return "minutes.xlsx", EXCEL, file.read()
