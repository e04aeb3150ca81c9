"""「表紙」: covers of piles, made, printed, and met again at scanning."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.reading.forms import CoverForm
from yakuba.services.reading.models import Cover
from yakuba.services.reading.operations import covers as declared
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.queries import covers as queries


def _print(row: Cover) -> Cell:
    url = reverse("reading:cover_pdf", args=[row.pk])
    return Cell("印刷する", url=url, about=row.title, button=True)


COVERS = Listing(
    "reading.covers",
    "表紙",
    "表紙",
    columns=(
        Column("title", "束", lambda row: row.title, ("title",)),
        Column("form", "様式", lambda row: row.form.title if row.form else "決めない"),
        Column("day", "日付", lambda row: row.day, ("day", "pk")),
        Column("count", "枚数", lambda row: row.count, ("count",), number=True),
        Column(
            "used",
            "状態",
            lambda row: status("success", "読み取りました") if row.used else status("waiting", "まだです"),
        ),
        Column("made", "作成", lambda row: ago(row.created_at), ("pk",)),
        Column("print", "印刷", _print, filed=False),
    ),
    rows=queries.covers,
    nothing=Nothing(
        "表紙はまだありません",
        "枚数を書いた表紙を束の上にのせてスキャンすると、束が分かれ、枚数が合うかを確かめます。",
        ("表紙を作る", reverse_lazy("reading:cover_new")),
    ),
    sort="-made",
    trail=READING,
    actions=(("表紙を作る", reverse_lazy("reading:cover_new")),),
    page_size=20,
)


@permission_required("reading.view")
def covers(request: HttpRequest) -> HttpResponseBase:
    """All covers."""
    return respond(request, COVERS)


@permission_required("reading.upload")
def cover_new(request: HttpRequest) -> HttpResponse:
    """Make one."""
    form = CoverForm(request.POST or None, initial={"day": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            row = declared.make_cover(person_of(request), **form.cleaned_data)
            messages.success(
                request, f"表紙「{row.title}」を作りました。印刷して、束の上にのせてスキャンします。"
            )
            return redirect("reading:covers")
    return render(request, "reading/cover_new.html", {"form": form}, status=422 if form.errors else 200)


@permission_required("reading.view")
def cover_pdf(request: HttpRequest, cover_id: int) -> HttpResponseBase:
    """The page to print."""
    return declared.print_cover(person_of(request), cover_id=cover_id).answer()


count_seen = button(declared.see_count, "reading:batch", "枚数を確かめたことにしました。")
