"""How a list is declared: its columns, what narrows it, and what can be done with several rows at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import attrgetter
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.utils import timezone

from yakuba.kernel.refusals import attempt
from yakuba.kernel.tables.files import FORMATS
from yakuba.kernel.ui import wording
from yakuba.kernel.values import ValueRefused, calendar

Value = str | int | float | date | datetime | None
Rows = QuerySet[Any] | Sequence[Any]
Link = tuple[str, Any]  # label and address; shown only to who may open it
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Cell:
    """One line of a cell. value: what a file holds; shown: how a page says it, where that is not the value in the
    house's way. url: where it leads, a link only for who may open it; about: what a screen reader adds to the link's
    words. mark: a kind of status (`ui/status.html`); small: set below as a remark; behind: what unfolds below it.
    picture: address of a small picture that stands in front. button: for pages alone, and left out for who may not
    open it; sends: the button changes something, its address takes a POST. needs: the permission without which only stands
    there that there is something."""

    value: Value = ""
    shown: str = ""
    url: str = ""
    about: str = ""
    mark: str = ""
    small: bool = False
    behind: str = ""
    picture: str = ""
    button: bool = False
    sends: bool = False
    needs: str = ""


Content = Cell | Value | Sequence[Cell]


def ago(moment: datetime) -> Cell:
    """How long ago it was; a file holds the moment."""
    return Cell(moment, shown=wording.ago((timezone.now() - moment).total_seconds()))


def status(kind: str, label: str) -> Cell:
    """A word with its mark."""
    return Cell(label, mark=kind)


def shortened(text: str, longest: int) -> Cell:
    """A page shows at most that many characters of it; a file has all."""
    return Cell(text, shown=text if len(text) <= longest else f"{text[: longest - 1]}…")


@dataclass(frozen=True)
class Column:
    """A column. cell: what of a row stands there; sort: the fields of a row by which it sorts, empty for a column
    that does not. filed: whether a file has it."""

    key: str
    label: str
    cell: Callable[[Any], Content]
    sort: tuple[str, ...] = ()
    number: bool = False
    filed: bool = True


@dataclass(frozen=True)
class Filter:
    """One of several values that narrows the list. options: (value, label); narrow: which rows have a value, where it
    does not simply stand in their field `key`; other: the label of a value that a link may ask for though the options
    leave it out, empty for none."""

    key: str
    label: str
    options: Callable[[], Iterable[tuple[str, str]]]
    narrow: Callable[[Any, str], Rows] | None = None
    other: Callable[[str], str] = lambda value: ""

    def narrowed(self, rows: Any, value: str) -> Rows:
        """The rows that the value leaves."""
        kept: Rows = self.narrow(rows, value) if self.narrow else rows.filter(**{self.key: value})
        return kept

    def label_of(self, value: str) -> str:
        """How a value is called; empty for one that does not exist."""
        return dict(self.options()).get(value) or self.other(value) if value else ""


@dataclass(frozen=True)
class DayFilter:
    """A day that is typed, as staff write days. said: what it does, with `{}` for the day: 「{}から」."""

    key: str
    label: str
    said: str
    by: Callable[[Any, date], Rows]
    options: None = None

    def label_of(self, value: str) -> str:
        """What it does; empty for what is no day."""
        with suppress(ValueRefused):
            return self.said.format(wording.wareki(calendar.read_date(value), weekday=False))
        return ""

    def problem(self, value: str) -> str:
        """What is wrong with what was typed; empty where nothing is."""
        return str(attempt(calendar.read_date, value)[1] or "")

    def narrowed(self, rows: Rows, value: str) -> Rows:
        """The rows that the day leaves."""
        return self.by(rows, calendar.read_date(value))


@dataclass(frozen=True)
class Search:
    """Words that narrow the list. event: the audit event of who looks for a value, without the value; also: another
    name of the parameter."""

    narrow: Callable[[Any, str], Rows]
    label: str = "さがす"
    help: str = ""
    event: str = ""
    also: str = "text"


@dataclass(frozen=True)
class Bulk:
    """One operation over every row that a person selects. operation: `(actor, **{argument: number of the row})`, one of
    `kernel.operations` or, with its permission, any other; asks: its other fields, asked once for all, with labels."""

    label: str
    operation: Callable[..., Any]
    argument: str
    asks: Mapping[str, str] = field(default_factory=dict)
    permission: str = ""

    @property
    def needs(self) -> str:
        """The permission that it asks for."""
        return self.permission or str(self.operation.permission)  # type: ignore[attr-defined]  # of an Operation


@dataclass(frozen=True)
class Nothing:
    """What stands where the list is empty, and the one thing to do then."""

    title: str
    text: str = ""
    action: Link | None = None


@dataclass(frozen=True)
class Wanted:
    """What a person wants to see; what is empty narrows nothing. sort: a column's key, with - for downwards."""

    text: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out of the list."""
        return bool(self.text or self.chosen)

    def parameters(self, without: str = "", **other: str) -> dict[str, str]:
        """What of it stands in an address; the order always does, so that the address says all."""
        every = {"text": self.text, **self.chosen} | {"sort": self.sort} | other
        return {key: value for key, value in every.items() if key == "sort" or (value and key != without)}


@dataclass(frozen=True)
class Listing:
    """A list.

    name: `<room>.<list>`, under which a person's choice is remembered; row: what one row is, in Japanese.
    rows: all that it can show, of the active municipality; a query where there is `bulk`. sort: the column by which it sorts at first, with - for
    downwards; empty for the order of `rows`. each: makes of the rows of a page what `cell` is given, where that is
    more than a row; a prefetched field comes along by itself.
    lead, trail, actions: the sentence, the way here and the buttons at the top of the page.
    export: the address that writes its files, where that is not its own page; taken: the permission to take them;
    forms: those of `tables.files.FORMATS` that what is listed can be taken in, and what is said of the others.
    remembered: whether the next visit begins as the last one ended; not for a list within something, such as a run.
    """

    name: str
    title: str
    row: str
    columns: tuple[Column, ...]
    rows: Callable[[], Rows]
    nothing: Nothing
    search: Search | None = None
    filters: tuple[Filter | DayFilter, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    sort: str = ""
    each: Callable[[Sequence[Any]], Sequence[Any]] = lambda rows: rows
    lead: str = ""
    trail: tuple[Link, ...] = ()
    actions: tuple[Link, ...] = ()
    export: str = ""
    taken: str = ""
    forms: Callable[[Rows], tuple[Collection[str], str]] = lambda rows: (FORMATS, "")
    remembered: bool = True
    page_size: int = 50

    @property
    def parameters(self) -> set[str]:
        """The names of what narrows and sorts, in an address."""
        searched = {"text", self.search.also} if self.search else set()
        return {"sort", *searched, *(one.key for one in self.filters)}

    def wanted(self, given: Mapping[str, str]) -> Wanted:
        """From a query; what is not known there is left out."""
        text = (given.get("text") or given.get(self.search.also) or "") if self.search else ""
        asked = {one.key: given.get(one.key, "").strip() for one in self.filters}
        known = {one.key: asked[one.key] for one in self.filters if one.label_of(asked[one.key])}
        sort = given.get("sort", "").strip()
        sorts = {one.key for one in self.columns if one.sort}
        known_sort = sort.removeprefix("-") in sorts
        return Wanted(text.strip()[:LONGEST_TEXT], known, sort if known_sort else self.sort)

    def listed(self, wanted: Wanted) -> Rows:
        """The rows, narrowed and sorted; what has no value in the sorted column stands last either way."""
        rows = self.rows()
        for one in self.filters:
            if value := wanted.chosen.get(one.key):
                rows = one.narrowed(rows, value)
        if wanted.text and self.search:
            rows = self.search.narrow(rows, wanted.text)
        sort = wanted.sort or self.sort
        fields = next((one.sort for one in self.columns if one.key == sort.removeprefix("-")), ())
        return _sorted(rows, fields, down=sort.startswith("-")) if fields else rows


def _sorted(rows: Rows, fields: Sequence[str], *, down: bool) -> Rows:
    if isinstance(rows, QuerySet):
        return rows.order_by(*(_order(rows, one, down=down) for one in (*fields, "pk")))
    for name in reversed(fields):
        rows = sorted(rows, key=_none_last(attrgetter(name), down), reverse=down)
    return rows


def _order(rows: QuerySet[Any], name: str, *, down: bool) -> OrderBy:
    """Where a column always has a value that is not said, and an index on it can be used."""
    own = {field.name: field for field in rows.model._meta.concrete_fields}
    always = name == "pk" or (name in own and not own[name].null)
    last = None if always else True
    return F(name).desc(nulls_last=last) if down else F(name).asc(nulls_last=last)


def _none_last(value: Callable[[Any], Any], down: bool) -> Callable[[Any], tuple[bool, Any]]:
    return lambda row: ((value(row) is None) != down, value(row))
