"""Tables of persons: handed in, their columns said by a person, read by a worker."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import IO, Any

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of, remove, store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Refused
from yakuba.kernel.tables.reading import headings_in, rows
from yakuba.services.outreach.actions import working
from yakuba.services.outreach.actions.campaigns import is_proposed
from yakuba.services.outreach.actions.working import Faults, Told
from yakuba.services.outreach.adapters import frames
from yakuba.services.outreach.engine import columns
from yakuba.services.outreach.engine.columns import BadColumn, Cells
from yakuba.services.outreach.models import Campaign, TownTable

JOB = "outreach.read_table"
STEP = 5_000  # rows between two looks whether the job was stopped


@transaction.atomic
def hand_in(
    name: str, file_name: str, content: bytes | IO[bytes], year: int, *, actor: Actor, invented: bool = False
) -> TownTable:
    """Keep a table, with what its columns probably are. year: of a table without such a column. Raises Invalid."""
    data = content if isinstance(content, bytes) else content.read()
    problems: list[Problem] = []
    known_names = [one for names in columns.HEADINGS.values() for one in names]
    headings = [one for one in headings_in(io.BytesIO(data), known_names, problems) if one]
    if problems or not headings:
        raise Invalid(
            "この表は読めません。1行目に見出しを書いたCSVかExcelにしてください。", problems=problems[:50]
        )
    file = store(StoredFile.Kind.UPLOAD, file_name, "application/octet-stream", data, actor=actor)
    specs = columns.guessed(headings)
    row: TownTable = TownTable.objects.create(
        name=name.strip()[:120] or file_name[:120], file=file, columns=[one.facts() for one in specs], year=year, created_by=known(actor), invented=invented
    )  # fmt: skip
    return row


@transaction.atomic
def define(table: TownTable, given: Sequence[Mapping[str, Any]], *, actor: Actor) -> TownTable:
    """Say what its columns are; a worker reads it then. Raises Invalid, and Conflict where people were assigned from it."""
    row: TownTable = TownTable.objects.select_for_update().get(pk=table.pk)
    if row.state == TownTable.State.WAITING:
        raise Conflict("いま読んでいます。終わってから直してください。")
    if row.campaigns.exclude(state=Campaign.State.DRAFT).exists():
        raise Conflict("この表で承認された施策があるので、列は変えられません。新しい表として入れてください。")
    if any(is_proposed(one) for one in row.campaigns.all()):
        raise Conflict(
            "この表を使う施策が承認を待っています。列を直すには、先に承認のページで取り下げてください。"
        )
    if row.file is None:
        raise Conflict("元のファイルは、もうありません。表を入れ直してください。")
    try:
        specs = columns.checked(given)
    except BadColumn as error:
        raise Invalid(str(error)) from error
    headings = {one["heading"] for one in row.columns}
    if unknown := [one.heading for one in specs if one.heading not in headings]:
        raise Invalid(f"表に「{unknown[0]}」という見出しはありません。")
    row.columns, row.state, row.reason = [one.facts() for one in specs], TownTable.State.WAITING, ""
    row.save()
    enqueue(JOB, key=row.job_key, outreach_table_id=row.pk)
    return row


def work(number: int, told: Told = working.quiet) -> None:
    """Read a table. Nothing stands before all of it is read."""
    row = TownTable.objects.select_related("file", "part").filter(pk=number).first()
    if row is None or row.state != TownTable.State.WAITING or row.file is None:
        return
    faults = Faults()
    cells = Cells(row.specs, faults)
    required = [one.heading for one in row.specs if one.role in ("number", "year")]
    for count, one in enumerate(rows(io.BytesIO(content_of(row.file)), required, faults), start=1):
        cells.take(one)
        if count % STEP == 0:
            told(count, 0, f"{count:,}行")
        if count > columns.MOST_ROWS:
            raise Invalid(f"行が多すぎます（{columns.MOST_ROWS:,}行まで）。表を分けてください。")
    if not cells.rows and not cells.columns_of_my_numbers():
        raise Invalid("使える行が一つもありません。", problems=list(faults)[:50])
    if found := cells.columns_of_my_numbers():
        _forget(row)
        raise Invalid(
            f"列「{found[0]}」に、個人番号（マイナンバー）が入っているようです。個人番号は使えないので、入れたファイルは消しました。その列を消した表を入れてください。"
        )
    part = frames.written(cells.columns, cells.specs)
    with transaction.atomic():
        if not working.still_waiting(row):
            return
        old = row.part
        row.part = store(
            StoredFile.Kind.OUTPUT, f"outreach-{row.pk}.parquet", "application/octet-stream", part
        )
        row.rows, row.bad, row.faults = cells.rows, faults.number, [str(one) for one in faults]
        row.years = {
            str(year): count for year, count in sorted((cells.years or {row.year: cells.rows}).items())
        }
        row.state, row.reason = TownTable.State.DONE, ""
        row.save()
        if old is not None:
            remove(old)


@transaction.atomic
def _forget(table: TownTable) -> None:
    """The file as it came goes, since it holds individual numbers; its columns can only be said of another file."""
    row: TownTable = TownTable.objects.select_for_update().get(pk=table.pk)
    file, row.file = TownTable.objects.select_related("file").get(pk=table.pk).file, None
    row.save()
    if file is not None:
        remove(file)


@transaction.atomic
def throw_away(table: TownTable) -> None:
    """The table and its files go. What was assigned from it stays with numbers alone. Raises Conflict while letters are to be made."""
    open_states = (Campaign.State.APPROVED, Campaign.State.ASSIGNED, Campaign.State.WITHDRAWN)
    if table.campaigns.filter(state__in=open_states).exists():
        raise Conflict("この表で手紙を作る施策が残っています。終わってから消してください。")
    files = [one for one in (table.file, table.part) if one is not None]
    table.delete()
    remove(*files)


def give_up(refusal: Refused, *, outreach_table_id: int) -> None:
    """The job will not go on."""
    working.give_up(TownTable, outreach_table_id, refusal)


def take_up(*, outreach_table_id: int) -> None:
    """The job is to begin anew."""
    working.take_up(TownTable, outreach_table_id)
