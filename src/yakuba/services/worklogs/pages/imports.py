"""Logs that are handed in: looked at, columns chosen, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO, cast

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.files import temporary
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables import importing
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.actions import imports
from yakuba.services.worklogs.engine.reading import COLUMNS
from yakuba.services.worklogs.models import LogImport

LARGEST = 100_000_000  # bytes of a file sent to the page; a command takes larger ones
LOG = importing.TableKind(
    imports.TABLE, "操作ログ", COLUMNS, others="取り込みません（保存もしません）", largest=LARGEST
)
KINDS = {
    LogImport.State.WAITING: "waiting",
    LogImport.State.DONE: "success",
    LogImport.State.FAILED: "warning",
}
ABOVE = ("操作ログ分析", reverse_lazy("worklogs:index"))
IMPORTS = Listing(
    "worklogs.imports",
    "取り込んだ操作ログ",
    "取り込み",
    columns=(
        Column(
            "name",
            "ファイル",
            lambda row: Cell(row.name, url=reverse("worklogs:import", args=[row.pk])),
            ("name", "pk"),
        ),
        Column("created", "受け取った日", lambda row: timezone.localdate(row.created_at), ("created_at",)),
        Column("rows", "行", lambda row: row.rows, ("rows", "pk"), number=True),
        Column("new", "新しい行", lambda row: row.new, ("new", "pk"), number=True),
        Column("bad", "使えない行", lambda row: row.bad, ("bad", "pk"), number=True),
        Column(
            "state",
            "状態",
            lambda row: status(KINDS[LogImport.State(row.state)], row.get_state_display()),
            ("state", "pk"),
        ),
    ),
    rows=queries.imports,
    nothing=Nothing(
        "操作ログはまだありません",
        "操作ログのファイルを入れると、ここに並びます。",
        ("操作ログを入れる", reverse_lazy("worklogs:load")),
    ),
    filters=(Filter("state", "状態", lambda: LogImport.State.choices),),
    actions=(("操作ログを入れる", reverse_lazy("worklogs:load")),),
    trail=(ABOVE,),
)


@permission_required("worklogs.load")
def index(request: HttpRequest) -> HttpResponseBase:
    """What was handed in."""
    return respond(request, IMPORTS)


@permission_required("worklogs.load")
def log(request: HttpRequest, import_id: int) -> HttpResponse:
    """One log: how far it is, and what could not be used."""
    row = get_object_or_404(LogImport.objects, pk=import_id)
    context = {
        "log": row,
        "state": KINDS[LogImport.State(row.state)],
        "work": work_of(imports.JOB, row.job_key),
        "untold": max(0, row.bad - len(row.faults)),
    }
    return render(request, "worklogs/import.html", context)


@permission_required("worklogs.load")
def load(request: HttpRequest) -> HttpResponse:
    """A file is looked at, its columns are chosen, and it is handed in."""
    if request.method == "POST" and "file" in request.FILES and (refused := _as_table(request)):
        return refused

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        file.seek(0)
        row = imports.hand_in(_name(request), file, actor=person_of(request), renamed=renamed)
        return redirect("worklogs:import", row.pk)

    lead = (
        "CSV、Excel、Parquet、XESのファイルを入れられます。題名と対象の中の名前や番号は、保存する前に伏せます。"
        "職員とPCは仮名にします。"
    )
    above = [(label, str(url)) for label, url in (ABOVE, ("取り込み", reverse_lazy("worklogs:imports")))]
    return importing.respond(request, LOG, imports.check, take, importing.ImportPage(above, lead))


def _as_table(request: HttpRequest) -> HttpResponse | None:
    """What is no table becomes one before its columns are chosen."""
    given = request.FILES["file"]
    if isinstance(given, list) or given.size is None or given.size > LARGEST:
        return None  # the page refuses it
    file = cast(BinaryIO, given.file)
    with temporary.folder("worklogs") as folder:
        try:
            with imports.as_table(file, folder, LARGEST) as table:
                if table is file:
                    return None
                content = table.read()
        except Refused as refusal:
            context = {"refusal": refusal, "name": given.name}
            return render(request, "worklogs/unreadable.html", context, status=422)
    request.FILES["file"] = SimpleUploadedFile(str(given.name), content)
    return None


def _name(request: HttpRequest) -> str:
    """What the file that waits is called."""
    from yakuba.kernel.tables.models import WaitingTable

    waiting = WaitingTable.objects.filter(pk=request.POST["table"], person=person_of(request)).first()
    return str(waiting.file.name) if waiting else "操作ログ"
