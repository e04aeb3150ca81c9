"""自治体ごとに違うところ: every place with where it stands, those that are empty first, in one form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.localwords import actions, operations, queries, table
from yakuba.kernel.localwords.slots import LONGEST
from yakuba.kernel.localwords.table import Given
from yakuba.kernel.refusals import Invalid, attempt
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.whole import whole
from yakuba.kernel.ui.doors import may_open

AT_ONCE = 200  # words on a page; a form has no more fields than Django reads
MOST_LINKS = 30  # texts that are named under a word
TABLE = importing.TableKind("localwords.words", "言葉", table.COLUMNS)


@permission_required("localwords.view")
def index(request: HttpRequest) -> HttpResponse:
    """The words."""
    return _shown(request)


@permission_required("localwords.edit")
@require_POST
def set_words(request: HttpRequest) -> HttpResponse:
    """Keep those of the form that were changed in it: what another person has filled meanwhile stays."""
    given = list(_changed(request))
    number, refused = attempt(actions.set_all, given, actor=person_of(request))
    if refused is not None:
        return _shown(request, {(one.room, one.name): one.value for one in given}, str(refused))
    messages.success(
        request,
        f"{number}か所を変えました。公開中のものには、すぐに使われます。"
        if number
        else "変わったところはありません。",
    )
    return redirect(f"{reverse('localwords:index')}?page={_page_number(request)}")


@permission_required("localwords.edit")
def load(request: HttpRequest) -> HttpResponse:
    """Words from a table, looked at before: all of it, or every fault with its line."""
    labels = queries.rooms()

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        words = whole(file, TABLE.required, lambda found: table.read(found, labels), renamed=renamed)
        number = actions.set_all(words, actor=person_of(request))
        messages.success(request, f"{len(words)}か所を読み、{number}か所を変えました。")
        return redirect("localwords:index")

    page = importing.ImportPage((("自治体ごとに違うところ", reverse("localwords:index")),))
    return importing.respond(request, TABLE, lambda found: table.read(found, labels)[1], take, page)


@permission_required("localwords.view")
def export(request: HttpRequest) -> HttpResponseBase:
    """All of it as a file that can be taken over again."""
    return operations.export_local_words(person_of(request)).answer()


def _shown(
    request: HttpRequest, typed: Mapping[tuple[str, str], str] | None = None, fault: str = ""
) -> HttpResponse:
    found = queries.standings()
    page = Paginator(found, AT_ONCE).get_page(request.GET.get("page"))
    kept = typed or {}
    context = {
        "words": [_word(request, one, kept.get((one.room, one.name), one.value)) for one in page],
        "seen": json.dumps([[one.room, one.name, one.value] for one in page], ensure_ascii=False),
        "page": page,
        "lacking": sum(one.lacks for one in found),
        "may_edit": allowed(request.user, "localwords.edit"),
        "longest": LONGEST,
        "fault": fault,
    }
    return render(request, "localwords/words.html", context, status=422 if fault else 200)


def _word(request: HttpRequest, one: queries.Standing, value: str) -> dict[str, Any]:
    """The texts are named to who may open them; to others only how many there are."""
    links = [use for use in one.uses[:MOST_LINKS] if may_open(request.user, use.url)]
    return {"one": one, "field": _field(one.room, one.name), "value": value, "links": links}


def _page_number(request: HttpRequest) -> str:
    number = request.GET.get("page", "1")
    return number if number.isascii() and number.isdecimal() and len(number) < 5 else "1"


def _field(room: str, name: str) -> str:
    return f"word:{room}:{name}"


def _changed(request: HttpRequest) -> Iterator[Given]:
    """What differs from what the form was shown with."""
    try:
        seen = [[str(part) for part in one] for one in json.loads(request.POST.get("seen", "[]"))]
        shown = [(room, name, value) for room, name, value in seen]
    except (ValueError, TypeError, RecursionError):
        raise Invalid("フォームが読めません。画面を開き直して、もう一度書いてください。") from None
    for room, name, value in shown:
        given = request.POST.get(_field(room, name), value)
        if given.strip() != _typed(value):
            yield Given(name, given, room, value)


def _typed(value: str) -> str:
    """As a browser gives it back when nobody has touched it: a field of one line has no line breaks."""
    return value.replace("\r", "").replace("\n", "").strip()
