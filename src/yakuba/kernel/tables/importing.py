"""The pages on which a table file is looked at and taken over, for every kind of table alike.

Upload, which column is which, the first rows with what is wrong in them, take over. A room says which columns it knows,
what it checks in a row, and what taking over does:

    APPLICATIONS = TableKind("nursery.applications", "申込", COLUMNS)
    def load(request, round_id): return respond(request, APPLICATIONS, check, take, ImportPage(…))

Between the steps the file lies encrypted with the town's others.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, BinaryIO

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from yakuba.kernel.accounts import person_of
from yakuba.kernel.definitions import Problem
from yakuba.kernel.files import storage
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.columns import Column, guessed, renaming
from yakuba.kernel.tables.models import WaitingTable
from yakuba.kernel.tables.reading import Row, headings_in, rows
from yakuba.kernel.tables.remembering import remember, remembered

SHOWN = 20  # rows
MOST_TOLD = 200  # problems
FORGOTTEN_AFTER = timedelta(days=1)
PREFIX = "column-"

Check = Callable[[Iterable[Row]], list[Problem]]
Take = Callable[[BinaryIO, Mapping[str, str]], HttpResponse]


@dataclass(frozen=True)
class TableKind:
    """A kind of table. name: `<room>.<table>`, under which a town's choice is remembered; label: what its rows are, in
    Japanese; others: what becomes of columns that are none of these; largest: bytes of a file sent to the page."""

    name: str
    label: str
    columns: tuple[Column, ...]
    others: str = "取り込みません"
    largest: int = 20_000_000

    @property
    def required(self) -> list[str]:
        """The columns without which nothing can be read."""
        return [one.name for one in self.columns if one.required]


@dataclass(frozen=True)
class ImportPage:
    """Where the page stands: the pages above it as (label, address), the last of which is where 「やめる」 leads. extra: what
    else is asked when the table is taken; `take` finds it in the request."""

    above: Sequence[tuple[str, str]]
    lead: str = ""
    extra: forms.Form | None = None


class TableFileForm(forms.Form):
    """A table."""

    file = forms.FileField(
        label="表のファイル",
        help_text="CSV（Shift_JISでもUTF-8でも）か、Excel（xlsx）。コンマのほか、タブで区切った表も読めます。",
    )

    def __init__(self, *args: Any, largest: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._largest = largest

    def clean_file(self) -> Any:
        """The upload. Whether it is a table is told on the next page."""
        file = self.cleaned_data["file"]
        if file.size > self._largest:
            most = self._largest // 1_000_000
            raise forms.ValidationError(
                f"ファイルが大きすぎます（{most}MBまで）。表のファイルか確かめてください。"
            )
        return file


def respond(
    request: HttpRequest, kind: TableKind, check: Check, take: Take, page: ImportPage
) -> HttpResponse:
    """Answer all steps at one address, whose guard is the room's.

    check: rows as the reader gets them → what is wrong in them, by line. take: `(file, renamed)` → the answer; it reads
    by `reading.rows(file, …, renamed=renamed)`, and the file is gone afterwards. What it refuses is told on this page.
    """
    asked = request.POST.get("table") or request.GET.get("table")
    if not asked:
        return _upload(request, kind, page)
    waiting = get_object_or_404(WaitingTable, pk=_number(asked), kind=kind.name, person=person_of(request))
    file = io.BytesIO(storage.content_of(waiting.file))
    problems: list[Problem] = []
    headings = headings_in(file, [name for one in kind.columns for name in one.names], problems)
    chosen = _chosen(request, kind, headings)
    lacking = [name for name in kind.required if not chosen.get(name)]
    refusal: Refused | None = None
    if request.method == "POST" and "take" in request.POST and not lacking and not problems:
        remember(kind.name, _worth_remembering(kind, headings, chosen), actor=person_of(request))
        file.seek(0)
        try:
            answer = take(file, renaming(headings, kind.columns, _without_empty(chosen)))
        except Refused as error:  # here, where the file and all that is wrong with it can be seen
            refusal = error
        else:
            _forget(waiting)
            return answer
    seen = _Seen(waiting, file, headings, chosen, lacking, problems, refusal)
    return _preview(request, kind, check, page, seen)


def _upload(request: HttpRequest, kind: TableKind, page: ImportPage) -> HttpResponse:
    form = TableFileForm(request.POST or None, request.FILES or None, largest=kind.largest)
    if request.method == "POST" and form.is_valid():
        file, person = form.cleaned_data["file"], person_of(request)
        old = WaitingTable.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER)
        for one in (*old, *WaitingTable.objects.filter(kind=kind.name, person=person)):
            _forget(one)
        stored = storage.store(
            StoredFile.Kind.UPLOAD, file.name, "application/octet-stream", file.read(), actor=person
        )
        waiting = WaitingTable.objects.create(kind=kind.name, file=stored, person=person)
        return redirect(f"{request.path}?table={waiting.pk}")
    context = _context(kind, page) | {"form": form}
    return render(request, "tables/import.html", context, status=422 if form.errors else 200)


def _forget(waiting: WaitingTable) -> None:
    if waiting.pk:
        storage.remove(waiting.file)  # the row goes with it


def _number(text: str) -> Any:
    try:
        return forms.UUIDField().clean(text)
    except forms.ValidationError:
        return None


def _chosen(request: HttpRequest, kind: TableKind, headings: Sequence[str]) -> dict[str, str]:
    """Column → heading, empty for none: as the form says, else as it was chosen before or looks right."""
    if request.method != "POST":
        found = guessed(headings, kind.columns, remembered(kind.name))
        return {one.name: found.get(one.name, "") for one in kind.columns}
    given = {one.name: request.POST.get(f"{PREFIX}{at}", "") for at, one in enumerate(kind.columns)}
    return {name: heading if heading in headings else "" for name, heading in given.items()}


def _worth_remembering(kind: TableKind, headings: Sequence[str], chosen: Mapping[str, str]) -> dict[str, str]:
    """Not that a column is not there, since the next file may have it; but that one was left out."""
    left_out = {one.name for one in kind.columns if set(one.names) & set(headings)}
    return {name: heading for name, heading in chosen.items() if heading or name in left_out}


def _without_empty(chosen: Mapping[str, str]) -> dict[str, str]:
    return {name: heading for name, heading in chosen.items() if heading}


@dataclass
class _Seen:
    """A file as far as it is known. lacking: required columns without a heading; problems: why it has no headings."""

    waiting: WaitingTable
    file: BinaryIO
    headings: Sequence[str]
    chosen: Mapping[str, str]
    lacking: Sequence[str]
    problems: list[Problem]
    refusal: Refused | None

    @property
    def used(self) -> dict[str, str]:
        """Column → heading."""
        return _without_empty(self.chosen)

    @property
    def twice(self) -> list[str]:
        """Headings chosen for two columns."""
        used = list(self.used.values())
        return sorted({heading for heading in used if used.count(heading) > 1})

    def first_rows(self, kind: TableKind, check: Check) -> list[Row]:
        """As the reader gets them, and what is wrong in them."""
        if self.lacking or self.problems or self.twice:
            return []
        told: list[Problem] = []
        renamed = renaming(self.headings, kind.columns, self.used)
        found = list(islice(rows(self.file, kind.required, told, renamed=renamed), SHOWN))
        told += self.refusal.problems if self.refusal else check(found)
        self.problems = sorted(told, key=lambda one: one.line)
        return found


def _preview(
    request: HttpRequest, kind: TableKind, check: Check, page: ImportPage, seen: _Seen
) -> HttpResponse:
    found, used = seen.first_rows(kind, check), seen.used
    by_line: dict[int, list[Problem]] = {row.line: [] for row in found}
    for one in seen.problems:
        by_line.get(one.line, []).append(one)
    others = [one for one in seen.problems if one.line not in by_line]
    headings = [heading for heading in dict.fromkeys(seen.headings) if heading]
    context = _context(kind, page) | {
        "seen": seen,
        "headings": headings,
        "columns": [
            (f"{PREFIX}{at}", one, seen.chosen.get(one.name, "")) for at, one in enumerate(kind.columns)
        ],
        "unused": [heading for heading in headings if heading not in used.values()],
        "shown": list(used),
        "rows": [(row, [(name, row.get(name)) for name in used], by_line[row.line]) for row in found],
        "problems": others[:MOST_TOLD],
        "untold": max(0, len(others) - MOST_TOLD),
    }
    return render(request, "tables/import.html", context, status=200 if found and not seen.refusal else 422)


def _context(kind: TableKind, page: ImportPage) -> dict[str, Any]:
    return {"kind": kind, "page": page, "above": page.above, "back": page.above[-1][1]}
