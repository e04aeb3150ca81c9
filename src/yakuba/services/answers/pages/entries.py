"""Entries: list, one entry, form, import, what differs by town, sections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.whole import whole
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.answers import operations
from yakuba.services.answers.actions import entries as actions
from yakuba.services.answers.engine import reading
from yakuba.services.answers.forms import EntryForm, ReasonForm, SectionForm
from yakuba.services.answers.models import Entry, Section, Version
from yakuba.services.answers.queries import entries as queries

TABLE = importing.TableKind(
    "answers.entries",
    "答え",
    (
        TableColumn("番号", ("ID", "id", "No"), required=True),
        TableColumn("分野", ("カテゴリ", "大分類")),
        TableColumn("質問", ("Q", "question", "タイトル"), required=True),
        TableColumn("別の聞き方", ("言い換え",)),
        TableColumn("答え", ("A", "回答", "answer"), required=True),
        TableColumn("リンク", ("URL",)),
        TableColumn("担当", ("担当課", "所管課", "窓口")),
        TableColumn("対象"),
        TableColumn("言語"),
        TableColumn("根拠"),
        TableColumn("開始日"),
        TableColumn("終了日", ("有効期限",)),
    ),
)
KINDS = {
    "draft": "waiting",
    "waiting": "person",
    "returned": "error",
    "published": "success",
    "past": "warning",
}


def _question(row: Version) -> Cell:
    return Cell(row.question, url=reverse("answers:entry", args=[row.entry_id]))


def _state(row: Version) -> list[Cell]:
    state = [status(KINDS[row.state], "公開をやめた" if row.state == "past" else queries.STATES[row.state])]
    if row.state != "published" and row.entry.current_id is not None:
        state.append(Cell("前の版を公開中", small=True))
    return state


ENTRIES = Listing(
    "answers.entries",
    "問い合わせの答え",
    "答え",
    columns=(
        Column("code", "番号", lambda row: row.entry.code, ("entry__code",)),
        Column("question", "質問", _question, ("question",)),
        Column("field", "分野", lambda row: row.field, ("field", "entry__code")),
        Column("section", "担当窓口", lambda row: row.section and row.section.name, ("section__name",)),
        Column("audience", "対象", lambda row: row.get_audience_display(), ("audience",)),
        Column("until", "いつまで", lambda row: row.valid_until, ("valid_until",)),
        Column("state", "状態", _state),
    ),
    rows=queries.newest,
    nothing=Nothing(
        "答えはまだありません",
        "「答えを書く」か「ファイルから取り込む」で始めます。",
        ("答えを書く", reverse_lazy("answers:new")),
    ),
    search=Search(queries.searched, label="質問・答え・番号"),
    filters=(
        Filter(
            "state",
            "状態",
            lambda: [*queries.STATES.items(), ("soon", "期限が近い")],
            queries.in_state,
        ),
        Filter("field", "分野", queries.fields),
    ),
    actions=(
        ("答えを書く", reverse_lazy("answers:new")),
        ("ファイルから取り込む", reverse_lazy("answers:load")),
        ("まとめて承認に出す", reverse_lazy("answers:propose")),
        ("自治体ごとに違うところ", reverse_lazy("localwords:index")),
        ("窓口", reverse_lazy("answers:sections")),
    ),
    sort="code",
)


@permission_required("answers.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, ENTRIES)


@permission_required("answers.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A new entry."""
    form = EntryForm(request.POST or None)
    return _form(request, form, "答えを書く")


@permission_required("answers.edit")
def edit(request: HttpRequest, entry_id: int) -> HttpResponse:
    """The next version of an entry, or the draft that there is."""
    version = _newest(entry_id)
    draft = queries.draft_of(version)
    first = {
        **vars(draft),
        "wordings": "\n".join(draft.wordings),
        "links": "\n".join(draft.links),
        "audience": draft.audience.value,
        "valid_from": version.valid_from,
        "valid_until": version.valid_until,
    }
    given = request.POST.copy() if request.method == "POST" else None
    if given is not None:
        given["code"] = draft.code  # another one would be another entry
    return _form(request, EntryForm(given, initial=first, fixed=True), "答えを直す", version)


def _form(request: HttpRequest, form: EntryForm, title: str, version: Version | None = None) -> HttpResponse:
    def keep() -> HttpResponse:
        if version is None and Entry.objects.filter(code=form.draft.code).exists():
            raise Invalid(f"番号「{form.draft.code}」はもう使われています。別の番号にしてください。")
        kept = actions.write(form.draft, actor=person_of(request))
        messages.success(request, "下書きに残しました。")
        return redirect("answers:entry", kept.entry_id)

    return form_page(request, form, keep, "answers/form.html", {"title": title, "version": version})


@permission_required("answers.view")
def entry(request: HttpRequest, entry_id: int) -> HttpResponse:
    """One entry with its versions."""
    version = _newest(entry_id)
    may_edit = allowed(request.user, "answers.edit")
    context = {
        "version": version,
        "current": version.entry.current,
        "state": queries.STATES[version.state],
        "kind": KINDS[version.state],
        "draft": queries.draft_of(version),
        "missing": queries.missing(version),
        "versions": version.entry.versions.select_related("entry", "publication", "made_by").order_by(
            "-number"
        ),
        "states": queries.STATES,
        "confirmed": version.entry.confirmed.order_by("-pk")[:50],
        "may_edit": may_edit and version.state != "waiting",
        "may_propose": may_edit and version.state in ("draft", "returned"),
        "form": ReasonForm(),
    }
    return render(request, "answers/entry.html", context)


withdraw = button(operations.withdraw, "answers:entry", "公開をやめました。")


@permission_required("answers.edit")
def load(request: HttpRequest) -> HttpResponse:
    """Entries from a table, looked at before: all of it, or every fault with its line."""

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        drafts = whole(file, TABLE.required, reading.drafts, renamed=renamed)
        number = actions.load(drafts, actor=person_of(request))
        messages.success(
            request, f"{len(drafts)}件を読み、新しいもの・変わったもの{number}件を下書きにしました。"
        )
        return redirect(f"{reverse('answers:index')}?state=draft")

    page = importing.ImportPage((("問い合わせの答え", reverse("answers:index")),))
    return importing.respond(request, TABLE, lambda rows: reading.drafts(rows)[1], take, page)


@permission_required("answers.edit")
def sections(request: HttpRequest) -> HttpResponse:
    """The sections, and a form for one."""
    first: dict[str, Any] = {}
    if row := Section.objects.filter(name=request.GET.get("name", "")).first():
        first = {"name": row.name, "telephone": row.telephone, "hours": row.hours, "place": row.place}
    form = SectionForm(request.POST or None, initial=first)

    def keep() -> HttpResponse:
        messages.success(
            request, f"「{actions.set_section(form.facts, actor=person_of(request))}」を残しました。"
        )
        return redirect("answers:sections")

    return form_page(
        request, form, keep, "answers/sections.html", {"sections": Section.objects.order_by("name")}
    )


def _newest(entry_id: int) -> Version:
    version: Version = get_object_or_404(queries.newest(), entry_id=entry_id)
    return version
