"""Processes that end with the one that started them, whatever ended it.

    python -m yakuba.kernel.cli.bound <number of the parent> <program> <arguments …>

becomes the program, bound to that parent: Linux kills it when the parent ends (prctl(2), PR_SET_PDEATHSIG). A killed
program is no loss: the rows are the authority, and what was under way is taken up again.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def bound(command: list[str]) -> list[str]:
    """The command line of the same program, bound to this process (in truth to the thread that starts it)."""
    return [sys.executable, "-m", "yakuba.kernel.cli.bound", str(os.getpid()), *command]


def die_with_parent() -> None:
    """Bind this process to its parent where `multiprocessing` started it; elsewhere nothing."""
    parent = multiprocessing.parent_process()
    if parent is not None and parent.pid is not None:
        bind(parent.pid)


def bind(parent: int) -> None:
    """Bind this process to its parent; it exits where the parent has ended already."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before we could ask
        sys.exit(1)


if __name__ == "__main__":
    bind(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])
