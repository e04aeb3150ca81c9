"""The phrasebook of a town: list, one phrase in all its languages, correcting, checking, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.columns import Column as TableColumn
from yakuba.kernel.tables.whole import whole
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.translation.actions import phrases as actions
from yakuba.services.translation.contracts import Phrase
from yakuba.services.translation.engine import saying, tables
from yakuba.services.translation.engine.languages import LANGUAGES
from yakuba.services.translation.forms import CheckForm, PhraseForm, TextForm
from yakuba.services.translation.queries import phrases as queries
from yakuba.services.translation.queries.phrases import Row, TownBook

TABLE = importing.TableKind(
    "translation.phrases",
    "言い方",
    (
        TableColumn("番号", ("ID", "id", "No"), required=True),
        *(TableColumn(name) for name in tables.COLUMNS[1:7]),
        TableColumn("言語", ("language",), required=True),
        TableColumn("文", ("訳文", "訳"), required=True),
        TableColumn("確認した人", ("確認者",)),
    ),
)
STATES = {
    "checked": ("success", "確認した"),
    "unchecked": ("waiting", "確認はまだ"),
    "off": ("stopped", "示していない"),
    "none": ("error", "文がない"),
}


def _japanese(row: Row) -> Cell:
    url = f"{reverse('translation:phrase', args=[row.code])}?language={row.language}"
    return Cell(saying.with_labels(row.japanese, row.phrase.slots), url=url, about=row.language_name)


def _checked(row: Row) -> list[Cell]:
    told = [status(*STATES[row.state])]
    return [*told, Cell(row.checked_by, small=True)] if row.checked_by else told


PHRASES = Listing(
    "translation.phrases",
    "窓口の言い方",
    "言い方",
    columns=(
        Column("code", "番号", lambda row: row.code, ("code",)),
        Column("group", "場面", lambda row: row.group, ("group", "code")),
        Column("japanese", "日本語", _japanese),
        Column("language", "言語", lambda row: row.language_name, ("language_name", "code")),
        Column("text", "文", lambda row: saying.with_labels(row.text, row.phrase.slots)),
        Column("state", "確認", _checked, ("state", "code")),
    ),
    rows=lambda: TownBook().rows(LANGUAGES),
    nothing=Nothing(
        "言い方はまだありません",
        "町の言い方を書けます。",
        ("言い方を書く", reverse_lazy("translation:phrase-new")),
    ),
    search=Search(queries.searched, label="日本語・文・番号"),
    filters=(
        Filter(
            "language",
            "言語",
            lambda: [(one.code, one.name) for one in LANGUAGES.values()],
            lambda found, value: [row for row in found if row.language == value],
        ),
        Filter(
            "group",
            "場面",
            lambda: list(TownBook().groups.items()),
            lambda found, value: [row for row in found if row.phrase.group == value],
        ),
        Filter(
            "state",
            "確認",
            lambda: [(key, label) for key, (_, label) in STATES.items()],
            lambda found, value: [row for row in found if row.state == value],
        ),
    ),
    lead="外国語の文は下書きです。その言葉を母語とする人が読んで、確かめた名前を残します。",
    actions=(
        ("言い方を書く", reverse_lazy("translation:phrase-new")),
        ("ファイルから取り込む", reverse_lazy("translation:phrase-load")),
        ("まとめて確認済みにする", reverse_lazy("translation:phrase-check")),
    ),
)
TRAIL = (("窓口の言い方", reverse_lazy("translation:phrases")),)


@permission_required("translation.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, PHRASES)


@permission_required("translation.edit")
def new(request: HttpRequest) -> HttpResponse:
    """A phrase of the town."""
    return _japanese_form(request, None)


@permission_required("translation.edit")
def reword(request: HttpRequest, phrase_code: str) -> HttpResponse:
    """Another Japanese; what was said in other languages has to be looked at anew then."""
    return _japanese_form(request, _phrase(TownBook(), phrase_code))


def _japanese_form(request: HttpRequest, phrase: Phrase | None) -> HttpResponse:
    book = TownBook()
    first: dict[str, Any] = {}
    if phrase:
        first = vars(actions.draft_of(phrase)) | {
            "wordings": "\n".join(phrase.wordings),
            "group": book.groups.get(phrase.group, phrase.group),
            "answers": list(phrase.answers),
            "sensitive": phrase.sensitive.value,
        }
    given = request.POST.copy() if request.method == "POST" else None
    if given is not None and phrase:
        given["code"] = phrase.code
    form = PhraseForm(given, initial=first, answers=dict(book.answers()), fixed=phrase is not None)

    def keep() -> HttpResponse:
        if phrase is None and form.draft.code in book.phrases:
            raise Invalid(f"番号「{form.draft.code}」はもう使われています。別の番号にしてください。")
        actions.write(form.draft, actor=person_of(request))
        messages.success(request, "残しました。外国語の文は、言語ごとに書いてください。")
        return redirect("translation:phrase", form.draft.code)

    title = "日本語を直す" if phrase else "言い方を書く"
    return form_page(request, form, keep, "translation/phrase_form.html", {"title": title, "phrase": phrase})


@permission_required("translation.view")
def phrase(request: HttpRequest, phrase_code: str) -> HttpResponse:
    """A phrase in all its languages, and a form for one of them."""
    book = TownBook()
    one = _phrase(book, phrase_code)
    language = request.GET.get("language", "")
    chosen = LANGUAGES.get(language) if allowed(request.user, "translation.edit") else None
    found = book.translated(one, language) if chosen else None
    before = book.before(one, language) if chosen else ""
    first = {"text": found.text if found else before, "checked_by": found.checked_by if found else ""}
    form = TextForm(request.POST if request.method == "POST" and chosen else None, initial=first)

    def keep() -> HttpResponse:
        given = form.cleaned_data
        draft = replace(
            actions.draft_of(one),
            language=language,
            text=given["text"],
            checked_by=given["checked_by"].strip(),
        )
        actions.write(draft, actor=person_of(request))
        messages.success(request, "残しました。")
        return redirect(f"{reverse('translation:phrase', args=[one.code])}?language={language}")

    context = {
        "phrase": one,
        "group": book.groups.get(one.group, one.group),
        "japanese": saying.with_labels(one.japanese, one.slots),
        "rows": [(row, *STATES[row.state]) for row in (book.row(one, code) for code in LANGUAGES)],
        "chosen": chosen,
        "before": before,
        "answers": [book.answer(code, "ja") for code in one.answers],
        "sensitive": tables.SHOWN_SENSITIVE[one.sensitive],
        "plain": saying.with_labels(one.plain, one.slots),
    }
    return form_page(request, form, keep, "translation/phrase.html", context)


@permission_required("translation.edit")
def load(request: HttpRequest) -> HttpResponse:
    """Phrases from a table, looked at before: all of it, or every fault with its line."""
    book = TownBook()
    answers = dict(book.answers())
    read = partial(tables.drafts, known=book.phrases, answers=answers)

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        drafts = whole(file, TABLE.required, read, renamed=renamed)
        number = actions.load(drafts, actor=person_of(request))
        messages.success(request, f"{len(drafts)}行を読み、新しいもの・変わったもの{number}件を残しました。")
        return redirect("translation:phrases")

    page = importing.ImportPage((("窓口の言い方", reverse("translation:phrases")),))
    return importing.respond(request, TABLE, lambda found: read(found)[1], take, page)


@permission_required("translation.edit")
def check(request: HttpRequest) -> HttpResponse:
    """Mark a scene in a language as read by a named person."""
    book = TownBook()
    languages = {one.code: one.name for one in LANGUAGES.values()}
    form = CheckForm(request.POST or None, languages=languages, groups=book.groups)

    def keep() -> HttpResponse:
        given = form.cleaned_data
        codes = [one.code for one in book.of_group(given["group"]) if book.translated(one, given["language"])]
        number = actions.check(given["language"], codes, given["checked_by"], actor=person_of(request))
        messages.success(request, f"{number}件に、確認した人の名前を残しました。")
        return redirect(
            f"{reverse('translation:phrases')}?language={given['language']}&group={given['group']}"
        )

    return form_page(request, form, keep, "translation/check.html", {})


def _phrase(book: TownBook, code: str) -> Phrase:
    found = book.phrases.get(code)
    if found is None:
        raise Http404
    return found
