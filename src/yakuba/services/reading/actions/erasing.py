"""What the room has of cases that are erased: their sheets with pictures and readings, questions with what was entered,
corrections, whose number they were; and the files that they came in."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Q

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case
from yakuba.services.reading.models import Batch, BatchFile, Correction, PersonMatch, Question, Sheet


def erase(cases: Sequence[int]) -> list[StoredFile]:
    """Let it go. A second scan of a page, and one put aside, belong to no case and go by their receipt number. A file goes as
    soon as one of its cases does: the other cases have pictures of their own."""
    numbers = Case.objects.filter(pk__in=cases).values_list("procedure_id", "receipt_number")
    about = Q(case__in=cases)
    for procedure, number in numbers:
        about |= Q(form__procedure=procedure) & (Q(receipt_number=number) | Q(typed_number=number))
    sheets = Sheet.objects.filter(about).select_related("image")
    files = [sheet.image for sheet in sheets if sheet.image is not None]
    holders = list(BatchFile.objects.filter(sheets__in=sheets).select_related("stored").distinct())
    Question.objects.filter(Q(case__in=cases) | Q(sheet__in=sheets)).delete()
    Correction.objects.filter(case__in=cases).delete()
    PersonMatch.objects.filter(case__in=cases).delete()
    sheets.delete()
    for holder in holders:
        if holder.stored is not None:
            files.append(holder.stored)
        holder.stored, holder.name = None, "消去"
        holder.save(update_fields=["stored", "name"])
    empty = BatchFile.objects.filter(pk__in=[one.pk for one in holders], sheets=None)
    batches = list(empty.values_list("batch", flat=True))
    empty.delete()
    Batch.objects.filter(pk__in=batches, files=None).delete()
    used = set(BatchFile.objects.filter(stored__in=files).values_list("stored", flat=True))
    return [file for file in files if file.pk not in used]


def keeps(cases: Sequence[int]) -> list[int]:
    """Cases with a correction that is still to be made in the core system."""
    rows = Correction.objects.filter(case__in=cases, done_at=None)
    return list(rows.values_list("case", flat=True))


def subjects(cases: Sequence[int]) -> list[str]:
    """How the audit record calls the sheets of these cases."""
    return [f"sheet:{key}" for key in Sheet.objects.filter(case__in=cases).values_list("pk", flat=True)]
