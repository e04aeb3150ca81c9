"""Registers: kinds, entries, tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any

from django.template.loader import render_to_string
from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.letters.press import to_pdf
from yakuba.kernel.operations import Answer, FromFile, Nothing, Pairs, Part, Trace, Upload, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tables.reading import rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.sharing.actions import definitions as writing
from yakuba.services.sharing.actions import registers as actions
from yakuba.services.sharing.engine import registers
from yakuba.services.sharing.engine.registers import Kind
from yakuba.services.sharing.engine.tables import Read
from yakuba.services.sharing.models import RegisterEntry, RoomDefinition
from yakuba.services.sharing.operations.grants import RoomDefinitionOut, definition_facts
from yakuba.services.sharing.operations.group_tables import (
    LARGEST,
    Loaded,
    SharingLoadedOut,
    loaded_facts,
    taken,
)
from yakuba.services.sharing.operations.table import OPERATIONS
from yakuba.services.sharing.queries import definitions as kinds
from yakuba.services.sharing.queries import registers as queries


class OneKind(BaseModel):
    """A kind of register."""

    register_code: str = Field(max_length=40, description="台帳の符号")


class RegisterEntriesIn(Part, OneKind):
    """Entries of a register."""


class NewEntryIn(OneKind):
    """An entry."""

    title: str = Field(min_length=1, max_length=200, description="件名")
    values: Annotated[dict[str, str], Word("--value"), Pairs("列の符号=値")] = Field(
        default_factory=dict, description="列の符号と値"
    )
    evidence: str = Field("", max_length=300, description="根拠の文書（番号、条、置き場所）")


class EntryIn(BaseModel):
    """An entry that is there."""

    register_entry_id: int = Field(description="記録の番号")
    title: str = Field(min_length=1, max_length=200, description="件名")
    values: Annotated[dict[str, str], Word("--value"), Pairs("列の符号=値")] = Field(
        default_factory=dict, description="列の符号と値（すべて）"
    )
    evidence: str = Field("", max_length=300, description="根拠の文書")
    closed: bool = Field(False, description="済み")


class RegisterTableIn(OneKind):
    """A table of entries."""

    file: Upload = Field(description="表（CSV、Excel）")


class RegisterKindIn(BaseModel):
    """A kind's file."""

    text: Annotated[str, FromFile()] = Field(max_length=100_000, description="台帳の種類のYAMLファイル")


class DueIn(Part):
    """Within how many days."""

    days: int = Field(30, ge=0, le=3_650, description="何日先まで")


class RegisterKindOut(BaseModel):
    """A kind. columns: code → label; ends: the last day of a kind that is history."""

    code: str
    title: str
    source: str
    columns: dict[str, str]
    ends: date | None
    entries: int
    due: int


class RegisterEntryOut(BaseModel):
    """An entry. values: by the codes of its columns, canonical."""

    id: int
    kind: str
    title: str
    values: dict[str, str]
    evidence: str
    due_on: date | None
    closed: bool


MOST_PRINTED = 1_000  # a page takes some 20 ms of each
COLUMNS = {"id": "番号", "kind": "台帳", "title": "件名", "due_on": "期日", "closed": "済み"}


def kind_facts(kind: Kind, counted: Mapping[str, tuple[int, int]]) -> dict[str, Any]:
    """As a program sees it."""
    number, due = counted.get(kind.code, (0, 0))
    return {
        "code": kind.code, "title": kind.title, "source": kind.source, "columns": {each.code: each.label for each in kind.columns},
        "ends": kind.ends, "entries": number, "due": due,
    }  # fmt: skip


def entry_facts(row: RegisterEntry) -> dict[str, Any]:
    """As a program sees it."""
    names = ("kind", "title", "values", "evidence", "due_on", "closed")
    return {"id": row.pk} | {name: getattr(row, name) for name in names}


def entry_of(number: int) -> RegisterEntry:
    """Raises Missing."""
    return one(RegisterEntry.objects.all(), number)


@OPERATIONS.add(
    "台帳の種類の一覧", "sharing.registers", "GET registers", command="register kinds",
    answer=Answer(list[RegisterKindOut], columns={"code": "符号", "title": "台帳", "entries": "記録", "due": "期日"}),
)  # fmt: skip
def list_kinds(asked: Nothing, actor: Actor) -> list[dict[str, Any]]:
    """With how many entries, and how many are due within a month."""
    counted = queries.counts()
    return [kind_facts(kind, counted) for kind in kinds.kinds()]


@OPERATIONS.add(
    "台帳の記録の一覧", "sharing.registers", "GET registers/{register_code}/entries", command="register list",
    answer=Answer(list[RegisterEntryOut], columns=COLUMNS),
)  # fmt: skip
def list_entries(asked: RegisterEntriesIn, actor: Actor) -> list[dict[str, Any]]:
    """What is due first at the top."""
    return [entry_facts(row) for row in asked.of(queries.entries(kinds.kind(asked.register_code).code))]


@OPERATIONS.add(
    "期日の近い記録", "sharing.registers", "GET registers-due", command="register due", answer=Answer(list[RegisterEntryOut], columns=COLUMNS)
)  # fmt: skip
def list_due(asked: DueIn, actor: Actor) -> list[dict[str, Any]]:
    """Of all registers, the oldest first."""
    return [
        entry_facts(row) for row in asked.of(queries.due(timezone.localdate() + timedelta(days=asked.days)))
    ]


@OPERATIONS.add(
    "台帳に書く", "sharing.write_registers", "POST registers/{register_code}/entries", command="register add", status=201,
    answer=Answer(RegisterEntryOut, entry_facts, COLUMNS), event="sharing.entry_written",
    trace=lambda asked, row: Trace(f"registerentry:{row.pk}", {"kind": row.kind}),
)  # fmt: skip
def add_entry(asked: NewEntryIn, actor: Actor) -> RegisterEntry:
    """422 where it does not hold what the kind asks for."""
    kind = kinds.kind(asked.register_code)
    return actions.write(kind, asked.title, asked.values, asked.evidence, False, None, actor=actor)


@OPERATIONS.add(
    "台帳の記録を変える", "sharing.write_registers", "PUT entries/{register_entry_id}", command="register change",
    answer=Answer(RegisterEntryOut, entry_facts, COLUMNS), event="sharing.entry_written",
    trace=lambda asked, row: Trace(f"registerentry:{row.pk}", {"kind": row.kind}),
)  # fmt: skip
def change_entry(asked: EntryIn, actor: Actor) -> RegisterEntry:
    """How it stood is kept."""
    row = entry_of(asked.register_entry_id)
    return actions.write(
        kinds.kind(row.kind), asked.title, asked.values, asked.evidence, asked.closed, row, actor=actor
    )


def read(kind: Kind, data: bytes, renamed: Mapping[str, str]) -> Read:
    """The entries of a file."""
    problems: list[Problem] = []
    required = [each.name for each in kind.table if each.required]
    found = registers.read(rows(data, required, problems, renamed=renamed), kind, queries.standing(kind.code))
    found.problems[:0] = problems
    return found


def table_name(kind: Kind) -> str:
    """Under which the choice of columns is remembered."""
    return f"sharing.register_{kind.code}"


@OPERATIONS.add(
    "台帳の表を取り込む", "sharing.write_registers", "POST registers/{register_code}/table", command="register load",
    answer=Answer(SharingLoadedOut, loaded_facts), event="sharing.entries_loaded",
    trace=lambda asked, found: Trace("registerentries", {"kind": asked.register_code, "taken": found.taken}),
)  # fmt: skip
def load_entries(asked: RegisterTableIn, actor: Actor) -> Loaded:
    """Rows that hold are written; others are told by line."""
    kind, data = kinds.kind(asked.register_code), asked.file.read(LARGEST)
    found = read(kind, data, renaming_of(data, table_name(kind), kind.table))
    return taken(found, lambda: actions.load(kind, found.rows, actor=actor))


class LookedAtEntries(OneKind):
    """A table that a person has looked at."""

    model_config = {"arbitrary_types_allowed": True}
    found: Any = None


@OPERATIONS.add(
    "見た台帳の表を取り込む", "sharing.write_registers", event="sharing.entries_loaded",
    trace=lambda asked, found: Trace("registerentries", {"kind": asked.register_code, "taken": found.taken}),
)  # fmt: skip
def take_looked_at(asked: LookedAtEntries, actor: Actor) -> Loaded:
    """What a page has shown is taken."""
    kind = kinds.kind(asked.register_code)
    return taken(asked.found, lambda: actions.load(kind, asked.found.rows, actor=actor))


@OPERATIONS.add(
    "台帳を印刷する", "sharing.registers", "GET registers/{register_code}/pdf", command="register print", step_up=True,
    answer=Answer(media_type="application/pdf"), event="sharing.register_printed", trace=lambda asked, file: Trace("registerentries", {"kind": asked.register_code}),
)  # fmt: skip
def print_register(asked: OneKind, actor: Actor) -> Download:
    """All entries of a kind."""
    kind = kinds.kind(asked.register_code)
    number = queries.entries(kind.code).count()
    if number > MOST_PRINTED:
        raise Conflict(
            f"記録が{number:,}件あります。一度に印刷できるのは{MOST_PRINTED:,}件までです。",
            remedy="台帳の一覧で「済み」などに絞り、表で書き出して印刷してください。",
        )
    context = {
        "kind": kind, "entries": [shown(kind, row) for row in queries.entries(kind.code).order_by("pk")], "town": current_municipality(),
        "today": timezone.localdate(),
    }  # fmt: skip
    content = to_pdf(render_to_string("sharing/register_paper.html", context))
    return Download(f"register-{kind.code}.pdf", "application/pdf", content)


def shown(kind: Kind, row: RegisterEntry) -> dict[str, Any]:
    """An entry with its values by label, as page and paper show it."""
    cells = [
        (each.label, as_day(row.values.get(each.code, "")) if each.kind in (registers.DAY, registers.DUE) else row.values.get(each.code, ""))
        for each in kind.columns
    ]  # fmt: skip
    return {"row": row, "cells": cells}


def as_day(text: str) -> date | str:
    """A kept day as a date; empty stays so, and so does what was written before the column was one of days."""
    try:
        return date.fromisoformat(text) if text else ""
    except ValueError:
        return text


@OPERATIONS.add(
    "台帳の種類を変える", "sharing.rules", "POST registers", command="register define", status=201, answer=Answer(RoomDefinitionOut, definition_facts),
    event="sharing.register_loaded", trace=lambda asked, row: Trace(f"roomdefinition:{row.pk}", {"code": row.code, "version": row.version}),
)  # fmt: skip
def load_kind(asked: RegisterKindIn, actor: Actor) -> RoomDefinition:
    """A new version, or a kind of the town's own. 422 with every fault by its line."""
    return writing.load_register(asked.text, actor=actor)
