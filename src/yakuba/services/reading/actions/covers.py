"""Cover sheets: printed for a pile, they part a stack at scanning and say how many sheets should follow."""

from __future__ import annotations

import secrets
from datetime import date

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.reading.actions.uploads import NAME_LENGTH
from yakuba.services.reading.models import Batch, BatchFile, Cover, FormDefinition, Sheet
from yakuba.services.reading.queries.pictures import in_grey

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
MOST = 5_000


def make(title: str, form: FormDefinition | None, day: date, count: int, *, actor: Actor = None) -> Cover:
    """A cover to be printed. Raises Invalid."""
    if not title.strip():
        raise Invalid("束の名前を入れてください。")
    if not 1 <= count <= MOST:
        raise Invalid(f"枚数は1から{MOST}までです。")
    return Cover.objects.create(
        title=title.strip()[:NAME_LENGTH], form=form, day=day, count=count,
        token="".join(secrets.choice(LETTERS) for _ in range(16)),
        created_by=known(actor),
    )  # fmt: skip


def on_page(content: bytes) -> Cover | None:
    """The cover that a page image shows; None for any other page, or a cover of another town."""
    if not Cover.objects.exists():
        return None
    from yakuba.services.reading.engine.covers import read_cover

    token = read_cover(in_grey(content))
    return Cover.objects.filter(token=token).first() if token else None


def begun(cover: Cover, file: BatchFile) -> Batch:
    """The batch of what follows the cover in its file. A file that begins with its cover, alone in its batch, stays in it."""
    alone = not file.sheets.exists() and file.batch.cover_id is None and file.batch.files.count() == 1
    if alone:
        Batch.objects.filter(pk=file.batch_id).update(cover=cover, name=cover.title)
        return Batch.objects.get(pk=file.batch_id)
    return Batch.objects.create(name=cover.title, cover=cover, created_by=file.batch.created_by)


def batch_of(file: BatchFile, index: int) -> Batch:
    """The batch to which a page of a file belongs: that of the last cover before it, or the file's own."""
    covers = file.sheets.filter(state=Sheet.State.COVER, index__lt=index).select_related("batch")
    last: Sheet | None = covers.order_by("-index").first()
    return last.batch if last is not None else file.batch


def settle(batch: Batch) -> Batch:
    """Note that a person has seen why the number differs. Raises Conflict."""
    if batch.cover_id is None:
        raise Conflict("この束には表紙がありません。")
    Batch.objects.filter(pk=batch.pk).update(count_seen=True)
    batch.refresh_from_db()
    return batch
