"""What a process that opens hostile files may no longer do: reach a network, start or stop a process, read or write any file
but those of the program. By Linux alone, without root.

Two walls, since neither does all: a seccomp filter refuses system calls by number (sockets, new processes, signals to
others, io_uring, which would pass by the filter), Landlock refuses paths. A kernel without one of them leaves the limits
of `resource` and the other; `standing` says which stand, and the self-check tells the operator.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

MEMORY_BYTES = 3 * 1024**3  # of addresses; a page of an A3 sheet in colour at 400 dpi takes a tenth
SECCOMP, LANDLOCK = "seccomp", "landlock"
_standing: list[str] = []

_PR_SET_NO_NEW_PRIVS = 38
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # BPF: of a word, of a constant
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_KILL, _ALLOW, _REFUSE = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _ENOSYS = 1, 38
_X32 = 0x40000000  # the second table of system calls that x86-64 has
_THREAD = 0x10000  # CLONE_THREAD
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC

# Numbers of asm/unistd_64.h and asm-generic/unistd.h. In order: sockets; programs and processes; signals; other processes'
# memory and descriptors; keys; mounts, roots and name spaces; code for the kernel.
_X86_64 = (
    *(41, 42, 43, 44, 45, 46, 47, 49, 50, 53, 288, 299, 307),
    *(57, 58, 59, 322),
    *(62, 129, 200, 297, 424),
    *(101, 310, 311, 434, 438, 440),
    *(248, 249, 250),
    *(155, 161, 165, 166, 272, 304, 308, 428, 429, 430, 442),
    *(175, 246, 298, 313, 321, 323, 425, 426, 427),
)
_AARCH64 = (
    *(198, 199, 200, 201, 202, 203, 206, 207, 211, 212, 242, 243, 269),
    *(221, 281),
    *(129, 130, 138, 240, 424),
    *(117, 270, 271, 434, 438, 440),
    *(217, 218, 219),
    *(39, 40, 41, 51, 97, 265, 268, 428, 429, 430, 442),
    *(104, 105, 241, 273, 280, 282, 425, 426, 427),
)
_CLONE3 = 435
# machine → its number for auditing, what is refused, and clone, tgkill, prlimit64, seccomp
_MACHINES = {
    "x86_64": (0xC000003E, _X86_64, 56, 234, 302, 317),
    "aarch64": (0xC00000B7, _AARCH64, 220, 131, 261, 277),
}

# Landlock: what may be asked of a path, by the version that knows it.
_EXECUTE, _WRITE, _READ, _LIST, _REMOVE, _MAKE, _TRUNCATE = (
    1 << 0,
    1 << 1,
    1 << 2,
    1 << 3,
    1 << 5,
    1 << 8,
    1 << 14,
)
_HANDLED = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 5: (1 << 16) - 1}
_NETWORK, _SCOPED = 0b11, 0b11  # TCP from version 4 on; abstract sockets and signals from version 6 on
_CREATE, _ADD, _RESTRICT = 444, 445, 446
_READABLE = (
    *("/usr", "/lib", "/lib64", "/opt", "/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"),
    *("/dev/null", "/dev/urandom", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
)


def limit(seconds: int, memory: int = MEMORY_BYTES, written: int = 0) -> None:
    """CPU seconds, bytes of addresses, and bytes of any file that is written; no core is left behind."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def confine(scratch: str = "") -> list[str]:
    """Put up the walls around this process for good; which stand. scratch: a folder in which files may be made."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return []
    paths = _shut_paths(libc, scratch)
    _standing.extend([*([LANDLOCK] if paths else []), *([SECCOMP] if _shut_calls(libc) else [])])
    return _standing


def standing(file: BinaryIO) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Which walls stand around this process, for `apart`."""
    yield {"walls": _standing}, b""


def _shut_calls(libc: ctypes.CDLL) -> bool:
    machine = _MACHINES.get(platform.machine())
    if machine is None:
        return False
    program = b"".join(_filter(*machine[:5], os.getpid()))
    code = ctypes.create_string_buffer(program, len(program))
    given = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(code)))
    return int(libc.syscall(machine[5], 1, _ALL_THREADS, given)) == 0


def _filter(
    audit: int, refused: tuple[int, ...], clone: int, tgkill: int, prlimit: int, own: int
) -> list[bytes]:
    """The filter: a row of instructions, each (code, jump if true, jump if false, constant)."""
    no, yes = (_RETURN, 0, 0, _REFUSE | _EPERM), (_RETURN, 0, 0, _ALLOW)
    rows = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    rows += [(_AT_LEAST, 0, 1, _X32), no] if audit == _MACHINES["x86_64"][0] else []
    for number in refused:
        rows += [(_EQUAL, 0, 1, number), no]
    # The C library asks by clone where there is no clone3, whose arguments no filter sees. Threads may be made.
    rows += [(_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _REFUSE | _ENOSYS)]
    rows += [(_EQUAL, 0, 4, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_ANY_BIT, 0, 1, _THREAD), yes, no]
    # Whom a signal or a limit is for: the process itself alone.
    rows += [(_EQUAL, 0, 4, tgkill), (_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 0, 1, own), yes, no]
    rows += [
        (_EQUAL, 0, 5, prlimit),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_EQUAL, 1, 0, own),
        (_EQUAL, 0, 1, 0),
        yes,
        no,
    ]
    return [struct.pack("HBBI", *row) for row in [*rows, yes]]


def _shut_paths(libc: ctypes.CDLL, scratch: str) -> bool:
    version = int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1))
    if version < 1:
        return False
    handled = _HANDLED[max(known for known in _HANDLED if known <= version)]
    asked = struct.pack("QQQ", handled, _NETWORK if version >= 4 else 0, _SCOPED if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = int(libc.syscall(_CREATE, asked, ctypes.c_size_t(size), 0))
    if ruleset < 0:
        return False
    try:
        reading = _READ | _LIST | _EXECUTE  # a library is mapped as what can be executed
        for path in {*_READABLE, sys.prefix, sys.base_prefix, *filter(None, sys.path)}:
            _open_path(libc, ruleset, path, reading & handled)
        if scratch:
            _open_path(
                libc, ruleset, scratch, (_READ | _LIST | _WRITE | _MAKE | _REMOVE | _TRUNCATE) & handled
            )
        return int(libc.syscall(_RESTRICT, ruleset, 0)) == 0
    finally:
        os.close(ruleset)


def _open_path(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    """One that is not there needs no leave."""
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        access &= -1 if Path(path).is_dir() else _EXECUTE | _WRITE | _READ | _TRUNCATE
        libc.syscall(_ADD, ruleset, 1, struct.pack("=Qi", access, descriptor), 0)
    finally:
        os.close(descriptor)
