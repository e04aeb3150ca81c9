"""A hostile file (Word, Excel, an archive, a table of columns) is read in a process of its own: `read` and `answer` call a
function there, and give what it tells.

The function is any of the house at the top of a module that needs no Django; it takes the open file first and plain data
by name, and yields `(head, body)`: a dictionary for JSON, and bytes. The process (`reader`) sees the file and what it is
asked, no key, no database, no network; its memory, its seconds of CPU and what it may write are bounded, and it ends with
whoever asked. What it says is plain data: who calls makes the house's own objects of it, so that a file that has taken the
process over can say something wrong and nothing else.
"""

from __future__ import annotations

import errno
import io
import json
import logging
import os
import shutil
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from typing import IO, Any, BinaryIO

from yakuba.kernel.files.opening import Ended, Frame, Opening
from yakuba.kernel.files.reasons import sentence
from yakuba.kernel.refusals import Invalid, Problem, Refused, Unavailable

PROGRAM = "yakuba.kernel.files.reader"
SECONDS = 20.0  # CPU; a Word file of 10 MB takes two
MOST = 100_000_000  # bytes that are told of a file, all together: what a caller may have in memory
FULL = (errno.ENOSPC, errno.EDQUOT)
GREW = (errno.EFBIG, errno.ENOMEM)  # the walls of `confinement.limit`
NO_ROOM = "機械のディスクに空きがないか書き込めないため、ファイルを開けません。システム担当に知らせ、空いてから取り込み直してください。"

Told = tuple[dict[str, Any], bytes]

log = logging.getLogger("yakuba.files")


def read(
    function: Callable[..., Iterator[Told]] | str,
    file: bytes | BinaryIO,
    *,
    raises: Sequence[type[Refused]] = (),
    seconds: float = SECONDS,
    scratch: bool = False,
    most: int = MOST,
    **arguments: Any,
) -> Generator[Frame, None, None]:
    """What `function(file, **arguments)` tells, as it comes; whoever stops listening ends it. function: itself, or its name
    (`module:function`) where its module takes long to import. scratch: it needs room on the disk. most: bytes that it may
    tell. Raises what the function refuses, as one of `raises` or `Invalid`; Invalid where it dies of the file; Unavailable
    where the machine has no room for it."""
    called = function if isinstance(function, str) else f"{function.__module__}:{function.__qualname__}"
    with ExitStack() as held:
        with room():
            own, asked = held.enter_context(_descriptor(file)), held.enter_context(_asked(arguments))
            folder = held.enter_context(_folder(scratch))
        opening = Opening(own, seconds)
        frames = opening.frames(called, str(asked), folder, program=PROGRAM, kept_open=(asked,))
        held.enter_context(closing(frames))
        try:
            for frame in frames:
                if "refused" in frame.head:
                    raise _refusal(frame.head, raises)
                if "stumbled" in frame.head:
                    raise _stumbled(called, frame.head)
                most -= len(frame.body)
                if most < 0:
                    raise Invalid(sentence("grown"))
                yield frame
        except Ended as ended:
            if ended.began:
                raise Invalid(sentence("grown")) from ended
            raise Unavailable(sentence("busy")) from ended


def answer(function: Callable[..., Iterator[Told]] | str, file: bytes | BinaryIO, **given: Any) -> Frame:
    """The one thing that the function tells. Takes and raises what `read` does."""
    found: Frame | None = None
    with closing(read(function, file, **given)) as frames:
        for frame in frames:
            if found is not None:
                raise Invalid(sentence("damaged"))
            found = frame
    if found is None:
        raise Invalid(sentence("damaged"))
    return found


@contextmanager
def understood() -> Iterator[None]:
    """Around what a caller makes of the frames: a process that a file has taken over tells what nothing can be made of.
    Raises Invalid then."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        log.warning("what was told of a file is not what was asked: %s", where(error))
        raise Invalid(sentence("damaged")) from error


def where(error: BaseException) -> str:
    """The kind of error and its line, and no word of the file."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {os.path.basename(last.filename)}:{last.lineno}"


def without_room(error: BaseException) -> bool:
    """Whether the disk was full, or the process wrote or held more than it may: no fault that a library found in the file."""
    return isinstance(error, OSError) and error.errno in (*FULL, *GREW)


def _stumbled(called: str, head: dict[str, Any]) -> Refused:
    log.warning("%s stumbled over a file: %s", called, str(head["stumbled"])[:200])
    if head.get("full") is True:
        return Unavailable(NO_ROOM)
    return Invalid(sentence("grown" if head.get("grew") is True else "damaged"))


@contextmanager
def room() -> Iterator[None]:
    """Around what puts a file on the disk for the process. Raises Unavailable where there is no room, or no leave to write."""
    try:
        yield
    except OSError as error:
        log.error("no file can be opened apart: %s", errno.errorcode.get(error.errno or 0, "OSError"))
        raise Unavailable(NO_ROOM) from error


def _refusal(head: dict[str, Any], raises: Sequence[type[Refused]]) -> Refused:
    kind = next((one for one in raises if one.__name__ == head["refused"]), Invalid)
    try:
        problems = [Problem(int(line), str(place), str(reason)) for line, place, reason in head["problems"]]
        told = str(head["sentence"])
        return kind.retold(told, str(head["place"]), str(head["remedy"]), problems)
    except (ArithmeticError, KeyError, TypeError, ValueError):
        return Invalid(sentence("damaged"))


@contextmanager
def _descriptor(file: bytes | BinaryIO) -> Iterator[IO[bytes]]:
    """The file with a place of its own to read from: who reads here and there do not disturb one another."""
    number = _number(file)
    if number is not None:
        with os.fdopen(os.open(f"/proc/self/fd/{number}", os.O_RDONLY), "rb") as again:
            yield again
        return
    with tempfile.TemporaryFile() as copy:
        if isinstance(file, bytes):
            copy.write(file)
        else:
            file.seek(0)
            shutil.copyfileobj(file, copy, 1 << 20)
        copy.flush()
        yield copy


def _number(file: bytes | BinaryIO) -> int | None:
    if isinstance(file, bytes):
        return None
    try:
        if file.writable():
            file.flush()
        return file.fileno() if os.path.exists(f"/proc/self/fd/{file.fileno()}") else None
    except (io.UnsupportedOperation, AttributeError, OSError):
        return None


@contextmanager
def _asked(arguments: dict[str, Any]) -> Iterator[int]:
    """A descriptor of what the function is asked: it may be longer than a command line."""
    descriptor = os.memfd_create("asked")
    try:
        with os.fdopen(os.dup(descriptor), "wb") as asked:
            asked.write(json.dumps(arguments).encode())
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _folder(wanted: bool) -> Iterator[str]:
    """A folder that goes at the end, whatever ended the process; empty for none."""
    if not wanted:
        yield ""
        return
    with tempfile.TemporaryDirectory(prefix="apart-", ignore_cleanup_errors=True) as folder:
        yield folder
