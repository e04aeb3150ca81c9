"""Layouts: those in use, one with what a file would hold now, a new one put together on the page or from a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.corefiles import operations, queries
from yakuba.services.corefiles.forms import LayoutTextForm, NewLayoutForm, ProcedureForm
from yakuba.services.corefiles.models import FileLayout

SHOWN = 5  # lines of a file that does not exist yet
MOST_LEFT_OUT = 100

LAYOUTS = Listing(
    "corefiles.layouts",
    "連携レイアウト",
    "レイアウト",
    columns=(
        Column(
            "title",
            "名前",
            lambda row: Cell(row.title, url=reverse("corefiles:layout", args=[row.code])),
            ("title",),
        ),
        Column("procedure", "手続", lambda row: row.procedure.title, ("procedure__title", "title")),
        Column("waiting", "入力待ちの受付", lambda row: queries.ready(row).count(), number=True),
        Column("version", "版", lambda row: row.version, number=True),
    ),
    rows=queries.layouts,
    nothing=Nothing(
        "レイアウトはまだありません",
        "基幹システムの取込仕様に合わせて、列の順番と書き方を決めます。",
        ("レイアウトを作る", reverse_lazy("corefiles:new_layout")),
    ),
    actions=(
        ("レイアウトを作る", reverse_lazy("corefiles:new_layout")),
        ("ファイルから登録する", reverse_lazy("corefiles:load_layout")),
    ),
    trail=(("連携ファイル", reverse_lazy("corefiles:index")),),
)
LOADING = DefinitionPage(
    "連携レイアウト",
    (("連携ファイル", "corefiles:index"), ("連携レイアウト", "corefiles:layouts")),
    lead="ほかの自治体から受け取ったレイアウトや、書き直したものを登録します。",
)


@permission_required("corefiles.view")
def layouts(request: HttpRequest) -> HttpResponseBase:
    """Those in use."""
    return respond(request, LAYOUTS)


@permission_required("corefiles.view")
def layout(request: HttpRequest, layout_code: str) -> HttpResponse:
    """One layout: what a file would hold now, and which cases stay out of it."""
    row = _layout(layout_code)
    context: dict[str, Any] = {"layout": row}
    prepared, unfit = attempt(queries.prepared, row, person_of(request))
    if unfit is not None:
        context["problems"] = unfit.problems
    if prepared is not None:
        context |= {"prepared": prepared, "parsed": prepared.writer.layout}
        if allowed(request.user, "ledger.view"):  # values of cases, and which of them want mending
            context |= {
                "headings": [column.heading for column in prepared.writer.layout.columns],
                "lines": [
                    (case, queries.shown_cells(prepared, written.cells))
                    for case, written in prepared.written[:SHOWN]
                ],
                "left_out": prepared.left_out[:MOST_LEFT_OUT],
            }
    return render(request, "corefiles/layout.html", context)


@permission_required("corefiles.make")
@require_POST
@step_up
def make(request: HttpRequest, layout_code: str) -> HttpResponse:
    """A file of the cases that wait."""
    _layout(layout_code)
    made = operations.make_file(person_of(request), layout_code=layout_code)
    messages.success(request, f"{made}を作りました。受付{made.cases}件が入っています。")
    return redirect("corefiles:file", made.pk)


@permission_required("corefiles.manage")
def new_layout(request: HttpRequest) -> HttpResponse:
    """A layout put together on the page: first for which procedure, then its columns."""
    code = request.GET.get("procedure", "")
    procedure = Procedure.objects.filter(code=code).first() if code else None
    if procedure is None:
        return render(request, "corefiles/choose_procedure.html", {"form": ProcedureForm()})
    form = NewLayoutForm(request.POST or None, procedure=procedure)

    def put() -> HttpResponse:
        row = operations.load_layout(person_of(request), text=form.text)
        messages.success(request, f"レイアウト「{row}」を登録しました。")
        return redirect("corefiles:layout", row.code)

    return form_page(request, form, put, "corefiles/new_layout.html", {"procedure": procedure})


@permission_required("corefiles.manage")
def load_layout(request: HttpRequest) -> HttpResponse:
    """A layout from a file."""

    def put(text: str) -> HttpResponse:
        row = operations.load_layout(person_of(request), text=text)
        messages.success(request, f"レイアウト「{row}」の第{row.version}版を登録しました。")
        return redirect("corefiles:layout", row.code)

    return load_definition(request, LOADING, put)


@permission_required("corefiles.manage")
def edit_layout(request: HttpRequest, layout_code: str) -> HttpResponse:
    """The layout as its file says it, to be changed: everything that the page for a new one does not ask."""
    row = _layout(layout_code)
    form = LayoutTextForm(request.POST or None, initial={"text": row.text})

    def put() -> HttpResponse:
        seen = request.POST.get("version", "")
        before = int(seen) if seen.isascii() and seen.isdecimal() else None
        changed = operations.load_layout(person_of(request), text=form.cleaned_data["text"], version=before)
        messages.success(request, f"レイアウト「{changed}」の第{changed.version}版を登録しました。")
        return redirect("corefiles:layout", changed.code)

    return form_page(request, form, put, "corefiles/edit_layout.html", {"layout": row})


@permission_required("corefiles.manage")
@require_POST
def retire(request: HttpRequest, layout_code: str) -> HttpResponse:
    """No new file is made by it."""
    row = _layout(layout_code)
    operations.retire_layout(person_of(request), layout_code=layout_code)
    messages.success(request, f"レイアウト「{row}」を使わないことにしました。")
    return redirect("corefiles:layouts")


def _layout(code: str) -> FileLayout:
    return get_object_or_404(FileLayout.objects.select_related("procedure"), code=code)
