"""What a part or room says of what it keeps, so that it can go."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Unit:
    """A kind of thing that goes as a whole: the cases of one procedure, the rounds of a room.

    due: `(before) -> keys` of what was over before that moment and holds nothing open, the oldest first. erase: `(keys) ->
    files`, in the caller's transaction, asks again what is due; the files go behind it. values: `(keys) -> texts` that tell whose they are,
    for the proof. export: `(keys, actor) -> (name, media type, content)`, what may be taken along before.
    """

    code: str
    label: str
    due: Callable[[datetime], list[int]]
    erase: Callable[[Sequence[int]], list[Any]]
    values: Callable[[Sequence[int]], list[str]]
    export: Callable[[Sequence[int], Any], tuple[str, str, bytes]]
