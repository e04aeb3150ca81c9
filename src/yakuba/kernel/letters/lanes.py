"""Several presses at work, each in a process of its own: laying out keeps one core busy and no more.

A process ends when its pipe closes, so nothing is left behind however the one that started it ends.
"""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from multiprocessing import connection, get_context
from typing import Any

from yakuba.kernel.letters.letter import Layout, Marked
from yakuba.kernel.letters.press import Part, PdfUnavailable, Press

MOST = 4  # processes: each holds the pages of a part, some 320 MB
SELDOM = 50_000  # new objects between looks for circles of garbage; with Python's own 700 a page takes a quarter longer

Letters = Sequence[Marked]
Pipe = Any  # multiprocessing's Connection, whose class differs by system


def printed(
    parts: Sequence[Letters], layout: Layout, told: Callable[[int], None]
) -> Generator[tuple[int, Part]]:
    """Each part's number, from 0, and its pages, as soon as they are ready. told(letters done) may raise to stop. Raises
    PdfUnavailable, and EOFError when a process dies."""
    waiting = list(enumerate(parts))[::-1]
    done = dict.fromkeys(range(len(parts)), 0)
    at_work: dict[Pipe, int] = {}
    with ExitStack() as open_pipes:
        count = min(_cores(), MOST, len(parts))
        for pipe in [open_pipes.enter_context(_process(layout)) for _ in range(count)]:
            _hand_out(pipe, waiting, at_work)
        while at_work:
            for pipe in _heard(at_work):
                said = pipe.recv()
                if isinstance(said, Exception):
                    raise said
                number = at_work[pipe]
                if isinstance(said, int):
                    done[number] = said
                else:
                    done[number] = len(parts[number])
                    _hand_out(pipe, waiting, at_work)
                    yield number, said
                told(sum(done.values()))


def _hand_out(pipe: Pipe, waiting: list[tuple[int, Letters]], at_work: dict[Pipe, int]) -> None:
    """The next part goes to this process, or it has nothing to do any more."""
    at_work.pop(pipe, None)
    if waiting:
        number, part = waiting.pop()
        at_work[pipe] = number
        pipe.send(part)


def _heard(pipes: Iterable[Pipe]) -> Any:
    """Those who have something to say; waits until somebody has."""
    return connection.wait(list(pipes))


def _cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def _process(layout: Layout) -> Iterator[Pipe]:
    """A process that waits for parts; the end of its pipe."""
    context = get_context("spawn")  # a forked child would share the database's connection
    mine, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, layout), daemon=True)
    process.start()
    theirs.close()
    try:
        yield mine
    finally:
        mine.close()
        process.terminate()
        process.join()


def _work(pipe: Pipe, layout: Layout) -> None:
    """In the process: print what comes, until nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends its children
    gc.set_threshold(SELDOM)
    import django

    django.setup()  # for the template
    try:
        press = Press(layout)
        while True:
            pipe.send(press.printed(pipe.recv(), pipe.send))
            gc.collect()  # a part's pages are many circles
    except PdfUnavailable as error:
        pipe.send(error)
    except (EOFError, OSError):
        return
