"""Asking the index: always for the active town, and only what the person may see."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone

from yakuba.kernel.accounts import granted
from yakuba.kernel.registry import SearchSource, resolve, search_source
from yakuba.kernel.search import indexing, ranking
from yakuba.kernel.search.cutting import folded, query_terms
from yakuba.kernel.search.entry import Entry
from yakuba.kernel.search.models import Document, Waiting
from yakuba.kernel.search.snippets import Snippet, snippet
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values import ValueRefused, calendar

LONGEST = 1000  # characters of a question
DEEPEST = 1000  # ranked entries that are looked at
AT_ONCE = 50
NOTES = 200  # changes not indexed yet that are looked at one by one


@dataclass(frozen=True)
class Hit:
    """Something found, how well it answers (0 where it was named or not ranked), and the place in it."""

    entry: Entry
    score: float
    snippet: Snippet


@dataclass(frozen=True)
class Answer:
    """What a source has. more: others were left out; named: the first hit is what the text names exactly; built: the
    index is whole, waiting: so many changes are not in it yet."""

    hits: tuple[Hit, ...] = ()
    more: bool = False
    named: bool = False
    built: bool = True
    waiting: int = 0


def ranked(source: str, text: str, most: int = 100) -> list[tuple[str, float]]:
    """Keys and scores of the entries that answer best and are valid today, whoever may see them: for a room that ranks
    further and asks for permission itself. Raises NoActiveMunicipality."""
    current_municipality()
    return list(_ranked(source, text, most, _valid(timezone.localdate())))


def find(source: str, user: Any, text: str, *, most: int = 20, kind: str = "") -> Answer:
    """What of the source answers `text` and this person may see, the best first.

    Raises NoActiveMunicipality without an active town, LookupError for a source that no manifest has.
    """
    declared, town, text = search_source(source), current_municipality(), text.strip()[:LONGEST]
    rights = granted(user) if getattr(user, "municipality_id", None) == town.pk else frozenset()
    if not text or town.pk != getattr(user, "municipality_id", None) or not may_ask(declared, rights):
        return Answer()
    only_own = declared.permission not in {"", *rights}
    pieces, today = _pieces(text), timezone.localdate()
    named = resolve(declared.named)(text) if declared.named else []
    found: dict[str, tuple[Entry, float]] = {}
    for part in _candidates(declared, text, named, _allowed(rights, kind) & _valid(today)):
        told = resolve(declared.entries)([key for key, _, _ in part])
        # Here, not at the end: behind twenty of the others' there may be one that is the person's own.
        entries = {one.key: one for one in (resolve(declared.own)(user, list(told)) if only_own else told)}
        for key, score, must_hold in part:
            entry = entries.get(key)
            if entry is None or key in found or not _open(entry, rights, kind, today):
                continue
            if not must_hold or _holds(entry, pieces):
                found[key] = (entry, score)
        if len(found) > most:
            break
    shown = [entry for entry, _ in found.values()]
    if declared.asked:
        shown = resolve(declared.asked)(user, text, shown)
    words = set(query_terms(text))
    return Answer(
        tuple(Hit(one, found[one.key][1], snippet(one.texts, words, pieces)) for one in shown[:most]),
        more=len(shown) > most,
        named=bool(named) and bool(shown) and shown[0].key in named,
        built=indexing.is_built(source),
        waiting=indexing.waiting(source),
    )


def may_ask(source: SearchSource, rights: Container[str]) -> bool:
    """Whether who has these rights finds anything of it."""
    return not source.permission or source.permission in rights or source.own_permission in rights


def _candidates(
    source: SearchSource, text: str, named: Sequence[str], seen: Q
) -> Iterator[list[tuple[str, float, bool]]]:
    """Key, score, and whether the entry must hold every word: what was named, what is noted and not in the index yet, and
    what the index says, some at a time."""
    if named:
        yield [(key, 0.0, False) for key in named]
    notes = Waiting.objects.filter(source=source.name).order_by("-pk").values_list("key", flat=True)[:NOTES]
    if keys := list(dict.fromkeys(notes)):
        yield [(key, 0.0, True) for key in keys]
    part: list[tuple[str, float, bool]] = []
    for key, score in _ranked(source.name, text, DEEPEST, seen):
        part.append((key, score, source.whole))
        if len(part) == AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _ranked(source: str, text: str, most: int, seen: Q) -> Iterator[tuple[str, float]]:
    shelf = indexing.shelf_of(source)
    if shelf is None:
        return
    best = ranking.best(shelf, query_terms(text[:LONGEST]), most)
    for start in range(0, len(best), AT_ONCE):
        part = best[start : start + AT_ONCE]
        # By their numbers alone, which come from this shelf: SQLite would rather read the whole shelf.
        rows = Document.objects.filter(seen, pk__in=[number for number, _ in part])
        keys = dict(rows.values_list("pk", "key"))
        yield from ((keys[number], score) for number, score in part if number in keys)


def _allowed(rights: frozenset[str], kind: str) -> Q:
    """What stood there when the entry was indexed; `_open` asks the entry as it is."""
    may = Q(permission__in=["", *rights])
    return may & Q(kind=kind) if kind else may


def _valid(today: date) -> Q:
    begun = Q(valid_from=None) | Q(valid_from__lte=today)
    return begun & (Q(valid_until=None) | Q(valid_until__gte=today))


def _open(entry: Entry, rights: frozenset[str], kind: str, today: date) -> bool:
    return (
        entry.permission in {"", *rights}
        and kind in ("", entry.kind)
        and (entry.valid_from is None or entry.valid_from <= today)
        and (entry.valid_until is None or entry.valid_until >= today)
    )


def _pieces(text: str) -> list[tuple[str, ...]]:
    """The words between blanks, each in the ways in which it may stand: as typed, and a date as ISO 8601. An individual
    number stands nowhere."""
    found = []
    for piece in text.split():
        ways = [folded(piece).replace("*", "")]
        with suppress(ValueRefused):
            ways.append(folded(calendar.read_date(piece).isoformat()))
        found.append(tuple(way for way in ways if way))
    return found


def _holds(entry: Entry, pieces: Iterable[tuple[str, ...]]) -> bool:
    said = "|".join(folded(text.text) for text in entry.texts)
    return all(any(way in said for way in ways) for ways in pieces)
