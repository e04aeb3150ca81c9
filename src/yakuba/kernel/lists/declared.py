"""How a list is declared: its columns, what narrows it, and what can be done with several rows at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from yakuba.kernel.ui import wording

Value = str | int | date | datetime | None
LONGEST_TEXT = 100


@dataclass(frozen=True)
class Cell:
    """One line of a cell. value: what a file holds; shown: how a page says it, where that is not the value in the
    house's way. url: where it leads, a link only for who may open it; about: what a screen reader adds to the link's
    words. mark: a kind of status (`ui/status.html`); small: set below as a remark; button: for pages alone, and left
    out for who may not open it; picture: address of a small picture that stands in front."""

    value: Value = ""
    shown: str = ""
    url: str = ""
    about: str = ""
    mark: str = ""
    small: bool = False
    button: bool = False
    picture: str = ""


Content = Cell | Value | Sequence[Cell]


def ago(moment: datetime) -> Cell:
    """How long ago it was; a file holds the moment."""
    return Cell(moment, shown=wording.ago((timezone.now() - moment).total_seconds()))


def status(kind: str, label: str) -> Cell:
    """A word with its mark."""
    return Cell(label, mark=kind)


@dataclass(frozen=True)
class Column:
    """A column. cell: what of a row stands there; sort: the database's columns by which it sorts, empty for a column
    that does not."""

    key: str
    label: str
    cell: Callable[[Any], Content]
    sort: tuple[str, ...] = ()
    number: bool = False


@dataclass(frozen=True)
class Filter:
    """One of several values that narrows the list. options: (value, label); other: the label of a value that a link may
    ask for though the options leave it out, empty for none. remembered: whether the next visit narrows by it too."""

    key: str
    label: str
    options: Callable[[], Iterable[tuple[str, str]]]
    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]
    other: Callable[[str], str] = lambda value: ""
    remembered: bool = True

    def label_of(self, value: str) -> str:
        """How a value is called; empty for one that does not exist."""
        return dict(self.options()).get(value) or self.other(value) if value else ""


@dataclass(frozen=True)
class Search:
    """Words that narrow the list. event: the audit event of who looks for a value, without the value; also: another
    name of the parameter."""

    narrow: Callable[[QuerySet[Any], str], QuerySet[Any]]
    label: str = "さがす"
    help: str = ""
    event: str = ""
    also: str = "text"


@dataclass(frozen=True)
class Bulk:
    """One operation over every row that a person selects. argument: which of its fields is the row's number; asks: the
    other fields that are asked once for all, with their labels."""

    label: str
    operation: Callable[..., Any]
    argument: str
    asks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Nothing:
    """What stands where the list is empty, and the one thing to do then (the name of an address)."""

    title: str
    text: str = ""
    label: str = ""
    url_name: str = ""


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

    def parameters(self) -> dict[str, str]:
        """What of it stands in an address."""
        every = {"text": self.text, **self.chosen, "sort": self.sort}
        return {key: value for key, value in every.items() if value}


@dataclass(frozen=True)
class Listing:
    """A list. name: `<room>.<list>`, under which a person's choice is remembered; row: what one row is, in Japanese.
    rows: all that it can show. sort: the column by which it sorts at first; empty for the order of `rows`. each: makes of the rows of a page what `cell` is
    given, where that is more than a row. export: the address that writes its files, where that is not its own page."""

    name: str
    title: str
    row: str
    columns: tuple[Column, ...]
    rows: Callable[[], QuerySet[Any]]
    nothing: Nothing
    search: Search | None = None
    filters: tuple[Filter, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    sort: str = ""
    each: Callable[[Sequence[Any]], Sequence[Any]] = lambda rows: rows
    export: str = ""
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
        usual = sort == self.sort or sort.removeprefix("-") not in sorts
        return Wanted(text.strip()[:LONGEST_TEXT], known, "" if usual else sort)

    def listed(self, wanted: Wanted) -> QuerySet[Any]:
        """The rows, narrowed and sorted; what has no value in the sorted column stands last either way."""
        rows = self.rows()
        for one in self.filters:
            if value := wanted.chosen.get(one.key):
                rows = one.narrow(rows, value)
        if wanted.text and self.search:
            rows = self.search.narrow(rows, wanted.text)
        sort = wanted.sort or self.sort
        columns = next((one.sort for one in self.columns if one.key == sort.removeprefix("-")), ())
        if not columns:
            return rows
        down = sort.startswith("-")
        order = [F(one).desc(nulls_last=True) if down else F(one).asc(nulls_last=True) for one in columns]
        return rows.order_by(*order)
