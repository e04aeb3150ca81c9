"""Pictures and documents that applicants add: through the kernel's safe door, three kinds only."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import take_upload
from yakuba.kernel.refusals import Invalid
from yakuba.services.intake.engine.form import FileQuestion
from yakuba.services.intake.models import AttachedFile, Draft

KINDS = ("image/jpeg", "image/png", "application/pdf")
LARGEST = 10_000_000  # bytes of one file
LONGEST_NAME = 120


def add(draft: Draft, question: FileQuestion, name: str, stream: BinaryIO, size: int) -> AttachedFile:
    """One more file. Raises Invalid with a sentence for whoever sent it; nothing is kept then."""
    if size > LARGEST:
        raise Invalid(
            f"1つ{LARGEST // 1_000_000}MBまでです。写真を小さくして、もう一度選んでください。",
            place=f"「{name}」",
        )
    if AttachedFile.objects.filter(draft=draft, slot=question.code).count() >= question.most:
        raise Invalid(f"付けられるのは{question.most}つまでです。要らないものを外してください。")
    stored = take_upload(name, stream)
    if stored.media_type not in KINDS:
        remove(stored)
        raise Invalid(
            "JPEG、PNG、PDFのどれかにしてください。iPhoneの写真（HEIC）は、設定の「互換性優先」で撮り直せます。",
            place=f"「{name}」",
        )
    with transaction.atomic():
        return AttachedFile.objects.create(
            draft=draft, slot=question.code, file=stored, name=stored.name[:LONGEST_NAME]
        )


@transaction.atomic
def drop(draft: Draft, number: int) -> None:
    """Take one of the draft's own files away again; what is not there is not there."""
    row = AttachedFile.objects.select_related("file").filter(draft=draft, pk=number).first()
    if row is not None:
        row.delete()
        remove(row.file)
