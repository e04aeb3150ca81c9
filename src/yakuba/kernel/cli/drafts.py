"""A file that is there when all of it is, and not before."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from yakuba.kernel.refusals import Conflict


@contextmanager
def drafted(out: Path, *, over: bool) -> Iterator[IO[bytes]]:
    """A file beside `out` that becomes `out` when the block ends well and goes when it does not. One that a killed command
    left is taken over; of two at once the second is refused. over: whether an older `out` is replaced. Raises OSError,
    Conflict."""
    path = out.with_name(out.name + ".part")
    with open(_claimed(path), "wb") as file:
        try:
            if not over and os.path.lexists(out):
                raise Conflict(f"{out} はもうあります。", remedy="別の名前を指定してください。")
            file.truncate()
            yield file
            file.flush()
            os.fsync(file.fileno())
            path.replace(out)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def _claimed(path: Path) -> int:
    """Open for this process alone; a link or a pipe in its place is not followed."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode) or about.st_uid != os.geteuid():
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        if not os.path.lexists(path) or not os.path.samestat(about, os.lstat(path)):
            raise BlockingIOError  # its writer has just ended
        os.fchmod(descriptor, 0o600)
    except BlockingIOError:
        os.close(descriptor)
        raise Conflict(
            f"いま、同じ名前で書いています（{path}）。", remedy="終わるのを待ってください。"
        ) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
