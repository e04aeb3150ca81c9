"""Tables as a file to take along, for every list alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.definitions import Problem
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.tables.spreadsheets import NO_REDUCTION, Table, to_csv, to_json

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"xlsx": "Excel", "cp932": "CSV（Shift_JIS）", "utf-8": "CSV（UTF-8）", "json": "JSON"}
MOST_TOLD = 50  # characters that cannot be written


class Lacking(ValueError):
    """Characters that the encoding cannot hold; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"Shift_JISで書けない文字が{len(problems)}か所あります。")
        self.problems = tuple(problems)


def write(
    tables: Sequence[Table],
    name: str,
    form: str,
    *,
    accept: bool = False,
    reduction: Mapping[str, str] = NO_REDUCTION,
) -> Download:
    """The file `<name>-<today>`. form: a key of FORMATS; all but Excel hold the first table alone. accept: a character
    that Shift_JIS lacks may be reduced by the town's table, or become 〓.

    Raises Lacking, and KeyError for another form.
    """
    name = f"{name}-{timezone.localdate():%Y%m%d}"
    if form == "xlsx":
        from yakuba.kernel.tables.excel import to_excel  # takes long; only this needs it

        return Download(f"{name}.xlsx", EXCEL, to_excel(tables))
    if form == "json":
        return Download(f"{name}.json", "application/json", to_json(tables[0]))
    if form not in FORMATS:
        raise KeyError(form)
    content, problems = to_csv(tables[0], form, reduction)
    if problems and not accept:
        raise Lacking(problems)
    return Download(f"{name}.csv", "text/csv", content)


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
