"""Layouts: put into use, and taken out of it."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions import DefinitionRefused, Problem
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict
from yakuba.services.corefiles import queries
from yakuba.services.corefiles.engine.layout import procedure_of, read_layout
from yakuba.services.corefiles.models import FileLayout


@transaction.atomic
def load_layout(text: str, *, actor: Actor, before: int | None = None) -> FileLayout:
    """Put a layout file into use, or a newer version of it; the same text again changes nothing but that it is in use.
    before: the version that `text` was made from.

    Raises DefinitionRefused with every fault by its line, and Conflict where a layout of that code belongs to another
    procedure, or is at another version than `before`.
    """
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    procedure = _procedure(text)
    layout = read_layout(text, procedure.definition)
    row = FileLayout.objects.select_for_update().filter(code=layout.code).first()
    if row is None:
        row = FileLayout(code=layout.code, version=0)
    elif row.procedure_id != procedure.pk:
        raise Conflict(
            f"「{layout.code}」は手続「{row.procedure.title}」のレイアウトです。別のコードにしてください。"
        )
    if row.text == text and not row.retired:
        return row
    if before is not None and row.version != before:
        raise Conflict(
            f"開いてから登録するまでの間に、ほかの人が「{row.title}」を第{row.version}版にしました。書いたものは下に残って"
            "います。別の画面で見比べてから、もう一度登録してください。"
        )
    if row.text != text:
        row.version += 1
    row.procedure, row.title, row.text, row.retired = procedure, layout.title, text, False
    row.changed_by = known(actor)
    queries.writer(row)
    row.save()
    record("corefiles.layout_set", subject=f"layout:{row.code}", actor=actor, version=row.version)
    return row


@transaction.atomic
def retire(row: FileLayout, *, actor: Actor) -> None:
    """No new file is made by it."""
    FileLayout.objects.filter(pk=row.pk).update(retired=True)
    record("corefiles.layout_retired", subject=f"layout:{row.code}", actor=actor)


def publish(definition: Definition, actor: Actor) -> None:
    """Put a bundle's layout into use. Raises as `load_layout`."""
    load_layout(definition.text, actor=actor)


def withdraw(code: str, actor: Actor) -> None:
    """As `retire`, of a bundle."""
    FileLayout.objects.filter(code=code).update(retired=True)


def _procedure(text: str) -> Procedure:
    code = procedure_of(text)
    found = Procedure.objects.filter(code=code).first()
    if found is None:
        known_codes = "、".join(Procedure.objects.order_by("code").values_list("code", flat=True))
        raise DefinitionRefused(
            [Problem(1, "手続", f"手続「{code}」はありません。あるのは {known_codes or '（なし）'} です。")]
        )
    return found
