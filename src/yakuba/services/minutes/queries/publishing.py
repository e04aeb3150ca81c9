"""What is published, as it was approved."""

from __future__ import annotations

from typing import Any

from yakuba.services.minutes.models import Meeting

OURS = ("revision",)  # what the house notes for itself


def published() -> list[Any]:
    """Published meetings, the newest first."""
    rows = Meeting.objects.exclude(published=None).exclude(kind=Meeting.Kind.CONSULTATION)
    return list(rows.select_related("published").order_by("-held_on", "-pk"))


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
