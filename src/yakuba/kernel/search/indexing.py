"""Bringing the index to what its sources say: entry by entry as they change, or all of them from the beginning.

Each step is one transaction that holds the shelf, so that several workers and a command may do it at once, and whoever is
killed between two steps leaves an index that is right as far as it goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.registry import resolve, search_source
from yakuba.kernel.search import cutting, postings
from yakuba.kernel.search.entry import Entry
from yakuba.kernel.search.models import Document, Posting, Shelf, Waiting
from yakuba.kernel.tenancy import current_municipality

AT_ONCE = 500  # entries in one transaction
Tell = Callable[[int, int], None]  # done, of how many; 0 where that is not known
_KEPT = ("kind", "permission", "valid_from", "valid_until", "terms", "round")


def quiet(done: int, total: int) -> None:
    """Tell nobody."""


def wanted_version(source: str) -> str:
    """What stands in the index once it is built: the way of cutting, and the source's own version."""
    dotted = search_source(source).version
    own = hashlib.sha256(str(resolve(dotted)()).encode()).hexdigest()[:32] if dotted else ""
    return f"{cutting.VERSION}.{own}"


def shelf_of(source: str) -> Shelf | None:
    """The active town's index of the source, if it has one."""
    row: Shelf | None = Shelf.objects.filter(source=source).first()
    return row


def is_built(source: str) -> bool:
    """Whether everything was put in once, as it is put in now."""
    shelf = shelf_of(source)
    return shelf is not None and shelf.version == wanted_version(source)


@contextmanager
def _held(source: str) -> Iterator[Shelf]:
    """The shelf, for this transaction alone."""
    Shelf.objects.get_or_create(municipality=current_municipality(), source=source)
    with transaction.atomic():
        yield Shelf.objects.select_for_update().get(source=source)


def take_in(source: str, tell: Tell = quiet) -> int:
    """Bring in what was noted as changed; how many notes there were."""
    done = 0
    while True:
        with _held(source) as shelf:
            notes = list(Waiting.objects.filter(source=source).order_by("pk")[:AT_ONCE])
            if not notes:
                return done
            _put(shelf, list(dict.fromkeys(note.key for note in notes)))
            Waiting.objects.filter(pk__in=[note.pk for note in notes]).delete()
        done += len(notes)
        tell(done, 0)


def rebuild(source: str, tell: Tell = quiet, *, empty: bool = False) -> int:
    """Put everything in, from where an unfinished building stopped; how many entries. What is in the index is found
    meanwhile; `empty` throws it away before, which is only needed where it is damaged."""
    version = wanted_version(source)
    with _held(source) as shelf:
        if empty:
            Posting.objects.filter(shelf=shelf).delete()
            Document.objects.filter(shelf=shelf).delete()
        if empty or shelf.building != version:
            shelf.building, shelf.after, shelf.done, shelf.round = version, "", 0, shelf.round + 1
            shelf.save()
        round = shelf.round
    keys = resolve(search_source(source).keys)
    total = sum(1 for _ in keys(""))
    while True:
        with _held(source) as shelf:
            if shelf.building != version or shelf.round != round:
                return int(shelf.done)  # another building has begun, or has ended this one
            part = list(islice(keys(shelf.after), AT_ONCE))
            if not part:
                break
            _put(shelf, part)
            shelf.after, shelf.done = part[-1], shelf.done + len(part)
            shelf.save()
        tell(shelf.done, max(total, shelf.done))
    return _finish(source, version, round)


def _finish(source: str, version: str, round: int) -> int:
    """Take out what the building did not meet."""
    while True:
        with _held(source) as shelf:
            if shelf.building != version or shelf.round != round:
                return int(shelf.done)
            left = list(Document.objects.filter(shelf=shelf, round__lt=round)[:AT_ONCE])
            if not left:
                shelf.version, shelf.building, shelf.after = version, "", ""
                shelf.built_at = timezone.now()
                shelf.save()
                return int(shelf.done)
            _take_out(shelf, left)


def _put(shelf: Shelf, keys: Sequence[str]) -> None:
    """Let the entries of these keys stand in the index as they are now."""
    known = {row.key: row for row in Document.objects.filter(shelf=shelf, key__in=keys)}
    entries: list[Entry] = list(resolve(search_source(shelf.source).entries)(keys))
    before = {key: postings.unpacked(bytes(row.terms)) for key, row in known.items()}
    after = {entry.key: postings.counted(entry.texts) for entry in entries}
    rows = [_row(shelf, entry, postings.packed(after[entry.key]), known.get(entry.key)) for entry in entries]
    Document.objects.bulk_create([row for row in rows if row.pk is None])
    Document.objects.bulk_update([row for row in rows if row.key in known], _KEPT, batch_size=200)
    postings.apply(shelf, [(row.pk, before.get(row.key, {}), after[row.key]) for row in rows])
    _take_out(shelf, [row for key, row in known.items() if key not in after])


def _row(shelf: Shelf, entry: Entry, terms: bytes, known: Any) -> Document:
    row = known or Document(shelf=shelf, key=entry.key)
    row.kind, row.permission, row.terms, row.round = entry.kind, entry.permission, terms, shelf.round
    row.valid_from, row.valid_until = entry.valid_from, entry.valid_until
    return row


def _take_out(shelf: Shelf, rows: Sequence[Document]) -> None:
    postings.apply(shelf, [(row.pk, postings.unpacked(bytes(row.terms)), {}) for row in rows])
    Document.objects.filter(pk__in=[row.pk for row in rows]).delete()


def count(source: str) -> int:
    """How many entries stand in the index."""
    return Document.objects.filter(shelf__source=source).count()


def waiting(source: str) -> int:
    """How many changes are noted and not in the index yet."""
    return Waiting.objects.filter(source=source).count()
