"""Photographs that residents add: opened apart, kept small and bare."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.refusals import Invalid
from yakuba.services.fieldwork.engine.nearby import Point
from yakuba.services.fieldwork.engine.photographs import prepare
from yakuba.services.fieldwork.models import ReportPhoto

MOST = 3  # of one report
LARGEST = 12_000_000  # bytes
WAITING = timedelta(days=1)  # how long a photograph waits for its report
SOME = 100


def add(key: str, stream: BinaryIO, size: int) -> tuple[ReportPhoto, Point | None]:
    """Keep a photograph for the report of that (hashed) key, once however often it comes, with where the camera says it was.
    Raises Invalid; nothing is kept then."""
    if size > LARGEST:
        raise Invalid(f"写真は1つ{LARGEST // 1_000_000}MBまでです。小さくして、もう一度選んでください。")
    frame = apart.answer(prepare, stream)
    with apart.understood():
        head = frame.head
        mark, mirrored = (f"{int(str(head[name]), 16):016x}" for name in ("mark", "mirrored"))
        taken = str(head["taken"])[:19]
        at = None
        if head["latitude"] is not None and head["longitude"] is not None:
            at = Point(float(head["latitude"]), float(head["longitude"]))
    there = ReportPhoto.objects.filter(key=key)
    same = hashlib.sha256(frame.body).hexdigest()
    if before := there.filter(file__sha256=same).first():
        return before, at  # a report that is sent again brings its photographs again
    if there.count() >= MOST:
        raise Invalid(f"写真は{MOST}枚までです。")
    stored = store(StoredFile.Kind.EVIDENCE, "通報の写真.jpg", "image/jpeg", frame.body)
    row = ReportPhoto.objects.create(key=key, file=stored, mark=mark, mirrored=mirrored, taken=taken)
    return row, at


def drop_waiting() -> int:
    """Photographs whose report never came go; how many."""
    before = timezone.now() - WAITING
    gone = 0
    while True:
        with transaction.atomic():
            rows = list(
                ReportPhoto.objects.select_related("file").filter(report=None, came_at__lt=before)[:SOME]
            )
            files = [one.file for one in rows]
            ReportPhoto.objects.filter(pk__in=[one.pk for one in rows]).delete()
            remove(*files)
        gone += len(rows)
        if len(rows) < SOME:
            return gone
