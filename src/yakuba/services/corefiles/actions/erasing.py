"""What the room has of cases that are erased: a file that holds one of them goes whole, and what was said of the case."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.files.models import StoredFile
from yakuba.services.corefiles.models import CoreFileContent, FiledCase


def erase(cases: Sequence[int]) -> list[StoredFile]:
    """Let it go."""
    held = CoreFileContent.objects.filter(core_file__rows__case__in=cases).distinct()
    files = list(StoredFile.objects.filter(pk__in=held.values("file")))
    CoreFileContent.objects.filter(pk__in=list(held.values_list("pk", flat=True))).delete()
    FiledCase.objects.filter(case__in=cases).update(reason="")
    return files
