"""Pictures of a camera that nobody has decided are compared again, once more empty ones are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict
from yakuba.services.vision.actions.eyes import eye_of, pixels_of
from yakuba.services.vision.actions.following import bring_hub
from yakuba.services.vision.actions.looking import look
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import Analysis, Camera, Picture

JOB = "vision.again"
COLUMNS = ("answer", "share", "sure", "spaces", "taken", "found", "asks")


def begin(camera: Camera) -> Camera:
    """Let a worker compare what still waits. Raises Conflict where nothing does."""
    if camera.purpose not in (Purpose.TRAP, Purpose.PARKING):
        raise Conflict("もう一度比べられるのは、わなと駐車場のカメラだけです。")
    if not _waiting(camera.pk).exists():
        raise Conflict("このカメラで、判断を待つ写真はありません。")
    enqueue(JOB, key=f"camera-{camera.pk}", camera_id=camera.pk)
    return camera


def work(camera_id: int, told: Callable[[int, int, str], None]) -> None:
    """Compare them. Called again after a crash, it begins anew, which changes nothing."""
    analyses = list(Analysis.objects.select_related("camera").filter(camera=camera_id).order_by("pk"))
    total, done = _waiting(camera_id).count(), 0
    for row in analyses:
        eye = eye_of(row)
        eye.earlier.clear()
        eye.shown.clear()
        for picture in (
            _waiting(camera_id).filter(analysis=row).select_related("file").order_by("taken_at", "index")
        ):
            seen = look(eye, pixels_of(picture))
            with transaction.atomic():
                found = {name: getattr(seen, name) for name in COLUMNS} | {"warnings": seen.warnings}
                Picture.objects.filter(pk=picture.pk, truth="").update(**found)
            done += 1
            told(done, total, f"{done:,}枚")
        if row.purpose == Purpose.PARKING:
            bring_hub(row)
            row.save(update_fields=["said"])  # what the hub refused


def _waiting(camera_id: int) -> QuerySet[Any]:
    return Picture.objects.filter(analysis__camera=camera_id, asks=True, truth="").exclude(file=None)
