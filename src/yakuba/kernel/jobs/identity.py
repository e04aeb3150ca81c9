"""Which process a worker is, precisely enough that another process can tell whether it still lives."""

from __future__ import annotations

import os
from pathlib import Path

PROC = Path("/proc")


def place() -> str:
    """The machine since its last start, and the process-number space in it; empty where that cannot be told."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text().strip()
        return f"{boot} {os.readlink(PROC / 'self/ns/pid')}"
    except OSError:
        return ""


def started(pid: int) -> int | None:
    """When that process began, in clock ticks since boot; None when there is none (a zombie does not count)."""
    try:
        # The name in parentheses may itself hold spaces and parentheses; the fields follow the last one.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    state, start = fields[0], fields[19]
    return None if state in {"Z", "X"} else int(start)


def is_alive(at: str, pid: int, began: int) -> bool | None:
    """Whether that process lives. None when it cannot be told from here (another machine or container)."""
    if not at or at != place():
        return None
    return started(pid) == began
