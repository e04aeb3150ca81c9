"""Files for the core system: the list, one file, what the core system said of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.lists import Bulk, Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tables import importing
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.corefiles import operations, queries
from yakuba.services.corefiles.engine import results
from yakuba.services.corefiles.forms import UndoForm
from yakuba.services.corefiles.models import CoreFile, FiledCase

CASES_SHOWN = 50  # of a file, at a time
MOST_TOLD = 20  # sentences above a page
RESULTS = importing.TableKind("corefiles.results", "結果", results.COLUMNS)
KINDS = {CoreFile.State.OPEN: "waiting", CoreFile.State.SETTLED: "success", CoreFile.State.UNDONE: "stopped"}
ROW_KINDS = {
    FiledCase.State.OPEN: "waiting",
    FiledCase.State.ENTERED: "success",
    FiledCase.State.REFUSED: "warning",
    FiledCase.State.AGAIN: "neutral",
    FiledCase.State.UNDONE: "stopped",
}


def _state(row: CoreFile) -> Cell:
    return status(KINDS[CoreFile.State(row.state)], row.get_state_display())


FILES = Listing(
    "corefiles.files",
    "連携ファイル",
    "連携ファイル",
    columns=(
        Column(
            "number",
            "番号",
            lambda row: Cell(row.pk, url=reverse("corefiles:file", args=[row.pk]), about="の連携ファイル"),
            ("pk",),
        ),
        Column("layout", "レイアウト", lambda row: row.layout.title, ("layout__title", "pk")),
        Column(
            "procedure", "手続", lambda row: row.layout.procedure.title, ("layout__procedure__title", "pk")
        ),
        Column("cases", "受付", lambda row: row.cases, ("cases", "pk"), number=True),
        Column("made", "作った日", lambda row: timezone.localdate(row.made_at), ("made_at",)),
        Column("state", "状態", _state, ("state", "pk")),
    ),
    rows=queries.files,
    nothing=Nothing(
        "連携ファイルはまだありません",
        "レイアウトを決めると、確認の済んだ受付を、基幹システムが取り込むファイルにできます。",
        ("レイアウトを選ぶ", reverse_lazy("corefiles:layouts")),
    ),
    filters=(Filter("state", "状態", lambda: CoreFile.State.choices),),
    actions=(("レイアウトを選んで作る", reverse_lazy("corefiles:layouts")),),
)
REFUSED = Listing(
    "corefiles.refused",
    "取り込まれなかった受付",
    "受付",
    columns=(
        Column(
            "receipt",
            "受付番号",
            lambda row: Cell(row.case.receipt_number, url=reverse("ledger:case", args=[row.case_id])),
            ("case__receipt_number",),
        ),
        Column("procedure", "手続", lambda row: row.case.procedure.title, ("case__procedure__title", "pk")),
        Column("reason", "理由", lambda row: row.reason, ("reason", "pk")),
        Column(
            "file",
            "連携ファイル",
            lambda row: Cell(
                row.core_file_id,
                url=reverse("corefiles:file", args=[row.core_file_id]),
                about="の連携ファイル",
            ),
            ("core_file", "pk"),
        ),
    ),
    rows=queries.refused,
    nothing=Nothing("取り込まれなかった受付はありません"),
    bulk=(Bulk("直したので、次に渡す", operations.let_again, "filed_case_id"),),
    trail=(("連携ファイル", reverse_lazy("corefiles:index")),),
)


@permission_required("corefiles.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The files."""
    refused = queries.refused().count()
    return respond(request, FILES, "corefiles/index.html", lambda wanted: {"refused": refused})


@permission_required("corefiles.make")
def refused(request: HttpRequest) -> HttpResponseBase:
    """Cases that a core system refused."""
    return respond(request, REFUSED)


@permission_required("corefiles.view")
def file(request: HttpRequest, core_file_id: int) -> HttpResponse:
    """One file, and what is to be done with it next."""
    return _page(request, _file(core_file_id), UndoForm())


@permission_required("corefiles.make")
@step_up
def content(request: HttpRequest, core_file_id: int) -> HttpResponseBase:
    """The file itself."""
    _file(core_file_id)
    return operations.take_file(person_of(request), core_file_id=core_file_id).answer()


@permission_required("corefiles.make")
@require_POST
def settle(request: HttpRequest, core_file_id: int) -> HttpResponse:
    """The core system took in all."""
    _file(core_file_id)
    operations.settle_file(person_of(request), core_file_id=core_file_id)
    messages.success(request, "取り込み済みにしました。")
    return redirect("corefiles:file", core_file_id)


@permission_required("corefiles.make")
@require_POST
def undo(request: HttpRequest, core_file_id: int) -> HttpResponse:
    """The file was not taken in."""
    row, form = _file(core_file_id), UndoForm(request.POST)
    if form.is_valid():
        with told_in(form):
            operations.undo_file(
                person_of(request), core_file_id=core_file_id, reason=form.cleaned_data["reason"]
            )
            messages.success(request, f"取り消しました。受付{row.cases}件は、入力待ちに戻りました。")
            return redirect("corefiles:file", core_file_id)
    return _page(request, _file(core_file_id), form)


@permission_required("corefiles.make")
def load_results(request: HttpRequest, core_file_id: int) -> HttpResponse:
    """What the core system said of each case, from its table."""
    row = _file(core_file_id)

    def take(table: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        unused = operations.settle_from(row, table, renamed=renamed, actor=person_of(request))
        for told in unused[:MOST_TOLD]:
            messages.warning(request, told)
        if len(unused) > MOST_TOLD:
            messages.warning(request, f"ほかに{len(unused) - MOST_TOLD:,}行が使えませんでした。")
        messages.success(request, "結果を入れました。")
        return redirect("corefiles:file", core_file_id)

    above = (
        ("連携ファイル", reverse("corefiles:index")),
        (str(row), reverse("corefiles:file", args=[row.pk])),
    )
    lead = "基幹システムが出した結果の表です。「登録番号」があれば受付に残し、「理由」のある受付は取り込まれなかったものとします。"
    return importing.respond(
        request, RESULTS, lambda found: results.read(found)[1], take, importing.ImportPage(above, lead)
    )


def _file(number: int) -> CoreFile:
    return get_object_or_404(queries.files(), pk=number)


def _page(request: HttpRequest, row: CoreFile, form: UndoForm) -> HttpResponse:
    filed = FiledCase.objects.filter(core_file=row).select_related("case").order_by("line")
    page = Paginator(filed, CASES_SHOWN).get_page(request.GET.get("page"))
    context = {
        "file": row,
        "state": KINDS[CoreFile.State(row.state)],
        "page": page,
        "lines": [(one, ROW_KINDS[FiledCase.State(one.state)]) for one in page],
        "kept": hasattr(row, "kept"),
        "form": form,
        "begun": filed.exclude(state=FiledCase.State.OPEN).exists(),
    }
    return render(request, "corefiles/file.html", context, status=422 if form.errors else 200)
