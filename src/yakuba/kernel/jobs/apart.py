"""One thing among many in a chore: what goes wrong with it is logged, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

log = logging.getLogger("yakuba.jobs")


@contextmanager
def told_apart(what: str) -> Iterator[None]:
    """Log what goes wrong inside, so that a chore for all towns goes on with the next; `what` names the thing without
    personal data. Where the database itself does not answer, the error goes through and ends the chore's turn."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        log.warning("%s was left out", what, exc_info=True)
