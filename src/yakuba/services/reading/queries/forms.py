"""What a form file says about its boxes."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from yakuba.services.reading.models import FormDefinition


def box_rects(box: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """All rectangles of a box of a form file: x, y, width, height in form pixels (200 dpi)."""
    listed = [box["box"]] if "box" in box else []
    listed += list(box.get("marks", {}).values()) + list(box.get("eras", {}).values())
    listed += [box[part] for part in ("year", "month", "day") if part in box]
    return [(int(x), int(y), int(width), int(height)) for x, y, width, height in listed]


def forms_in_use() -> QuerySet[FormDefinition]:
    """The forms in use, by code."""
    return FormDefinition.objects.filter(current=True).order_by("code")


def form_in_use(code: str) -> FormDefinition | None:
    """The form of that code, with its procedure."""
    return forms_in_use().filter(code=code).select_related("procedure").first()
