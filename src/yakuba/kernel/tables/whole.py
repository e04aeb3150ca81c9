"""A table file taken over whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, TypeVar

from yakuba.kernel.definitions import Problem
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import Row, rows

Found = TypeVar("Found")
Read = Callable[[Iterator[Row]], tuple[Found, Iterable[Problem]]]


def whole(
    file: bytes | BinaryIO,
    required: Sequence[str],
    read: Read[Found],
    *,
    renamed: Mapping[str, str] | None = None,
    name: str = "",
) -> Found:
    """What `read` makes of the rows below the `required` headings (`reading.rows`). Raises Invalid with every fault, of the
    file's own and those that `read` finds; nothing is taken over then. name: of the file, where more than one may be
    meant."""
    problems: list[Problem] = []
    found, faults = read(rows(file, required, problems, renamed=renamed))
    if problems := [*problems, *faults]:
        what = f"{name}に" if name else ""
        raise Invalid(
            f"{what}直すところが{len(problems)}か所あるので、取り込んでいません。", problems=problems
        )
    return found
