"""Which municipality the running code works for. There is none until somebody says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yakuba.kernel.tenancy.municipality import Municipality

_active: ContextVar[Municipality | None] = ContextVar("active_municipality", default=None)
_across: ContextVar[str] = ContextVar("every_municipality", default="")
SETTING = "yakuba.municipality"  # of the connection to PostgreSQL: what `shown` says (see `rowsecurity`)
EVERY = "every"  # where somebody works across towns


class NoActiveMunicipality(RuntimeError):
    """A query or a write was tried without, or for another than, the active municipality."""


def current_municipality() -> Municipality:
    """The active municipality. Raises NoActiveMunicipality when there is none."""
    municipality = _active.get()
    if municipality is None:
        raise NoActiveMunicipality("no municipality is active: wrap the call in active_municipality(…)")
    return municipality


def municipality_or_none() -> Municipality | None:
    """The active municipality, or None."""
    return _active.get()


@contextmanager
def active_municipality(municipality: Municipality) -> Iterator[Municipality]:
    """Work for `municipality` inside the block; the one active before comes back afterwards."""
    token, across = _active.set(municipality), _across.set("")
    try:
        yield municipality
    finally:
        _across.reset(across)
        _active.reset(token)


@contextmanager
def every_municipality(reason: str) -> Iterator[None]:
    """Let the database show and take rows of every town inside the block, or inside the function that it decorates.

    What is active stays so: `Model.objects` still asks for the active town, and `active_municipality` inside the block
    closes the database again. A query that is built here and asked behind the block sees one town, or none. Each use is
    listed in `tests/every_municipality.txt`. Raises ValueError without a reason.
    """
    if not reason:
        raise ValueError("say why every municipality's rows are needed")
    token = _across.set(reason)
    try:
        yield
    finally:
        _across.reset(token)


@contextmanager
def no_municipality() -> Iterator[None]:
    """Where a request, a job or a command comes in: inside, no town is active and the database shows none, whatever was so
    outside."""
    token, across = _active.set(None), _across.set("")
    try:
        yield
    finally:
        _across.reset(across)
        _active.reset(token)


def shown() -> str:
    """What the database may show to the running code: the key of one town, EVERY, or nothing at all (empty)."""
    if _across.get():
        return EVERY
    active = _active.get()
    return "" if active is None or active.pk is None else str(int(active.pk))
