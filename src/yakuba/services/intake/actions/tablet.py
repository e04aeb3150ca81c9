"""The tablet at the counter: it is given one application as it stands, by an address that opens nothing else and once; the
applicant finds it right there, and signs."""

from __future__ import annotations

import base64
import binascii
import io
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from PIL import Image

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import pages, take_upload
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import drafts, visits
from yakuba.services.intake.engine.form import SIGNATURE
from yakuba.services.intake.models import AttachedFile, Draft

SHOWN_FOR = timedelta(minutes=15)
PREFIX = "data:image/png;base64,"
LARGEST = 400_000  # characters of a drawing as the tablet sends it
INK, LEAST_INK = 128, 40  # grey level below which a pixel is ink, and how many make a signature
OVER = "この画面は終わりました。係員にお声がけください。"


class Over(Conflict):
    """The address opens nothing any more: it was used, its time is over, or the clerk has changed something."""


@transaction.atomic
def show(draft: Draft, *, actor: User) -> str:
    """Give the application, as it stands, to a tablet: the key of its address; an earlier one ends."""
    assert draft.visit is not None
    visits.locked(draft.visit, actor=actor)
    row = Draft.objects.select_for_update(of=("self",)).get(pk=draft.pk)
    if row.sent:
        raise Conflict("この申請はもう受け付けています。")
    key = secrets.token_urlsafe(18)
    row.tablet, row.shown_version = drafts.mark(key), row.version
    row.shown_until = timezone.now() + SHOWN_FOR
    row.save()
    record("intake.shown_on_tablet", subject=f"visit:{row.visit_id}", actor=actor)
    return key


def opened(key: str) -> Draft:
    """What the tablet shows. Raises Over, whatever is wrong."""
    row = (
        Draft.objects.select_related("form__procedure", "visit")
        .filter(tablet=drafts.mark(key), sent=False)
        .first()
    )
    return _still(row)


def _still(row: Draft | None) -> Draft:
    if row is None or row.visit is None or row.visit.closed_at is not None:
        raise Over(OVER)
    if row.shown_until is None or row.shown_until < timezone.now() or row.shown_version != row.version:
        raise Over(OVER)
    return row


def find_right(key: str, drawing: str = "") -> Draft:
    """The applicant says that it is right, with a signature (a PNG as a `data:` address) or without; the address ends. Raises
    Invalid for a drawing that is none, and Over."""
    opened(key)
    stored = _stored(drawing) if drawing else None
    try:
        with transaction.atomic():
            rows = Draft.objects.select_for_update(of=("self",)).select_related("visit")
            row = _still(rows.filter(tablet=drafts.mark(key), sent=False).first())
            former = list(AttachedFile.objects.filter(draft=row, slot=SIGNATURE).select_related("file"))
            AttachedFile.objects.filter(pk__in=[one.pk for one in former]).delete()
            remove(*(one.file for one in former))
            if stored is not None:
                AttachedFile.objects.create(draft=row, slot=SIGNATURE, file=stored, name="署名")
            row.tablet, row.shown_until, row.checked_version = "", None, row.version
            row.save()
            record("intake.found_right", subject=f"visit:{row.visit_id}", signed=stored is not None)
            return row
    except BaseException:
        if stored is not None:
            remove(stored)
        raise


@transaction.atomic
def give_back(key: str) -> None:
    """The applicant says that something is wrong: the address ends, and the clerk asks."""
    row = Draft.objects.select_for_update(of=("self",)).filter(tablet=drafts.mark(key), sent=False).first()
    if row is not None:
        row.tablet, row.shown_until, row.checked_version = "", None, None
        row.save()


def _stored(drawing: str) -> StoredFile:
    """The drawing by the kernel's safe door, as any file from outside. Raises Invalid."""
    again = Invalid("署名が読み取れませんでした。もう一度、指かペンで書いてください。")
    if len(drawing) > LARGEST or not drawing.startswith(PREFIX):
        raise again
    try:
        content = base64.b64decode(drawing.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise again from error
    stored = take_upload("署名.png", io.BytesIO(content), kept_as="署名")
    try:
        if stored.media_type != "image/png" or stored.pages != 1 or not _has_ink(stored):
            raise again
    except BaseException:
        remove(stored)
        raise
    return stored


def _has_ink(stored: StoredFile) -> bool:
    """Whether something is drawn, on the safe picture that the kernel makes of it."""
    page = next(iter(pages(stored)), None)
    if page is None or page.content is None:
        return False
    with Image.open(io.BytesIO(page.content)) as opened_picture:
        histogram = opened_picture.convert("L").histogram()
    return sum(histogram[:INK]) >= LEAST_INK
