"""Erasing analyses whole, with their pictures; what was measured of road sections goes along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.registry.erasing import Unit
from yakuba.kernel.tables.files import EXCEL, written
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import Analysis, Original, Picture
from yakuba.services.vision.queries.pictures import result


def units() -> list[Unit]:
    """The analyses of each purpose: a trap's pictures are kept longer than those of a street."""
    return [
        Unit(
            f"vision:{one.value}",
            f"画像解析　{one.label}",
            due=partial(due, one),
            erase=erase,
            values=values,
            export=export,
        )
        for one in Purpose
    ]


def due(purpose: Purpose, before: datetime) -> list[int]:
    """Those begun before that moment at which nothing is under way, the oldest first."""
    rows = Analysis.objects.filter(purpose=purpose, created_at__lt=before).exclude(
        state=Analysis.State.WORKING
    )
    return list(rows.order_by("created_at", "pk").values_list("pk", flat=True))


def values(keys: Sequence[int]) -> list[str]:
    """Nothing tells whose they are: what is kept shows no face, and no plate."""
    return []


def erase(keys: Sequence[int]) -> list[StoredFile]:
    """All of them."""
    rows = (
        Analysis.objects.select_for_update(of=("self",))
        .filter(pk__in=keys)
        .exclude(state=Analysis.State.WORKING)
    )
    chosen = list(rows.values_list("pk", flat=True))
    files = [
        row.track
        for row in Analysis.objects.filter(pk__in=chosen).select_related("track")
        if row.track is not None
    ]
    files += [
        row.file
        for row in Picture.objects.filter(analysis__in=chosen).exclude(file=None).select_related("file")
    ]
    files += [row.file for row in Original.objects.filter(source__analysis__in=chosen).select_related("file")]
    Analysis.objects.filter(pk__in=chosen).delete()
    return files


def export(keys: Sequence[int], actor: Actor) -> tuple[str, str, bytes]:
    """What was found on each picture, a sheet each; no pictures."""
    tables = []
    for row in Analysis.objects.filter(pk__in=keys).order_by("pk"):
        pictures = (
            Picture.objects.filter(analysis=row).select_related("analysis").order_by("taken_at", "index")
        )
        lines = [
            (
                one.name,
                timezone.localtime(one.taken_at).isoformat() if one.taken_at else "",
                one.latitude,
                one.longitude,
                result(one),
            )
            for one in pictures
        ]
        tables.append(Table(f"解析{row.pk}", ("名前", "撮った日時", "緯度", "経度", "結果"), lines))
    with written(tables or [Table("解析", (), [])], "xlsx") as file:
        return "vision.xlsx", EXCEL, file.read()
