"""Cover sheets, and whether as many sheets came as they say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone

from yakuba.services.reading.models import Batch, BatchFile, Cover, Sheet

RECENT = timedelta(days=30)
NOT_COUNTED = (Sheet.State.COVER, Sheet.State.BLANK)


@dataclass(frozen=True)
class Counted:
    """Sheets that the cover says, and that are there; blank backs do not count. again: the cover was met before, with that
    batch."""

    expected: int
    there: int
    is_over: bool
    again: bool
    seen: bool

    @property
    def differs(self) -> bool:
        """Whether a person has to look."""
        return self.is_over and (self.expected != self.there or self.again)

    @property
    def sentence(self) -> str:
        """What a person is told."""
        more = self.there - self.expected
        told = f"表紙では{self.expected}枚、読み取ったのは{self.there}枚です（白紙を除く）。"
        if more < 0:
            told += f"{-more}枚足りません。束に残っていないか、2枚重なって通らなかったかを確かめてください。"
        elif more:
            told += f"{more}枚多くあります。次の表紙が抜けていないかを確かめてください。"
        return told + ("この表紙は前にも読み取られています。" if self.again else "")


def covers() -> QuerySet[Any]:
    """All covers with `used`, in how many batches they were met, the newest first."""
    return Cover.objects.select_related("form", "created_by").annotate(used=Count("batches")).order_by("-pk")


def counted(batch: Batch) -> Counted | None:
    """How many sheets there are of those that the cover says; None for a batch without one."""
    cover = batch.cover
    if cover is None:
        return None
    there = batch.sheets.exclude(state__in=NOT_COUNTED).count()
    files = BatchFile.objects.filter(sheets__batch=batch, state=BatchFile.State.SPLITTING)
    busy = files.exists() or batch.sheets.filter(state=Sheet.State.WAITING).exists()
    again = Batch.objects.filter(cover=cover, pk__lt=batch.pk).exists()
    return Counted(cover.count, there, not busy, again, batch.count_seen)


def differing() -> list[tuple[Batch, Counted]]:
    """Batches of the last days whose number differs from their cover's, and nobody has looked."""
    since = timezone.now() - RECENT
    rows = Batch.objects.filter(cover__isnull=False, count_seen=False, created_at__gte=since)
    told = [(row, counted(row)) for row in rows.select_related("cover").order_by("-pk")[:200]]
    return [(row, found) for row, found in told if found is not None and found.differs]
