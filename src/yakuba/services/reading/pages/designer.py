"""Designing a form on the screen: the list of drafts, a new one from a blank file, its table with the numbered picture.

Everything is one form that a browser without JavaScript sends; `reading/designer.js` only writes into its fields.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Refused
from yakuba.kernel.ui.refusals import told_in
from yakuba.kernel.values import TYPES
from yakuba.services.reading.actions import designing
from yakuba.services.reading.engine.proposals import drafting
from yakuba.services.reading.forms import DesignUploadForm, SampleForm
from yakuba.services.reading.models import DesignedForm, DesignedPage
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.pages.designer_table import TableForm, shown_rows
from yakuba.services.reading.queries import designs as queries

MANAGE = "reading.manage"
SIGNS = {"looking": "running", "draft": "person", "failed": "error", "published": "success"}


def _title(row: DesignedForm) -> Cell:
    return Cell(str(row), url=reverse("reading:design", args=[row.pk]))


DESIGNS = Listing(
    "reading.designs",
    "様式を画面で作る",
    "作成中の様式",
    columns=(
        Column("title", "様式", _title, ("title",)),
        Column("state", "状態", lambda row: status(SIGNS[row.state], row.get_state_display()), ("state",)),
        Column("fields", "欄", queries.field_count, number=True),
        Column("owner", "作った職員", lambda row: str(row.owner or "―")),
        Column("changed", "直した日時", lambda row: ago(row.changed_at), ("changed_at",)),
    ),
    rows=queries.designs,
    nothing=Nothing(
        "画面で作った様式はまだありません",
        "白紙の様式（PDFか画像）を入れると、記入欄を見つけて表にします。",
        ("白紙の様式を入れる", reverse_lazy("reading:design_new")),
    ),
    sort="-changed",
    trail=(*READING, ("様式", reverse_lazy("reading:forms"))),
)


@permission_required(MANAGE)
def designs(request: HttpRequest) -> HttpResponseBase:
    """The drafts."""
    return respond(request, DESIGNS, "reading/designs.html")


@permission_required(MANAGE)
def design_new(request: HttpRequest) -> HttpResponse:
    """Take a blank form in."""
    form = DesignUploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            row = designing.begin(
                given["blank"].name or "",
                given["blank"],
                title=given["title"],
                procedure=given["procedure"],
                actor=person_of(request),
            )
            return redirect("reading:design", row.pk)
    return render(request, "reading/design_new.html", {"form": form}, status=422 if form.errors else 200)


@permission_required(MANAGE)
def design(request: HttpRequest, design_id: int) -> HttpResponse:
    """A draft: the numbered picture of a page and its table. POST takes the table over."""
    row = _design(design_id)
    if row.state in (DesignedForm.State.LOOKING, DesignedForm.State.FAILED):
        return render(request, "reading/design_looking.html", {"design": row, "work": queries.looking(row)})
    if request.headers.get("HX-Request"):  # the page that waited; its head has not what the table needs
        return HttpResponse(headers={"HX-Refresh": "true"})
    pages = list(row.pages.order_by("number"))
    asked = request.POST.get("page") or request.GET.get("page") or "1"
    page = next((one for one in pages if str(one.number) == asked), pages[0])
    if request.method == "POST":
        return _take(request, row, page)
    return _show(request, row, page, shown_rows(queries.draft_of(row), page.number))


def _take(request: HttpRequest, row: DesignedForm, page: DesignedPage) -> HttpResponse:
    table = TableForm(request.POST, page.number)
    do = request.POST.get("do", "save")
    try:
        saved = designing.save(
            row, table.revision, page.number, table.rows, table.free, table.title, table.numbering
        )
        if do == "copy":
            saved = designing.copy_box(saved, saved.revision, page.number, table.picked)
        elif do in ("left", "top"):
            saved = designing.align(saved, saved.revision, page.number, table.picked, do)
    except Refused as refusal:
        return _show(request, row, page, table.shown(queries.draft_of(row)), table, refusal)
    if do == "publish":
        return redirect("reading:design_publish", saved.pk)
    messages.success(request, "保存しました。")
    number = do.removeprefix("page-") if do.startswith("page-") else page.number
    return redirect(f"{reverse('reading:design', args=[saved.pk])}?page={number}")


def _show(
    request: HttpRequest,
    row: DesignedForm,
    page: DesignedPage,
    rows: list[dict[str, Any]],
    table: TableForm | None = None,
    refusal: Refused | None = None,
) -> HttpResponse:
    draft = queries.draft_of(row)
    numbering = draft.form.get("numbering", "printed")
    context = {
        "design": row,
        "page": page,
        "pages": row.pages.order_by("number"),
        "rows": rows,
        "blank": {"number": len(rows) + 1, "index": len(rows), "type": "text", "own": True},
        "types": [(code, one.label) for code, one in TYPES.items()],
        "free": table.free if table else _free(draft, page.number),
        "title": table.title if table else row.title,
        "revision": table.revision if table else row.revision,
        "numbering": table.numbering if table else numbering,
        "numberings": _numberings(len(row.document["pages"])),
        "borrowed": [one for one in draft.procedure["fields"] if one["code"] in draft.borrowed],
        "doubts": sum(1 for one in rows if one["doubts"]),
        "refusal": refusal,
        "trials": row.trials.order_by("-pk")[:3],
        "sample": SampleForm(),
    }
    return render(request, "reading/design.html", context, status=refusal.status if refusal else 200)


def _numberings(pages: int) -> list[tuple[str, str]]:
    ways = [("printed", "用紙に印刷・押印された番号を読む")]
    if pages == 1:
        ways.append((drafting.ORDER, "用紙に番号はない。読み取った順に付ける（1枚が1件）"))
    return [*ways, (drafting.LABEL, "用紙に貼ったバーコードかQRコードの受付番号を読む")]


def _free(draft: drafting.Draft, page: int) -> str:
    return "\n".join(" ".join(map(str, rect)) for rect in draft.page(page).get("free", []))


@require_POST
@permission_required(MANAGE)
def design_delete(request: HttpRequest, design_id: int) -> HttpResponse:
    """Throw a draft away."""
    row = _design(design_id)
    designing.throw_away(row, actor=person_of(request))
    messages.success(request, f"「{row}」の下書きを消しました。使用中の様式はそのままです。")
    return redirect("reading:designs")


@permission_required(MANAGE)
def design_picture(request: HttpRequest, designed_page_id: int) -> HttpResponse:
    """The blank page of a draft."""
    page = get_object_or_404(DesignedPage.objects.select_related("image"), pk=designed_page_id)
    answer = HttpResponse(content_of(page.image), content_type="image/png")
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _design(design_id: int) -> DesignedForm:
    found: DesignedForm = get_object_or_404(DesignedForm.objects.select_related("owner"), pk=design_id)
    return found
