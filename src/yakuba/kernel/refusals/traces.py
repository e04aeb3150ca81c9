"""What of an error may be kept: where it happened and of what kind it was, never what it says.

A message quotes what the program stumbled over: a value that is no number, the row that a constraint refused. That is
personal data, and rows, logs and pages of technicians are seen by people who may not see the case.
"""

from __future__ import annotations

import errno
import traceback


def without_words(error: BaseException | None) -> str:
    """The traceback of an error and of those that it came of, without their messages. Numbers that say more are kept:
    an operating system's error by its name, a database's by its SQLSTATE."""
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        parts.append("".join([*traceback.format_tb(error.__traceback__), _kind(error)]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n-- came of --\n".join(parts)


def _kind(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    number = getattr(error, "errno", None)
    known = errno.errorcode.get(number, "") if isinstance(number, int) else ""
    state = getattr(error, "sqlstate", None)
    told = known or (state if isinstance(state, str) and len(state) == 5 else "")
    return f"{name} [{told}]" if told else name
