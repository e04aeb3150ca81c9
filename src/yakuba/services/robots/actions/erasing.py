"""What the room has of cases that are erased: pictures go, what was recorded with them, and what the robot wrote down about a row. That a row was
entered, and how long it took, stays."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.files.models import StoredFile
from yakuba.services.robots.models import UNDER_WAY, Recording, RecordingPicture, Row, RowEvent, RowPicture


def erase(cases: Sequence[int]) -> list[StoredFile]:
    """Let it go."""
    pictures = RowPicture.objects.filter(row__case__in=cases).select_related("file")
    files = [picture.file for picture in pictures]
    pictures.delete()
    recorded = RecordingPicture.objects.filter(recording__case__in=cases).select_related("file")
    files += [picture.file for picture in recorded]
    Recording.objects.filter(case__in=cases).delete()
    RowEvent.objects.filter(row__case__in=cases).update(message="")
    Row.objects.filter(case__in=cases).update(
        problem=None, intent=None, intent_at=None, look_up=None, target_number="", contradiction=""
    )
    return files


def keeps(cases: Sequence[int]) -> list[int]:
    """Cases that a row still holds, or a browser in which somebody records with them."""
    held = Row.objects.filter(case__in=cases, holds_case=True).values_list("case", flat=True)
    under_way = Recording.objects.filter(case__in=cases, state__in=UNDER_WAY).values_list("case", flat=True)
    return [*held, *under_way]
