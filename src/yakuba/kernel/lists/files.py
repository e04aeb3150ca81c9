"""Tables as a file to take along, for every list alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.downloads import LargeDownload
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Table, write_csv, write_json

MEDIA_TYPES = {
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": ("json", "application/json"),
}
FORMATS = {"xlsx": "Excel", "cp932": "CSV（Shift_JIS）", "utf-8": "CSV（UTF-8）", "json": "JSON"}
MOST_TOLD = 50  # characters that cannot be written


class Lacking(ValueError):
    """Characters that the encoding cannot hold; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"Shift_JISで書けない文字が{len(problems)}か所あります。")
        self.problems = tuple(problems)


def write(
    tables: Iterable[Table],
    name: str,
    form: str,
    *,
    accept: bool = False,
    reduction: Mapping[str, str] = NO_REDUCTION,
) -> LargeDownload:
    """The file `<name>-<today>`, written to the disk row by row. form: a key of FORMATS; all but Excel hold the first
    table alone. accept: a character that Shift_JIS lacks may be reduced by the town's table, or become 〓.

    Raises Lacking, and KeyError for another form.
    """
    if form not in FORMATS:
        raise KeyError(form)
    file, problems = nameless_file(), []
    if form == "xlsx":
        from yakuba.kernel.tables.excel import write_excel  # takes long; only this needs it

        write_excel(tables, file)
    elif form == "json":
        write_json(next(iter(tables)), file)
    else:
        problems = write_csv(next(iter(tables)), file, form, reduction)
    if problems and not accept:
        raise Lacking(problems)
    file.seek(0)
    suffix, media_type = MEDIA_TYPES.get(form, ("csv", "text/csv"))
    return LargeDownload(f"{name}-{timezone.localdate():%Y%m%d}.{suffix}", media_type, file)


def lacking_page(request: HttpRequest, lacking: Lacking, title: str, back: str) -> HttpResponse:
    """Which characters a CSV in Shift_JIS cannot hold, and what to do. back: the list's address."""
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
