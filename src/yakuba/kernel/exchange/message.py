"""A message between the two installations of a town: one file, the same over the line and on a medium.

    YAKUBA-EXCHANGE 1
    {"town": …, "parts": [{"kind": …, "size": …, "sha256": …}, …]}      one line of JSON
    {"<fingerprint>": "<signature of the line before>"}                   by every key that its sender still uses
    the parts' bytes, one behind the other

The head is proved before anything of it is believed, each part by its sum before anything is done with it; so a file that
breaks off gives what was whole. Knows no database.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from yakuba.kernel.exchange import sealing
from yakuba.kernel.refusals import Invalid

MAGIC = b"YAKUBA-EXCHANGE 1\n"
LONGEST_LINE = 8_000_000  # bytes of the head
LARGEST_PART = 40_000_000  # bytes; the largest picture that a resident may add is 10,000,000
MOST_PARTS = 25_000
PARCEL, BUNDLE, STANDINGS = "parcel", "bundle", "standings"
NO_MESSAGE = "外と内の授受のファイルではありません。相手の設備の yakuba exchange carry-out で書き出したファイルを指定してください。"
FORGED = (
    "相手の設備の署名がありません。別の設備のファイルか、途中で変えられたファイルです。何も取り込んでいません。"
    "鍵を替えたのなら、相手の鍵を yakuba exchange accept で入れ直してください。"
)


class NoMessage(Invalid):
    """It is none, or its head cannot be read."""


class Forged(Invalid):
    """Nobody whom we know signed it."""


class Broken(Invalid):
    """A part is not what the head says: the medium is damaged, or the file was cut off."""


@dataclass(frozen=True)
class Part:
    """What travels. kind: PARCEL, BUNDLE or STANDINGS; facts: of it, which stand in the head; content: its bytes, told
    when they are written."""

    kind: str
    content: Iterable[bytes]
    size: int
    sha256: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def head(self) -> dict[str, Any]:
        """Its line in the head."""
        return {**self.facts, "kind": self.kind, "size": self.size, "sha256": self.sha256}


def part_of(kind: str, content: bytes, **facts: Any) -> Part:
    """A part of bytes that are at hand."""
    return Part(kind, [content], len(content), hashlib.sha256(content).hexdigest(), facts)


def written(
    head: Mapping[str, Any], parts: Iterable[Part], keys: Mapping[str, bytes], magic: bytes = MAGIC
) -> Iterator[bytes]:
    """The message, piece by piece. keys: fingerprint → private key that signs; magic: the first line, by which files of one
    purpose are told from those of another."""
    rows = list(parts)
    line = json.dumps({**head, "parts": [one.head() for one in rows]}, ensure_ascii=False).encode()
    signed = {name: sealing.text_of(sealing.sign(line, private)) for name, private in keys.items()}
    yield magic
    yield line + b"\n"
    yield json.dumps(signed).encode() + b"\n"
    for one in rows:
        yield from one.content


class Message:
    """A message as it came, whose head has been proved. Its parts are read once, in order."""

    def __init__(self, head: dict[str, Any], file: IO[bytes]) -> None:
        self.head, self._file = head, file

    def parts(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Facts and bytes of each. Raises Broken at the first that is not whole."""
        for number, facts in enumerate(self.head["parts"], start=1):
            content = self._file.read(int(facts["size"]))
            if len(content) != facts["size"] or hashlib.sha256(content).hexdigest() != facts["sha256"]:
                raise Broken(
                    f"ファイルの{len(self.head['parts'])}個のうち{number}個目から先が壊れています。"
                    "もう一度書き出して、運び直してください。失われたものはありません。"
                )
            yield facts, content


def opened(file: IO[bytes], public_keys: Iterable[bytes], magic: bytes = MAGIC) -> Message:
    """The message of a file, signed by one of these keys. Raises NoMessage and Forged."""
    if file.read(len(magic)) != magic:
        raise NoMessage(NO_MESSAGE)
    line, signatures = _line(file), _line(file)
    signed = _signatures(signatures)
    if not any(sealing.is_signed(line, one, public) for public in public_keys for one in signed):
        raise Forged(FORGED)
    try:
        head = json.loads(line)
        parts = list(head["parts"])
        whole = len(parts) <= MOST_PARTS and all(_is_part(one) for one in parts)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NoMessage(NO_MESSAGE) from error
    if not whole:
        raise NoMessage(NO_MESSAGE)
    return Message(head, file)


def _is_part(one: Mapping[str, Any]) -> bool:
    size = one["size"]
    texts = isinstance(one["sha256"], str) and isinstance(one["kind"], str)
    return texts and type(size) is int and 0 <= size <= LARGEST_PART


def _signatures(line: bytes) -> list[bytes]:
    try:
        return [sealing.bytes_of(one) for one in list(json.loads(line).values())[:8]]
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise NoMessage(NO_MESSAGE) from error


def _line(file: IO[bytes]) -> bytes:
    line = file.readline(LONGEST_LINE)
    if not line.endswith(b"\n"):
        raise NoMessage(NO_MESSAGE)
    return line[:-1]
