"""Two people write the same at once: the database takes one, and the other is told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction

from yakuba.kernel.refusals import Conflict


@contextmanager
def once(told: str) -> Iterator[None]:
    """Raises Conflict with `told` where the database has one of these already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict(told) from None
