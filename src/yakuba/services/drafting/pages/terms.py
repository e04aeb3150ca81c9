"""The town's own words: list, form, import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Bulk, Cell, Column, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.whole import whole
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.drafting import operations
from yakuba.services.drafting.actions import terms as actions
from yakuba.services.drafting.engine import termlist
from yakuba.services.drafting.forms import TermForm
from yakuba.services.drafting.models import Term
from yakuba.services.drafting.queries import terms as queries

TABLE = importing.TableKind(
    "drafting.terms",
    "語",
    (
        TableColumn("直す語", ("誤", "使わない語", "変更前")),
        TableColumn("町の書き方", ("正", "使う語", "変更後"), required=True),
        TableColumn("理由", ("備考",)),
        TableColumn("文書の種類", ("種類",)),
    ),
)


def _written(row: Term) -> Cell:
    return Cell(row.written or "（ほかの決まりで直さない）", url=reverse("drafting:term", args=[row.pk]))


TERMS = Listing(
    "drafting.terms",
    "町の用語集",
    "語",
    columns=(
        Column("written", "直す語", _written, ("written", "preferred")),
        Column(
            "preferred",
            "町の書き方",
            lambda row: row.preferred or "（知らせるだけ）",
            ("preferred", "written"),
        ),
        Column("reason", "理由", lambda row: row.reason),
        Column("classes", "文書の種類", lambda row: termlist.written(row.kinds) or "すべて"),
    ),
    rows=queries.terms,
    nothing=Nothing(
        "町の用語集はまだ空です",
        "町で決めた書き方を加えると、校正のときにほかの決まりより先に当てます。",
        ("語を加える", reverse_lazy("drafting:new-term")),
    ),
    search=Search(queries.searched, label="語・理由"),
    bulk=(Bulk("用語集から外す", operations.remove_term, "term_id"),),
    actions=(
        ("語を加える", reverse_lazy("drafting:new-term")),
        ("ファイルから加える", reverse_lazy("drafting:load-terms")),
    ),
    sort="written",
)


@permission_required("drafting.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list, to take along as well."""
    return respond(request, TERMS)


@permission_required("drafting.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A new word."""
    return _form(request, TermForm(request.POST or None), "語を加える")


@permission_required("drafting.edit")
def term(request: HttpRequest, term_id: int) -> HttpResponse:
    """Another wording."""
    row = get_object_or_404(Term.objects, pk=term_id)
    first = {**vars(row.word), "classes": [one.value for one in row.kinds]}
    return _form(request, TermForm(request.POST or None, initial=first), "語を直す", row)


def _form(request: HttpRequest, form: TermForm, title: str, row: Term | None = None) -> HttpResponse:
    def write() -> HttpResponse:
        kept = actions.write(form.word, actor=person_of(request), term_id=row.pk if row else None)
        messages.success(request, f"「{kept}」を用語集に書きました。")
        return redirect("drafting:terms")

    return form_page(request, form, write, "drafting/term.html", {"title": title, "row": row})


@permission_required("drafting.edit")
@require_POST
def remove(request: HttpRequest, term_id: int) -> HttpResponse:
    """Out of the list."""
    word = operations.remove_term(person_of(request), term_id=term_id)
    messages.success(request, f"「{word}」を用語集から外しました。")
    return redirect("drafting:terms")


@permission_required("drafting.edit")
def load(request: HttpRequest) -> HttpResponse:
    """Words from a table, looked at before: all of it, or every fault with its line."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        words = whole(file, TABLE.required, termlist.read, renamed=renamed)
        number = actions.load(words, actor=person_of(request))
        messages.success(request, f"{len(words)}語を読み、新しいもの・変わったもの{number}語を書きました。")
        return redirect("drafting:terms")

    page = importing.ImportPage((("町の用語集", reverse("drafting:terms")),))
    return importing.respond(request, TABLE, lambda rows: termlist.read(rows)[1], take, page)
