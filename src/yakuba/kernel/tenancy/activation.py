"""Which municipality the running code works for. There is none until somebody says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yakuba.kernel.tenancy.municipality import Municipality

_active: ContextVar[Municipality | None] = ContextVar("active_municipality", default=None)


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
    token = _active.set(municipality)
    try:
        yield municipality
    finally:
        _active.reset(token)
