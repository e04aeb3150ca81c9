"""Small transactions against a database that is sometimes locked, busy or restarted for a moment."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

log = logging.getLogger("yakuba.jobs")

Result = TypeVar("Result")

PASSING = (OperationalError, InterfaceError)  # locked, no connection, restarting: another try may succeed
# Seconds between tries. A minute for what must be written, a few seconds for a question.
FOR_WRITING = (0.1, 0.2, 0.5, 1.0, 2.0, *(5.0,) * 12)
FOR_ASKING = (0.1, 0.2, 0.5, 1.0, 2.0)


def persistently(work: Callable[[], Result], pauses: Iterable[float] = FOR_WRITING) -> Result:
    """Do `work`, a whole transaction that may be repeated, and again after each of `pauses` (seconds) while the
    database refuses it for a passing reason. Raises the last refusal, and at once inside a transaction of the
    caller, which cannot go on."""
    for pause in pauses:
        try:
            return work()
        except PASSING as error:
            if connection.in_atomic_block:
                raise
            log.warning("the database refused for the moment (%s); trying again", type(error).__name__)
            connection.close()
            time.sleep(pause)
    return work()
