"""What a file that has taken its process over would try there, each told as what came of it."""

from __future__ import annotations

import ctypes
import mmap
import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

from yakuba.kernel.files.confinement import MEMORY_BYTES
from yakuba.kernel.files.reader import LARGEST_SCRATCH
from yakuba.kernel.refusals import Invalid, Problem

MOST_SECONDS = 4  # of CPU, more than it is given


def tried(
    file: BinaryIO, host: str, port: int, secret: str, parent: int
) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Each attempt by name: the kind of error, or "done"."""
    attempts: dict[str, Callable[[], object]] = {
        "a connection": lambda: socket.create_connection((host, port), 5),
        "a local socket": lambda: socket.socket(socket.AF_UNIX),
        "a name": lambda: socket.getaddrinfo("example.jp", 80),
        "a program": lambda: subprocess.run(["/bin/true"], check=True),
        "a fork": os.fork,
        "the house's own file": lambda: Path(secret).read_bytes(),
        "a new file": lambda: tempfile.TemporaryFile(dir="/tmp"),  # noqa: SIM115
        "a signal to the house": lambda: os.kill(parent, signal.SIGCONT),
        "the house's memory": lambda: open(f"/proc/{parent}/mem", "rb"),  # noqa: SIM115
        "the house's environment": lambda: Path(f"/proc/{parent}/environ").read_bytes(),
        "io_uring": lambda: _called(425, 8, ctypes.create_string_buffer(240)),
        "ptrace": lambda: _called(101, 16, parent, 0, 0),
    }
    for name, attempt in attempts.items():
        try:
            attempt()
        except OSError as error:
            yield {"attempt": name, "came": type(error).__name__}, b""
        else:
            yield {"attempt": name, "came": "done"}, b""


def _called(number: int, *arguments: Any) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def ordinary(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """What honest readers do: threads, room on the disk, and the file itself."""
    with tempfile.TemporaryFile() as room:
        room.write(b"x" * 1000)
        room.seek(0)
        thread = threading.Thread(target=lambda: None)
        thread.start()
        thread.join()
        yield {"room": len(room.read())}, file.read()


def too_much(file: BinaryIO, of: str) -> Iterator[tuple[dict[str, Any], bytes]]:
    """More memory, time, or room on the disk than there may be; where nobody minds, it comes to an end all the same."""
    with tempfile.TemporaryFile() as room:
        if of == "disk":
            room.seek(LARGEST_SCRATCH)  # behind a hole, which costs no room where nobody refuses
            room.write(b"\0")
    held = mmap.mmap(-1, MEMORY_BYTES if of == "memory" else 1)  # of addresses, which cost nothing either
    end = time.process_time() + (MOST_SECONDS if of == "time" else 0)
    while time.process_time() < end:
        pass
    yield {"held": len(held)}, b""


def refusing(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """A refusal with all that one has."""
    yield {}, b"the first"
    raise Invalid(
        "だめです。", place="ここ", remedy="直してください。", problems=[Problem(3, "欄", "空です。")]
    )


def stumbling(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """A fault of a library."""
    raise RuntimeError(file.read().decode())
    yield


def without_room(file: BinaryIO, number: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The disk refuses with that number of an error."""
    raise OSError(number, os.strerror(number))
    yield


def dribbling(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """A little now and then, for ever, and no work."""
    while True:
        yield {}, b"."
        time.sleep(0.05)


def sleeping(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Something, and then nothing for longer than anybody should wait."""
    yield {"number": os.getpid()}, tempfile.gettempdir().encode()
    time.sleep(20)
