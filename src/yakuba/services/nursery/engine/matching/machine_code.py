"""Compiling the engine's loops, and keeping the machine code on disk.

numba keeps a function's code for as long as its own file is unchanged, though code of functions from other files went
into it. So that a new version never runs loops of an old one, the folder is named after all sources that have any.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from numba import config, njit

Function = TypeVar("Function", bound=Callable[..., Any])
ENGINE = Path(__file__).parent  # every compiled loop stands in this part
PREFIX = "machine-code-"


def folder() -> Path:
    """Where the code of these sources lies: beside them, or in the user's cache where that cannot be written."""
    beside = ENGINE / "__pycache__"
    writable = os.access(beside if beside.is_dir() else ENGINE, os.W_OK)
    parent = beside if writable else Path.home() / ".cache" / "yakuba"
    digest = hashlib.sha256()
    for source in sorted(ENGINE.rglob("*.py")):
        content = source.read_bytes()
        if b"machine_code" in content:
            digest.update(content)
    return parent / (PREFIX + digest.hexdigest()[:16])


def forget_others() -> None:
    """Remove the code of other versions."""
    mine = folder()
    for other in mine.parent.glob(PREFIX + "*"):
        if other != mine:
            shutil.rmtree(other, ignore_errors=True)


def compiled(function: Function) -> Function:
    """Compile a loop that only reads and writes the arrays it is given: it needs no reference counts. With them each
    call would count every array of the plan up and down."""
    options: dict[str, Any] = {"cache": True, "_nrt": False}
    return cast(Function, njit(**options)(function))


def compiled_with_arrays(function: Function) -> Function:
    """Compile a loop that makes arrays."""
    return cast(Function, njit(cache=True)(function))


if not getattr(config, "CACHE_DIR", ""):  # NUMBA_CACHE_DIR
    setattr(config, "CACHE_DIR", str(folder()))  # noqa: B010  numba makes the names of its settings at run time
