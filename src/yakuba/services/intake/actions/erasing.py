"""What the room lets go with a case."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.files.models import StoredFile
from yakuba.services.intake.models import (
    ActingStatement,
    AttachedFile,
    Correction,
    MoneyOrder,
    PostalRequest,
    Submission,
)


def erase(cases: Sequence[int]) -> list[StoredFile]:
    """Let it go: what was sent with it, what was asked back, and the two numbers that open it."""
    sent = Submission.objects.filter(case__in=cases)
    attached = AttachedFile.objects.filter(submission__in=sent).select_related("file")
    files = [one.file for one in attached]
    attached.delete()
    Correction.objects.filter(submission__in=sent).delete()
    ActingStatement.objects.filter(case__in=cases).delete()
    MoneyOrder.objects.filter(request__case__in=cases).delete()
    PostalRequest.objects.filter(case__in=cases).delete()
    sent.delete()
    return files
