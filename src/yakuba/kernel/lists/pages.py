"""The page of a list: narrowed, sorted, in parts, taken along as a file, and with work over several rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import remembering
from yakuba.kernel.lists.declared import Bulk, Cell, Column, Content, Listing, Value, Wanted
from yakuba.kernel.lists.files import FORMATS, Lacking, lacking_page, write
from yakuba.kernel.refusals import Refused
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tables.spreadsheets import Value as FileValue
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.doors import may_open

MOST_REFUSALS = 5  # told one by one


def respond(
    request: HttpRequest,
    listing: Listing,
    template: str = "lists/page.html",
    beside: Callable[[Wanted], Mapping[str, Any]] = lambda wanted: {},
) -> HttpResponse:
    """What was asked of a list: its page (`list` in the template's context), a file of it, or work over its rows.

    beside: what else the template is given."""
    if request.method == "POST":
        return _bulk(request, listing)
    if "clear" in request.GET:
        remembering.forget(request, listing)
        return redirect(request.path)
    wanted = remembering.wanted(request, listing)
    if form := request.GET.get("form"):
        return _file(request, listing, wanted, form)
    shown = Shown(request, listing, wanted)
    if wanted.text and listing.search and listing.search.event and "text" in request.GET:
        record(listing.search.event, actor=request.user, found=shown.page.paginator.count)
    return render(request, template, {"list": shown, **beside(wanted)})


@dataclass(frozen=True)
class Line:
    """One line of a cell as a page shows it."""

    cell: Cell
    text: str
    url: str


def lines(content: Content, user: Any) -> list[Line]:
    """What stands in a cell for that person; buttons that lead nowhere for them are left out."""
    found = []
    for cell in _cells(content):
        url = cell.url if cell.url and may_open(user, cell.url) else ""
        if url or not cell.button:
            found.append(Line(cell, cell.shown or _shown(cell.value), url))
    return found


class Shown:
    """A list as its template shows it: `rows` are (number, cells), a cell (column, lines)."""

    def __init__(self, request: HttpRequest, listing: Listing, wanted: Wanted | None = None) -> None:
        self.listing, self.wanted = listing, wanted or Wanted()
        self.page: Page[Any] = Paginator(listing.listed(self.wanted), listing.page_size).get_page(
            request.GET.get("page") if wanted else 1
        )
        self.user = request.user
        self.checked = "checked" in request.GET
        self.bulk = [(number, one, list(one.asks.items())) for number, one in enumerate(listing.bulk)]
        self.query = urlencode(self.wanted.parameters())
        self.formats = FORMATS
        self.export = reverse(listing.export) if listing.export else request.path
        self.may_export = may_open(request.user, self.export)

    @property
    def rows(self) -> list[tuple[int, list[tuple[Column, list[Line]]]]]:
        """The rows of this page."""
        objects = list(self.page.object_list)
        return [
            (row.pk, [(column, lines(column.cell(one), self.user)) for column in self.listing.columns])
            for row, one in zip(objects, self.listing.each(objects), strict=True)
        ]

    @property
    def headings(self) -> list[dict[str, Any]]:
        """The columns' heads; each sorts by its column, and the other way when it does already."""
        sort, told = self.wanted.sort or self.listing.sort, []
        for column in self.listing.columns:
            now = {column.key: "ascending", f"-{column.key}": "descending"}.get(sort, "none")
            other = f"-{column.key}" if now == "ascending" else column.key
            query = urlencode(self.wanted.parameters() | {"sort": other})
            told.append({"column": column, "now": now, "query": query})
        return told

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """(value, label, chosen) for the select that sorts where the heads are out of sight."""
        ways = [
            (mark + column.key, f"{column.label}{word}")
            for column in self.listing.columns
            if column.sort
            for mark, word in (("", ""), ("-", "（逆順）"))
        ]
        sort = self.wanted.sort or self.listing.sort
        usual = [] if self.listing.sort or not ways else [("", "いつもの順")]
        return [(value, label, value == sort) for value, label in usual + ways]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The filters with their options and what is chosen."""
        told = []
        for one in self.listing.filters:
            value, options = self.wanted.chosen.get(one.key, ""), dict(one.options())
            if value and value not in options:
                options[value] = one.label_of(value)
            told.append({"filter": one, "options": options.items(), "value": value})
        return told

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """(words, query without it) of everything that narrows."""
        told = self.wanted.parameters()
        found = [("text", f"「{self.wanted.text}」を含む")] if self.wanted.text else []
        for one in self.listing.filters:
            if value := self.wanted.chosen.get(one.key):
                found.append((one.key, one.label_of(value)))
        return [
            (words, urlencode({name: value for name, value in told.items() if name != key}) or "clear=1")
            for key, words in found
        ]

    @property
    def nothing_url(self) -> str:
        """Where the one thing leads that is to be done with an empty list; empty for who may not."""
        name = self.listing.nothing.url_name
        return url if name and may_open(self.user, url := reverse(name)) else ""


def table(listing: Listing, wanted: Wanted) -> Table:
    """What the list shows, all of it, as a table for a file."""
    columns = listing.columns
    objects = list(listing.listed(wanted))
    made = [
        [[c for c in _cells(one.cell(row)) if not c.button] for one in columns]
        for row in listing.each(objects)
    ]
    used = [number for number in range(len(columns)) if not made or any(row[number] for row in made)]
    rows = [[_together(row[number]) for number in used] for row in made]
    return Table(listing.title[:31], [columns[number].label for number in used], rows)


def _file(request: HttpRequest, listing: Listing, wanted: Wanted, form: str) -> HttpResponse:
    if form not in FORMATS:
        raise Http404("この形では書き出せません。")
    taken = table(listing, wanted)
    try:
        file = write([taken], listing.name.replace(".", "-"), form, accept="accept" in request.GET)
    except Lacking as lacking:
        return lacking_page(request, lacking, listing.title, request.path)
    record("lists.exported", actor=request.user, list=listing.name, form=form, rows=len(taken.rows))
    return file.answer()


def _bulk(request: HttpRequest, listing: Listing) -> HttpResponse:
    chosen = request.POST.get("bulk", "")
    if not chosen.isdecimal() or int(chosen) >= len(listing.bulk):
        raise Http404("この操作はありません。")
    work = listing.bulk[int(chosen)]
    numbers = [int(one) for one in request.POST.getlist("row") if one.isascii() and one.isdecimal()]
    rows = list(listing.rows().filter(pk__in=numbers[: listing.page_size]))
    asked = {name: request.POST.get(name, "").strip() for name in work.asks}
    if not rows:
        messages.warning(request, f"「{work.label}」は、表の左で行を選んでから押してください。")
    else:
        _tell(request, work, *_each(request, listing, work, rows, asked))
    return redirect(request.path)


def _each(
    request: HttpRequest, listing: Listing, work: Bulk, rows: Sequence[Any], asked: Mapping[str, str]
) -> tuple[int, list[str]]:
    """Do it to each row by itself: what is refused to one stops no other. → how many, and the refusals."""
    done, refused = 0, []
    for row, one in zip(rows, listing.each(rows), strict=True):
        try:
            work.operation(request.user, **{work.argument: row.pk}, **asked)
            done += 1
        except Refused as error:
            name = _together(_cells(listing.columns[0].cell(one)))
            refused.append(f"{name}：{error}")
    return done, refused


def _tell(request: HttpRequest, work: Bulk, done: int, refused: Sequence[str]) -> None:
    if done:
        messages.success(request, f"「{work.label}」を{done}件に行いました。")
    for sentence in refused[:MOST_REFUSALS]:
        messages.error(request, sentence)
    if len(refused) > MOST_REFUSALS:
        messages.error(request, f"ほか{len(refused) - MOST_REFUSALS}件もできませんでした。")


def _cells(content: Content) -> Sequence[Cell]:
    if isinstance(content, Cell):
        return [content]
    if content is None or isinstance(content, str | int | date):
        return [Cell(content)]
    return content


def _together(cells: Sequence[Cell]) -> FileValue:
    """One cell of a file: a number stays one."""
    if len(cells) == 1 and isinstance(cells[0].value, int):
        return cells[0].value
    return "、".join(_written(cell.value) for cell in cells if cell.value not in ("", None))


def _shown(value: Value) -> str:
    return wording.grouped(value) if isinstance(value, int) else _written(value) or wording.NOTHING


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return wording.wareki(timezone.localtime(value), weekday=False, time=True)
    return (
        wording.wareki(value, weekday=False)
        if isinstance(value, date)
        else str("" if value is None else value)
    )
