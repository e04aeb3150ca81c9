"""Pictures and documents that applicants add: through the kernel's safe door, three kinds only. What a file is called may say
whose it is: until it is sent, its name stands with the answers, under the town's key."""

from __future__ import annotations

from typing import BinaryIO

from django.db import transaction

from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import bare_name, take_upload
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.engine.form import FileQuestion
from yakuba.services.intake.models import AttachedFile, Draft

KINDS = ("image/jpeg", "image/png", "application/pdf")
LARGEST = 10_000_000  # bytes of one file
LONGEST_NAME = 120
KEPT_AS = "申請に付けられた書類"


def add(draft: Draft, question: FileQuestion, name: str, stream: BinaryIO, size: int) -> AttachedFile:
    """One more file. Raises Invalid and Conflict with a sentence for whoever sent it; nothing is kept then."""
    if size > LARGEST:
        raise Invalid(
            f"1つ{LARGEST // 1_000_000}MBまでです。写真を小さくして、もう一度選んでください。",
            place=f"「{name}」",
        )
    _require_place(draft, question)
    stored = take_upload(name, stream, kept_as=KEPT_AS)
    try:
        if stored.media_type not in KINDS:
            raise Invalid(
                "JPEG、PNG、PDFのどれかにしてください。iPhoneの写真（HEIC）は、設定の「互換性優先」で撮り直せます。",
                place=f"「{name}」",
            )
        with transaction.atomic():
            return _added(draft, question, AttachedFile(slot=question.code, file=stored), name)
    except BaseException:
        remove(stored)
        raise


def _added(draft: Draft, question: FileQuestion, row: AttachedFile, name: str) -> AttachedFile:
    """Looking into a file takes seconds: meanwhile the application may have been sent, thrown away, or got another file."""
    locked = Draft.objects.select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if locked is None or locked.sent:
        raise Conflict(
            "この申請はもう送られたか、消されています。この書類は付いていません。", place=f"「{name}」"
        )
    _require_place(locked, question)
    row.draft = locked
    row.save()
    drafts.keep(locked, {drafts.name_key(row): bare_name(name)[:LONGEST_NAME]})
    draft.sealed, draft.version = locked.sealed, locked.version
    return row


def _require_place(draft: Draft, question: FileQuestion) -> None:
    if AttachedFile.objects.filter(draft=draft, slot=question.code).count() >= question.most:
        raise Invalid(f"付けられるのは{question.most}つまでです。要らないものを外してください。")


@transaction.atomic
def drop(draft: Draft, number: int) -> None:
    """Take one of the draft's own files away again; what is not there is not there."""
    row = AttachedFile.objects.select_related("file").filter(draft=draft, pk=number).first()
    if row is not None:
        drafts.keep(draft, {drafts.name_key(row): ""})
        row.delete()
        remove(row.file)
