"""What is published, as it was approved."""

from __future__ import annotations

from datetime import date
from typing import Any

from yakuba.services.minutes.models import Meeting

OURS = ("revision",)  # what the house notes for itself


def published() -> list[Any]:
    """Published meetings, the newest first."""
    rows = Meeting.objects.exclude(published=None).exclude(kind=Meeting.Kind.CONSULTATION)
    found = list(rows.select_related("published").order_by("-pk"))
    for row in found:  # the day that was approved, not one that was written since
        row.held_on = date.fromisoformat(day) if (day := row.published.content.get("date")) else None
    return sorted(found, key=lambda row: str(row.held_on or ""), reverse=True)


def content(meeting_id: int) -> dict[str, Any] | None:
    """What was approved of one; None where it is not published."""
    row: Meeting | None = (
        Meeting.objects.exclude(kind=Meeting.Kind.CONSULTATION)
        .filter(pk=meeting_id)
        .exclude(published=None)
        .select_related("published")
        .first()
    )
    return row.published.content if row is not None and row.published is not None else None


def open_file(content: dict[str, Any]) -> dict[str, Any]:
    """The open file of what was approved."""
    return {name: value for name, value in content.items() if name not in OURS}
