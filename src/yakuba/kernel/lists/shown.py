"""A list as its templates show it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.lists.declared import Cell, Column, Content, DayFilter, Link, Listing, Value, Wanted
from yakuba.kernel.tables.files import FORMATS
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.tables.spreadsheets import Value as FileValue
from yakuba.kernel.ui import wording
from yakuba.kernel.ui.doors import may_open

UNSEEN = "担当の業務の人だけが見られます"
AT_ONCE = 500  # rows that are held while a file is written


@dataclass(frozen=True)
class Line:
    """One line of a cell as a page shows it."""

    cell: Cell
    text: str
    url: str

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing but the text, as of most cells: including a template for each of them took a list most
        of its time."""
        cell = self.cell
        return not (self.url or cell.small or cell.mark or cell.sends or cell.picture or cell.behind)


def lines(content: Content, user: Any) -> list[Line]:
    """What stands in a cell for that person; buttons that lead nowhere for them are left out."""
    found = []
    for cell in seen(content, user):
        url = cell.url if cell.url and may_open(user, cell.url) else ""
        if url or not cell.button:
            found.append(Line(cell, cell.shown or _shown(cell.value), url))
    return found


class Part:
    """Some rows of a list, for the table alone: `rows` are (number, cells), a cell (column, lines)."""

    whole = False

    def __init__(self, listing: Listing, objects: Iterable[Any], user: Any) -> None:
        self.listing, self.objects, self.user = listing, list(objects), user

    @cached_property
    def rows(self) -> list[tuple[Any, list[tuple[Column, list[Line]]]]]:
        """The rows."""
        columns = self.listing.columns
        return [
            (getattr(row, "pk", ""), [(column, lines(column.cell(one), self.user)) for column in columns])
            for row, one in zip(self.objects, self.listing.each(self.objects), strict=True)
        ]

    @property
    def sends(self) -> bool:
        """Whether a row has a button that changes something."""
        every = (line for _, cells_ in self.rows for _, found in cells_ for line in found)
        return any(line.cell.sends for line in every)

    @property
    def headings(self) -> list[dict[str, Any]]:
        """The columns' heads."""
        return [{"column": column} for column in self.listing.columns]


class Shown(Part):
    """The whole list, a page of it at a time."""

    whole = True

    def __init__(self, request: HttpRequest, listing: Listing, wanted: Wanted) -> None:
        self.wanted, self.given = wanted, request.GET
        self.listed = listing.listed(wanted)
        self.page: Page[Any] = Paginator(self.listed, listing.page_size).get_page(request.GET.get("page"))
        found = self.page.object_list
        if isinstance(found, QuerySet):
            # Only these rows are read whole, and nothing is looked for a second time.
            order = {pk: at for at, pk in enumerate(found.values_list("pk", flat=True))}
            whole = listing.rows().filter(pk__in=order)  # type: ignore[union-attr]
            found = sorted(whole, key=lambda row: order[row.pk])
        super().__init__(listing, found, request.user)
        self.checked = "checked" in request.GET
        self.bulk = [
            (number, one, list(one.asks.items()))
            for number, one in enumerate(listing.bulk)
            if allowed(request.user, one.needs)
        ]
        self.query = urlencode(wanted.parameters())
        self.export = reverse(listing.export) if listing.export else request.path
        self.may_export = may_open(request.user, self.export) and (
            not listing.taken or allowed(request.user, listing.taken)
        )

    @cached_property
    def forms(self) -> tuple[list[tuple[str, str]], str]:
        """The forms in which the list can be taken along, with their labels, and what is said of the others."""
        had, note = self.listing.forms(self.listed)
        return [(code, label) for code, label in FORMATS.items() if code in had], note

    @property
    def headings(self) -> list[dict[str, Any]]:
        """The columns' heads; each sorts by its column, and the other way when it does already."""
        told = []
        for column in self.listing.columns:
            ways = {column.key: "ascending", f"-{column.key}": "descending"}
            now = ways.get(self.wanted.sort, "none")
            other = f"-{column.key}" if now == "ascending" else column.key
            told.append(
                {"column": column, "now": now, "query": urlencode(self.wanted.parameters(sort=other))}
            )
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
        usual = [] if self.listing.sort or not ways else [("", "いつもの順")]
        return [(value, label, value == self.wanted.sort) for value, label in usual + ways]

    @property
    def filters(self) -> list[dict[str, Any]]:
        """The filters with their options and what is chosen, or typed and no day."""
        told = []
        for one in self.listing.filters:
            value = self.wanted.chosen.get(one.key, "")
            if isinstance(one, DayFilter):
                typed = value or self.given.get(one.key, "").strip()
                told.append(
                    {
                        "filter": one,
                        "day": True,
                        "value": typed,
                        "problem": one.problem(typed) if typed else "",
                    }
                )
                continue
            options = dict(one.options())
            if value and value not in options:
                options[value] = one.label_of(value)
            told.append({"filter": one, "options": options.items(), "value": value})
        return told

    @property
    def narrows(self) -> bool:
        """Whether there is something to narrow or to sort."""
        some = bool(self.objects) or self.wanted.narrowed
        return some and bool(self.listing.search or self.listing.filters or self.sorts)

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """(words, query without it) of everything that narrows."""
        found = [("text", f"「{self.wanted.text}」を含む")] if self.wanted.text else []
        for one in self.listing.filters:
            if value := self.wanted.chosen.get(one.key):
                found.append((one.key, f"{one.label}：{one.label_of(value)}"))
        return [(words, urlencode(self.wanted.parameters(without=key))) for key, words in found]

    @property
    def unnarrowed(self) -> str:
        """The query of all rows, in the order that is chosen."""
        return urlencode(Wanted(sort=self.wanted.sort).parameters())

    @property
    def trail(self) -> list[Link]:
        """The way here; what the person may not open has no address."""
        return [
            (label, str(url) if may_open(self.user, str(url)) else "") for label, url in self.listing.trail
        ]

    @property
    def actions(self) -> list[Link]:
        """The buttons that the person may press, less the one that an empty list shows in its middle."""
        empty = not self.objects and not self.wanted.narrowed
        twice = self.nothing[1] if empty else ""
        links = [(label, str(url)) for label, url in self.listing.actions]
        return [(label, url) for label, url in links if url != twice and may_open(self.user, url)]

    @property
    def nothing(self) -> Link:
        """The one thing to do with an empty list, without an address for who may not."""
        label, url = self.listing.nothing.action or ("", "")
        return label, str(url) if url and may_open(self.user, str(url)) else ""


def seen(content: Content, user: Any) -> list[Cell]:
    """The cells as that person may see them."""
    return [
        one if not one.needs or allowed(user, one.needs) else Cell(UNSEEN, small=one.small, behind=one.behind)
        for one in cells(content)
    ]


def table(listing: Listing, wanted: Wanted, user: Any) -> Table:
    """What the list shows that person, all of it, as a table for a file; its rows are made while they are written."""
    columns = [one for one in listing.columns if one.filed]
    rows = (
        [_together([cell for cell in seen(column.cell(one), user) if not cell.button]) for column in columns]
        for part in parts(listing.listed(wanted))
        for one in listing.each(part)
    )
    return Table(listing.title[:31], [column.label for column in columns], rows)


def parts(rows: Any) -> Iterator[Sequence[Any]]:
    """The rows, a few hundred at a time, so that no more of them are held."""
    every = rows.iterator(chunk_size=AT_ONCE) if hasattr(rows, "iterator") else iter(rows)
    while part := [one for _, one in zip(range(AT_ONCE), every, strict=False)]:
        yield part


def cells(content: Content) -> Sequence[Cell]:
    """The lines of a cell."""
    if isinstance(content, Cell):
        return [content]
    if content is None or isinstance(content, str | int | float | date):
        return [Cell(content)]
    return content


def name_of(listing: Listing, one: Any, user: Any) -> str:
    """What a row is called to that person: its first cell."""
    return str(_together(seen(listing.columns[0].cell(one), user)))


def _together(lines_: Sequence[Cell]) -> FileValue:
    """One cell of a file: a number stays one."""
    if len(lines_) == 1 and isinstance(lines_[0].value, int | float):
        return lines_[0].value
    return "、".join(_written(cell.value) for cell in lines_ if cell.value not in ("", None))


def _shown(value: Value) -> str:
    return wording.grouped(value) if isinstance(value, int | float) else _written(value) or wording.NOTHING


def _written(value: Value) -> str:
    if isinstance(value, datetime):
        return wording.wareki(timezone.localtime(value), weekday=False, time=True)
    if isinstance(value, date):
        return wording.wareki(value, weekday=False)
    return "" if value is None else str(value)
