"""What stands in the sealed file: a head, the rows of every table, the files, and an end that counts them."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yakuba.config.moving.sealed import DAMAGED, SealedReader, SealedWriter
from yakuba.kernel.refusals import Invalid

HEAD, ROWS, FILE, PIECE, END = b"H", b"R", b"F", b"P", b"E"
PREFIX = struct.Struct(">cQ")
LONGEST = 1024 * 1024 * 1024  # bytes of a frame; a row may hold a large document
ROWS_A_FRAME = 200


class Head(BaseModel):
    """What comes first. migrations: what tells whether the tables are the same; digest: the audit record's end, as it goes
    on paper."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    format: Literal[1] = 1
    release: str = Field(max_length=60)
    made_at: str = Field(max_length=60)
    code: str = Field(pattern=r"^[0-9]{6}$")
    name: str = Field(min_length=1, max_length=60)
    migrations: list[str]
    digest: str = Field(max_length=120)


class End(BaseModel):
    """What comes last. rows: how many of each table; lacking: files of rows that had lost them before."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    rows: dict[str, int]
    files: int = Field(ge=0)
    size: int = Field(ge=0)
    lacking: list[str]


def put(writer: SealedWriter, kind: bytes, content: bytes) -> None:
    """Write a frame."""
    writer.write(PREFIX.pack(kind, len(content)) + content)


def put_json(writer: SealedWriter, kind: bytes, content: Any) -> None:
    """Write a frame of JSON."""
    put(writer, kind, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def head_of(reader: SealedReader) -> Head:
    """The first frame. Raises Invalid."""
    kind, content = _frame(reader)
    if kind != HEAD:
        raise Invalid(DAMAGED)
    try:
        return Head.model_validate_json(content)
    except ValidationError as error:
        raise Invalid(DAMAGED, remedy="新しい版のファイルなら、その版で取り込んでください。") from error


def frames(reader: SealedReader) -> Iterator[tuple[bytes, bytes]]:
    """Kind and content of the frames behind the head; the end is the last. Raises Invalid, also where there is none."""
    while True:
        kind, content = _frame(reader)
        yield kind, content
        if kind == END:
            if not reader.at_end:
                raise Invalid(DAMAGED)
            return


def end_of(content: bytes) -> End:
    """The last frame. Raises Invalid."""
    try:
        return End.model_validate_json(content)
    except ValidationError as error:
        raise Invalid(DAMAGED) from error


def _frame(reader: SealedReader) -> tuple[bytes, bytes]:
    kind, length = PREFIX.unpack(reader.read(PREFIX.size))
    if kind not in (HEAD, ROWS, FILE, PIECE, END) or length > LONGEST:
        raise Invalid(DAMAGED)
    return kind, reader.read(length)
