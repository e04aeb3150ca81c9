"""Taking in files: every file becomes a row with what became of it, and a refused one stops no other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove
from yakuba.kernel.files.uploads import UploadRefused, take_uploads
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.meter.limits import OverLimit, require_room
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.kernel.ui.wording import wareki
from yakuba.services.reading.models import Batch, BatchFile

LANE = "reading"
# Of its own, so that a new batch shows its pages while an older one is read; one for each town, so that a file that
# takes long holds up no other town.
SPLIT_LANE = "reading-split"
NAME_LENGTH = 120


class WrongStep(Conflict, ValueError):
    """What was asked does not fit the row's state. `str()` is a Japanese sentence for the clerk."""


def upload(
    files: Iterable[tuple[str, BinaryIO]], *, actor: Actor = None, name: str = "", force: bool = False
) -> Batch:
    """Take `files`, pairs of name and binary stream, as one batch; reading them goes on in the worker.

    A refused file becomes a row with its reason. A file taken before is kept aside unless `force`. Raises
    WrongStep when there is no file at all, OverLimit where the town has used up what it may.
    """
    listed = list(files)
    if not listed:
        raise WrongStep("ファイルが選ばれていません。PDF・TIFF・JPEG・PNGを1つ以上選んでください。")
    require_room("pages_a_day")
    require_room("storage")
    batch = open_batch(name, actor)
    for file_name, stream in listed:
        _take(batch, file_name, stream, actor, force)
    _note(batch, actor)
    return batch


@transaction.atomic
def force_file(file: BatchFile) -> BatchFile:
    """Read a file although the same one was taken before. Raises WrongStep."""
    row = BatchFile.objects.select_for_update().get(pk=file.pk)
    if row.state != BatchFile.State.KNOWN or row.stored is None:
        raise WrongStep("このファイルは、もう読み取りに回っています。")
    _start(row)
    return row


@transaction.atomic
def settle_file(file: BatchFile, *, actor: Actor = None) -> None:
    """Note that a person has dealt with a refused file: it leaves the list of failures, not the batch."""
    BatchFile.objects.filter(pk=file.pk, state=BatchFile.State.REFUSED).update(settled=True)
    record("reading.file_settled", subject=f"batch:{file.batch_id}", actor=actor, file=file.pk)


def open_batch(name: str, actor: Actor) -> Batch:
    """A new batch; without a name it is called after the moment."""
    given = name.strip() or f"{wareki(timezone.localtime(), weekday=False, time=True)} の取り込み"
    return Batch.objects.create(name=given[:NAME_LENGTH], created_by=known(actor))


def _take(batch: Batch, name: str, stream: BinaryIO, actor: Actor, force: bool) -> None:
    """A row for the file, and one for each file attached to it."""
    for taken in take_uploads(name, stream, actor=actor):
        keep(batch, taken, force)


def keep(batch: Batch, taken: StoredFile | UploadRefused, force: bool = False) -> None:
    """A row of the batch for what the door of uploads says of a file; reading it goes on in the worker."""
    why = taken.reason if isinstance(taken, UploadRefused) else _over_limit(taken)
    if isinstance(taken, UploadRefused) or why:
        refused = BatchFile.State.REFUSED
        BatchFile.objects.create(batch=batch, name=taken.name[-255:], state=refused, message=why)
    else:
        _keep(batch, taken, force)


def _over_limit(stored: StoredFile) -> str:
    """Why the town may not keep the file, which is then removed again; empty where it may."""
    try:
        require_room("pages_a_day", 0)  # it counts already
        require_room("storage", 0)
    except OverLimit as refusal:
        with transaction.atomic():
            remove(stored)
        return f"{refusal}{refusal.remedy}"
    return ""


def _keep(batch: Batch, stored: StoredFile, force: bool) -> None:
    with transaction.atomic():
        # One upload of a town looks at a time: else two that send one file at once would both read it.
        Municipality.objects.select_for_update(no_key=True).get(pk=stored.municipality_id)
        same = _same_before(stored.sha256)
        row = BatchFile(
            batch=batch,
            name=stored.name,
            stored=stored,
            sha256=stored.sha256,
            pages=stored.pages,
            same_as=same,
        )
        if same is not None and not force:
            when = wareki(timezone.localtime(same.batch.created_at), weekday=False, time=True)
            row.state = BatchFile.State.KNOWN
            row.message = (
                f"同じ内容のファイルを{when}に「{same.batch.name}」で取り込み済みです（{same.name}）。"
                "二重に読まないよう止めています。"
            )
            row.save()
        else:
            _start(row)


def _same_before(sha256: str) -> BatchFile | None:
    taken = (BatchFile.State.SPLITTING, BatchFile.State.SPLIT)
    rows = BatchFile.objects.filter(sha256=sha256, state__in=taken).select_related("batch")
    return rows.order_by("pk").first()


def _start(row: BatchFile) -> None:
    row.state, row.message = BatchFile.State.SPLITTING, ""
    row.save()
    lane = f"{SPLIT_LANE}:{current_municipality().code}"
    enqueue("reading.split_file", key=f"file-{row.pk}", lane=lane, file_id=row.pk)


def _note(batch: Batch, actor: Actor) -> None:
    states = list(batch.files.values_list("state", flat=True))
    refused = states.count(BatchFile.State.REFUSED)
    record(
        "reading.batch_uploaded",
        subject=f"batch:{batch.pk}",
        actor=actor,
        files=len(states),
        refused=refused,
    )
