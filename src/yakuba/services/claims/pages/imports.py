"""Files that are handed in: claims, masters, check tables, eligibility; and what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import BinaryIO, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.definitions import Problem
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.claims import queries
from yakuba.services.claims.actions import imports
from yakuba.services.claims.engine import members, tables
from yakuba.services.claims.engine.dates import BadDate, month_of
from yakuba.services.claims.forms import ClaimFilesForm, MasterForm, SinceForm
from yakuba.services.claims.models import MEMBERS, CheckTable, ClaimFile, Handed
from yakuba.services.claims.operations import imports as operations

LARGEST = 100_000_000  # bytes of a table sent to the page; a command takes larger ones
KINDS = {Handed.State.WAITING: "waiting", Handed.State.DONE: "success", Handed.State.FAILED: "warning"}
ABOVE = ("レセプト点検", reverse_lazy("claims:index"))


def _state(row: Handed) -> Cell:
    return status(KINDS[Handed.State(row.state)], row.get_state_display())


FILES = Listing(
    "claims.files",
    "請求ファイル",
    "請求ファイル",
    columns=(
        Column("name", "ファイル", lambda row: Cell(row.name, url=reverse("claims:file", args=[row.pk])), ("name", "pk")),
        Column("created", "受け取った日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
        Column("claims", "レセプト", lambda row: row.claims, ("claims", "pk"), number=True),
        Column("left_out", "読めなかった", lambda row: row.left_out, ("left_out", "pk"), number=True),
        Column("bad", "直すところ", lambda row: row.bad, ("bad", "pk"), number=True),
        Column("state", "状態", _state, ("state", "pk")),
    ),
    rows=queries.files,
    nothing=Nothing("請求ファイルはまだありません", "請求ファイルを入れると、ここに並びます。", ("請求ファイルを入れる", reverse_lazy("claims:load"))),
    filters=(Filter("state", "状態", lambda: Handed.State.choices),),
    actions=(("請求ファイルを入れる", reverse_lazy("claims:load")),),
    trail=(ABOVE,),
)  # fmt: skip
TABLES = Listing(
    "claims.tables",
    "マスターとチェックの表",
    "表",
    columns=(
        Column("label", "種類", lambda row: Cell(row.label, url=reverse("claims:table", args=[row.pk])), ("kind", "pk")),
        Column("since", "適用", lambda row: Cell(row.since, shown=f"{row.since // 100}年{row.since % 100}月から"), ("since", "pk")),
        Column("rows", "行", lambda row: row.rows, ("rows", "pk"), number=True),
        Column("bad", "直すところ", lambda row: row.bad, ("bad", "pk"), number=True),
        Column("name", "ファイル", lambda row: row.name, ("name", "pk")),
        Column("state", "状態", _state, ("state", "pk")),
    ),
    rows=queries.tables,
    nothing=Nothing("表はまだありません", "公表されているマスターやチェックの表を入れると、ここに並びます。", ("表を入れる", reverse_lazy("claims:load_master"))),
    filters=(Filter("state", "状態", lambda: Handed.State.choices),),
    actions=(("表を入れる", reverse_lazy("claims:load_master")),),
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("claims.load")
def files(request: HttpRequest) -> HttpResponseBase:
    """What was handed in."""
    return respond(request, FILES)


@permission_required("claims.load")
def file(request: HttpRequest, claim_file_id: int) -> HttpResponse:
    """One file: how far it is, what could not be read, by line and byte."""
    row = get_object_or_404(ClaimFile.objects, pk=claim_file_id)
    context = {
        "file": row, "state": KINDS[Handed.State(row.state)], "work": work_of(imports.JOB, row.job_key),
        "months": [(f"{month[:4]}年{int(month[4:])}月", count) for month, count in row.months.items()],
        "untold": max(0, row.bad - len(row.faults)),
    }  # fmt: skip
    return render(request, "claims/file.html", context)


@permission_required("claims.load")
def load(request: HttpRequest) -> HttpResponse:
    """Claim files are handed in."""
    form = ClaimFilesForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = request.FILES.getlist("files")
        with told_in(form):
            uploads = [Upload(str(one.name), cast(BinaryIO, one.file)) for one in given]
            made = operations.load(person_of(request), files=uploads)
            return redirect("claims:file", made[0].pk) if len(made) == 1 else redirect("claims:files")
    return render(request, "claims/load.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("claims.view")
def table_list(request: HttpRequest) -> HttpResponseBase:
    """Masters, check tables, eligibility."""
    return respond(request, TABLES)


@permission_required("claims.load")
def table(request: HttpRequest, check_table_id: int) -> HttpResponse:
    """One table."""
    row = get_object_or_404(CheckTable.objects, pk=check_table_id)
    context = {
        "table": row, "state": KINDS[Handed.State(row.state)], "work": work_of(imports.TABLE_JOB, row.job_key),
        "since": f"{row.since // 100}年{row.since % 100}月", "untold": max(0, row.bad - len(row.faults)),
    }  # fmt: skip
    return render(request, "claims/table.html", context)


@permission_required("claims.load")
def load_master(request: HttpRequest) -> HttpResponse:
    """A file without headings; those with headings have a page each."""
    form = MasterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.cleaned_data["file"]
            row = operations.load_table(
                person_of(request), file=Upload(str(given.name), cast(BinaryIO, given.file)), kind=form.cleaned_data["kind"],
                since=_month(form.cleaned_data["since"]),
            )  # fmt: skip
            return redirect("claims:table", row.pk)
    heading = [(code, kind.label) for code, kind in tables.kinds().items() if kind.heading]
    if allowed(request.user, "claims.members"):
        heading.append((MEMBERS, "資格情報"))
    context = {"form": form, "heading": heading}
    return render(request, "claims/load_master.html", context, status=422 if form.errors else 200)


def _month(text: str) -> int:
    try:
        return month_of(text.strip().replace("-", "").replace("/", ""))
    except BadDate as error:
        raise Invalid(f"適用する診療年月は「2026-06」のように書いてください。{error}") from None


@permission_required("claims.load")
def load_table(request: HttpRequest, table_kind: str) -> HttpResponse:
    """A file with headings: which column is which is chosen, its first rows are seen."""
    label: str
    columns: tuple[TableColumn, ...]
    check: importing.Check
    if table_kind == MEMBERS:
        require(request.user, "claims.members")
        label, columns, check = "資格情報", members.COLUMNS, _check_members
    elif (known := tables.kinds().get(table_kind)) is not None and known.heading:
        label, columns, check = known.label, known.columns, _checking(known)
    else:
        raise Http404
    extra = SinceForm(request.POST if "take" in request.POST else None)

    def take(given: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        if not extra.is_valid():
            raise Invalid("適用する診療年月を書いてください。")
        since = _month(extra.cleaned_data["since"])
        given.seek(0)
        row = imports.hand_in_table(
            f"{label}.csv", given, table_kind, since, actor=person_of(request), renamed=renamed
        )
        return redirect("claims:table", row.pk)

    shown = importing.TableKind(f"claims.{table_kind}", label, columns, largest=LARGEST)
    above = [
        (text, str(url)) for text, url in (ABOVE, ("マスターとチェックの表", reverse_lazy("claims:tables")))
    ]
    return importing.respond(request, shown, check, take, importing.ImportPage(above, "", extra))


def _check_members(found: Iterable[Row]) -> list[Problem]:
    problems: list[Problem] = []
    for _ in members.members(found, problems):
        pass
    return problems


def _checking(kind: tables.TableKind) -> Callable[[Iterable[Row]], list[Problem]]:
    def check(found: Iterable[Row]) -> list[Problem]:
        problems: list[Problem] = []
        for _ in tables.of_rows(kind, found, problems):
            pass
        return problems

    return check
