"""This side of the rendering process: it is started, listened to, and its CPU seconds are counted for each file."""

from __future__ import annotations

import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

# The CPU seconds of a page and a file are bounded; who says nothing for so long all the same is stuck.
SILENCE_SECONDS = 300
# And who is heard now and then, but never computes, is waited for so long, and for each second that it may compute so long
# besides: with others on the machine.
PATIENCE_SECONDS, WAITED_A_SECOND = 300, 20
MAX_FRAME_BYTES = 400_000_000
PROGRAM = "yakuba.kernel.files.rendering"
_SOURCE = Path(__file__).resolve().parents[3]  # so that the process runs the same program as we do


class Ended(Exception):
    """The process ended, or fell silent, before it had said everything. `began`: it had at least been started."""

    def __init__(self, began: bool) -> None:
        super().__init__(
            "the rendering process ended early" if began else "the rendering process did not start"
        )
        self.began = began


@dataclass(frozen=True)
class Frame:
    """A line of JSON and the bytes that belong to it."""

    head: dict[str, Any]
    body: bytes


class Opening:
    """An open file and the CPU seconds that are left for opening it. `file` has a descriptor and is read from its start."""

    def __init__(self, file: IO[bytes], seconds: float) -> None:
        self._file = file
        self.left = seconds

    def frames(
        self, *arguments: str, program: str = "", kept_open: tuple[int, ...] = ()
    ) -> Generator[Frame, None, None]:
        """Run the process and yield what it tells, as it comes. kept_open: descriptors that it has beside the file. Raises
        Ended."""
        self._file.seek(0)
        seconds = max(1, math.ceil(self.left))
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", program or PROGRAM, str(os.getpid()), str(seconds), *arguments],
                stdin=self._file,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                pass_fds=kept_open,
            )
        except OSError as error:  # no memory, no number left for a process or for what it has open
            raise Ended(False) from error
        assert process.stdout is not None
        try:
            yield from _frames(process.stdout.fileno(), PATIENCE_SECONDS + WAITED_A_SECOND * seconds)
        finally:
            process.stdout.close()
            os.kill(process.pid, signal.SIGKILL)  # it is not reaped yet, so the number is still its own
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            self.left -= usage.ru_utime + usage.ru_stime


def _environment() -> dict[str, str]:
    """Nothing of ours but where the program lies."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": str(_SOURCE),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_DEFAULT_MEMORY_POOL": "system",  # the others reserve more addresses than the limit has
    }


def _frames(descriptor: int, patience: float) -> Iterator[Frame]:
    stream = _Stream(descriptor, patience)
    while True:
        try:
            head = json.loads(stream.line())
            body = stream.exactly(int(head["size"]))
        except (
            ValueError,
            KeyError,
            TypeError,
            OverflowError,
            RecursionError,
        ) as error:  # nonsense: a file has taken it over
            raise Ended(stream.began) from error
        if "end" in head:
            return
        if "ready" in head:
            stream.began = True
        else:
            yield Frame(head, body)


class _Stream:
    """What the process has said and nobody has heard yet."""

    def __init__(self, descriptor: int, patience: float) -> None:
        self._descriptor, self._patience = descriptor, patience  # seconds that it is waited for, all together
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._heard = bytearray()
        self.began = False

    def line(self) -> bytes:
        while (end := self._heard.find(b"\n")) < 0:
            self._listen(1 << 16)
        return self._take(end + 1)

    def exactly(self, size: int) -> bytes:
        if not 0 <= size <= MAX_FRAME_BYTES:
            raise ValueError("a frame of impossible size")
        while len(self._heard) < size:
            self._listen(size)
        return self._take(size)

    def _listen(self, longest: int) -> None:
        begun = time.monotonic()
        if len(self._heard) > longest or not self._poll.poll(SILENCE_SECONDS * 1000):
            raise Ended(self.began)
        self._patience -= self.began and time.monotonic() - begun
        if self._patience < 0:
            raise Ended(self.began)
        block = os.read(self._descriptor, 1 << 20)
        if not block:
            raise Ended(self.began)
        self._heard += block

    def _take(self, size: int) -> bytes:
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken
