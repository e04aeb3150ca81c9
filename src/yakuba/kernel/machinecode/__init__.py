"""Compiling the loops of a room's engine, and keeping the machine code on disk.

numba keeps a function's code for as long as its own file is unchanged, though code of functions from other files went
into it. So that a new version never runs loops of an old one, each engine's folder is named after all its sources that
have any.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])
PREFIX = "machine-code-"
_GIVEN = bool(getattr(config, "CACHE_DIR", ""))  # by NUMBA_CACHE_DIR


def folder(engine: Path) -> Path:
    """Where the code of an engine lies: beside its sources, or in the user's cache where that cannot be written."""
    beside = engine / "__pycache__"
    writable = os.access(beside if beside.is_dir() else engine, os.W_OK)
    parent = beside if writable else Path.home() / ".cache" / "yakuba" / engine.parent.name
    digest = hashlib.sha256()
    for source in sorted(engine.rglob("*.py")):
        content = source.read_bytes()
        if b"machinecode" in content:
            digest.update(content)
    return parent / (PREFIX + digest.hexdigest()[:16])


def forget_others(engine: Path) -> None:
    """Remove the code of other versions."""
    mine = folder(engine)
    for other in mine.parent.glob(PREFIX + "*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)


def compiled(function: Function) -> Function:
    """Compile a loop that only reads and writes the arrays it is given: it needs no reference counts. With them each
    call would count every array of the plan up and down."""
    return _compiled(function, _nrt=False)


def compiled_beside_others(function: Function) -> Function:
    """The same for a loop that runs long: threads go on meanwhile, another of these loops among them."""
    return _compiled(function, _nrt=False, nogil=True)


def compiled_with_arrays(function: Function) -> Function:
    """Compile a loop that makes arrays."""
    return _compiled(function)


def _compiled(function: Function, **options: Any) -> Function:
    if not _GIVEN:
        setattr(config, "CACHE_DIR", str(_folder(function.__code__.co_filename)))  # noqa: B010  made at run time
    return cast(Function, njit(cache=True, **options)(function))


@functools.cache
def _folder(source: str) -> Path:
    """Of the engine of this source; the first process of a new version removes the code of the others."""
    engine = next(above for above in Path(source).parents if above.name == "engine")
    mine = folder(engine)
    if not mine.exists():
        forget_others(engine)
    return mine
