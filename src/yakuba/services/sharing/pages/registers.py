"""Registers: kinds, entries, what is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.definitions import Problem
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.sharing.engine import registers
from yakuba.services.sharing.engine.registers import Kind
from yakuba.services.sharing.forms.prices import EntryForm
from yakuba.services.sharing.models import RegisterEntry
from yakuba.services.sharing.operations import registers as operations
from yakuba.services.sharing.pages.ways import ways
from yakuba.services.sharing.queries import definitions
from yakuba.services.sharing.queries import registers as queries

ABOVE = ("台帳", reverse_lazy("sharing:registers"))
DUE = Listing(
    "sharing.due",
    "期日の近い記録",
    "記録",
    columns=(
        Column("due", "期日", lambda row: row.due_on, ("due_on",)),
        Column("state", "", lambda row: status("warning", "過ぎた") if row.due_on < timezone.localdate() else status("waiting", "近い")),
        Column("title", "件名", lambda row: Cell(row.title, url=reverse("sharing:entry", args=[row.pk])), ("title", "pk")),
        Column("kind", "台帳", lambda row: _title(row.kind), ("kind", "due_on")),
        Column("evidence", "根拠の文書", lambda row: Cell(row.evidence, small=True)),
    ),
    rows=lambda: queries.due(timezone.localdate() + timedelta(days=queries.SOON)),
    nothing=Nothing("期日の近い記録はありません", f"期日まで{queries.SOON}日を切った記録が、ここに並びます。"),
    trail=(ABOVE,),
    sort="due",
)  # fmt: skip


def _title(code: str) -> str:
    return next((one.title for one in definitions.kinds() if one.code == code), code)


def _kind(code: str) -> Kind:
    try:
        return definitions.kind(code)
    except Missing:
        raise Http404(code) from None


@permission_required("sharing.registers")
def index(request: HttpRequest) -> HttpResponse:
    """All kinds."""
    counted = queries.counts()
    rows = [(kind, *counted.get(kind.code, (0, 0))) for kind in definitions.kinds()]
    return render(request, "sharing/registers.html", {"rows": rows})


@permission_required("sharing.registers")
def due(request: HttpRequest) -> HttpResponseBase:
    """What is due soon, of all kinds."""
    return respond(request, DUE)


def _listing(kind: Kind) -> Listing:
    def cell(column: registers.Column) -> Any:
        def shown(row: RegisterEntry) -> Any:
            text = row.values.get(column.code, "")
            return operations.as_day(text) if column.kind in (registers.DAY, registers.DUE) else text

        return shown

    columns = (
        Column("title", registers.TITLE, lambda row: Cell(row.title, url=reverse("sharing:entry", args=[row.pk])), ("title", "pk")),
        *(Column(f"c_{one.code}", one.label, cell(one)) for one in kind.columns if one.listed),
        Column("due", "期日", lambda row: row.due_on, ("due_on", "pk")),
        Column("evidence", registers.EVIDENCE, lambda row: Cell(row.evidence, small=True)),
        Column("state", "状態", lambda row: status("success", "済み") if row.closed else status("waiting", "続いている"), ("closed", "pk")),
    )  # fmt: skip
    ended = f"{kind.title}（{kind.ends.isoformat()}までの記録）" if kind.ends else kind.title
    return Listing(
        "sharing.entries", ended, "記録", columns=columns, rows=lambda: queries.entries(kind.code), lead=kind.help,
        nothing=Nothing("記録はまだありません", "「台帳に書く」か表の取り込みで始めます。", ("台帳に書く", reverse("sharing:new_entry", args=[kind.code]))),
        search=Search(lambda rows, text: rows.filter(title__icontains=text), label="件名"),
        filters=(Filter("state", "状態", lambda: [("open", "続いている"), ("closed", "済み")], lambda rows, value: rows.filter(closed=value == "closed")),),
        actions=(
            ("台帳に書く", reverse("sharing:new_entry", args=[kind.code])), ("表を取り込む", reverse("sharing:load_entries", args=[kind.code])),
            ("印刷する", reverse("sharing:print_register", args=[kind.code])),
        ),
        trail=(ABOVE,), remembered=False,
    )  # fmt: skip


@permission_required("sharing.registers")
def register(request: HttpRequest, register_code: str) -> HttpResponseBase:
    """The entries of a kind."""
    kind = _kind(register_code)
    examples = [(one[registers.TITLE], [(kind.column(name).label, text) for name, text in one.items() if name != registers.TITLE]) for one in kind.examples]  # fmt: skip
    return respond(request, _listing(kind), "sharing/register.html", lambda wanted: {"kind": kind, "examples": examples})  # fmt: skip


def _above(kind: Kind) -> list[tuple[str, Any]]:
    return [ABOVE, (kind.title, reverse("sharing:register", args=[kind.code]))]


@permission_required("sharing.write_registers")
def new_entry(request: HttpRequest, register_code: str) -> HttpResponse:
    """An entry."""
    kind = _kind(register_code)
    form = EntryForm(kind, request.POST or None)

    def take() -> HttpResponse:
        row = operations.add_entry(person_of(request), register_code=kind.code, **form.asked)
        messages.success(request, f"「{row}」を書きました。")
        return redirect("sharing:entry", row.pk)

    context = {"title": "台帳に書く", "press": "書く", "above": ways(request, _above(kind)), "back": ways(request, _above(kind))[-1][1], "lead": kind.help}  # fmt: skip
    return form_page(request, form, take, "sharing/form.html", context)


def _entry(register_entry_id: int) -> tuple[RegisterEntry, Kind]:
    row = get_object_or_404(RegisterEntry.objects.select_related("changed_by"), pk=register_entry_id)
    return row, _kind(row.kind)


@permission_required("sharing.registers")
def entry(request: HttpRequest, register_entry_id: int) -> HttpResponse:
    """One entry, and how it stood before."""
    row, kind = _entry(register_entry_id)
    changes = [(one, [(column.label, one.values.get(column.code, "")) for column in kind.columns]) for one in row.changes.select_related("changed_by")[:50]]  # fmt: skip
    context = operations.shown(kind, row) | {"kind": kind, "changes": changes, "above": _above(kind), "may_write": allowed(request.user, "sharing.write_registers"), "late": row.due_on is not None and not row.closed and row.due_on < timezone.localdate()}  # fmt: skip
    return render(request, "sharing/entry.html", context)


@permission_required("sharing.write_registers")
def change_entry(request: HttpRequest, register_entry_id: int) -> HttpResponse:
    """An entry is changed; how it stood is kept."""
    row, kind = _entry(register_entry_id)
    initial: dict[str, Any] = {"title": row.title, "evidence": row.evidence, "closed": row.closed}
    for column in kind.columns:
        text = row.values.get(column.code, "")
        if column.kind in (registers.DAY, registers.DUE):
            initial[f"c_{column.code}"] = operations.as_day(text) or None
        else:
            initial[f"c_{column.code}"] = text.split("、") if column.kind == registers.CHOICES else text
    form = EntryForm(kind, request.POST or None, changed=True, initial=initial)

    def take() -> HttpResponse:
        closed = bool(form.cleaned_data["closed"])
        operations.change_entry(person_of(request), register_entry_id=row.pk, closed=closed, **form.asked)
        messages.success(request, "変えました。前の内容も残っています。")
        return redirect("sharing:entry", row.pk)

    above = ways(request, [*_above(kind), (row.title, reverse("sharing:entry", args=[row.pk]))])
    context = {
        "title": "記録を変える",
        "press": "変える",
        "above": above,
        "back": above[-1][1],
        "lead": kind.help,
    }
    return form_page(request, form, take, "sharing/form.html", context)


@permission_required("sharing.write_registers")
def load_entries(request: HttpRequest, register_code: str) -> HttpResponse:
    """A table of entries."""
    kind = _kind(register_code)
    table = importing.TableKind(
        operations.table_name(kind), kind.title, kind.table, largest=operations.LARGEST
    )

    def check(found: Iterable[Row]) -> list[Problem]:
        return registers.read(found, kind, queries.standing(kind.code)).problems

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        read = operations.read(kind, file.read(), renamed)
        loaded = operations.take_looked_at(person_of(request), register_code=kind.code, found=read)
        messages.success(request, f"{loaded.taken:,}行を取り込みました。")
        if loaded.problems:
            context = {"title": f"{kind.title}の取り込み", "problems": loaded.problems, "above": ways(request, _above(kind)), "taken": loaded.taken}  # fmt: skip
            return render(request, "sharing/taken.html", context)
        return redirect("sharing:register", kind.code)

    above = ways(request, _above(kind))
    return importing.respond(request, table, check, take, importing.ImportPage(above, "同じ件名の記録は、表の内容に変わります。"))  # fmt: skip


@permission_required("sharing.registers")
@step_up
def print_register(request: HttpRequest, register_code: str) -> HttpResponseBase:
    """All entries of a kind, on paper."""
    kind = _kind(register_code)
    return operations.print_register(person_of(request), register_code=kind.code).answer()


@permission_required("sharing.rules")
def load_kind(request: HttpRequest) -> HttpResponse:
    """A kind's file."""

    def take(text: str) -> HttpResponse:
        row = operations.load_kind(person_of(request), text=text)
        messages.success(request, f"台帳「{row.code}」の版{row.version}を入れました。")
        return redirect("sharing:register", row.code)

    page = DefinitionPage(
        "台帳の種類", (("台帳", "sharing:registers"),), "列、選択肢、決まり、期間、根拠を書きます。「期日」の列は、近づくと知らせます。",
        text=definitions.kind_text(request.GET.get("from", "")),
    )  # fmt: skip
    return load_definition(request, page, take)
