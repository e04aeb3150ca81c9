"""Tables as a file to take along, for every list alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.files.downloads import Download
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables import files
from yakuba.kernel.tables.files import Lacking
from yakuba.kernel.tables.reducing import of_town
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Table

MOST_TOLD = 50  # characters that cannot be written


def write(
    tables: Iterable[Table],
    name: str,
    form: str,
    *,
    accept: bool = False,
) -> Download:
    """The file `<name>-<today>`, written to the disk as `tables.files.write` does, in Shift_JIS by the town's table of
    reduced characters. Raises Lacking, and Invalid for another form, which only a changed address can ask for."""
    if form not in files.FORMATS:
        raise Invalid(f"ファイルの形式は {'、'.join(files.FORMATS)} から選んでください。")
    reduction = of_town() if form == "cp932" else NO_REDUCTION
    file = files.written(tables, form, accept=accept, reduction=reduction)
    suffix = form if form in ("xlsx", "json") else "csv"
    return Download(f"{name}-{timezone.localdate():%Y%m%d}.{suffix}", files.MEDIA_TYPES[form], file)


def file_page(
    request: HttpRequest, made: Callable[[], Download], title: str, back: str = ""
) -> HttpResponseBase:
    """The file to take along; where Shift_JIS would lose characters of it, the page that says which and what to do. title and
    back: what the file is of, and its page (without any, this address)."""
    try:
        return made().answer()
    except Lacking as lacking:
        return _lacking(request, lacking, title, back or request.path)


def _lacking(request: HttpRequest, lacking: Lacking, title: str, back: str) -> HttpResponse:
    query = request.GET.copy()
    query.pop("form", None)
    context = {
        "problems": lacking.problems[:MOST_TOLD],
        "count": len(lacking.problems),
        "untold": max(0, len(lacking.problems) - MOST_TOLD),
        "query": query.urlencode(),
        "list_title": title,
        "back": back,
    }
    return render(request, "lists/lacking.html", context, status=422)
