"""What the room lets go with a case."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.files.models import StoredFile
from yakuba.services.fieldwork.models import Report, ReportEvent, ReportPhoto, Supporter


def erase(cases: Sequence[int]) -> list[StoredFile]:
    """The report with its photographs and all that happened to it."""
    reports = Report.objects.filter(case__in=cases)
    photos = ReportPhoto.objects.filter(report__in=reports).select_related("file")
    files = [one.file for one in photos]
    photos.delete()
    Supporter.objects.filter(report__in=reports).delete()
    ReportEvent.objects.filter(report__in=reports).delete()
    reports.delete()
    return files
