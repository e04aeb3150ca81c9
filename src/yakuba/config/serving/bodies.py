"""Reading a request's body within limits, in the event loop: a slow sender costs a coroutine, never a thread."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

IN_MEMORY_BYTES = (
    1_000_000  # what is larger goes into a file without a name, which a crash cannot leave behind
)


@dataclass(frozen=True)
class Limits:
    """What a sender may ask of the house. `largest` in bytes; `patience` in seconds for the whole body, longer by one
    second for every `rate` bytes that have come; `at_once` bodies of one sender and `in_all` of its kind."""

    largest: int
    patience: float
    rate: int
    at_once: int
    in_all: int


# A login form has a few hundred bytes.
STRANGER = Limits(largest=16_384, patience=10, rate=1_000_000, at_once=16, in_all=512)

# Pictures and documents that a resident adds to an application: a few photographs over a telephone's line.
APPLICANT = Limits(largest=22_000_000, patience=30, rate=16_000, at_once=2, in_all=16)


# What the inside of the town sends to its outside, whoever that is: its signature is looked at when it is here.
COUNTERPART = Limits(largest=72_000_000, patience=60, rate=16_000, at_once=2, in_all=4)


def staff(largest: int) -> Limits:
    """A person or a program that is known: a pile of scans over a slow line, 16 kB a second at the least."""
    return Limits(largest=largest, patience=30, rate=16_000, at_once=8, in_all=64)


class Refused(Exception):
    """The request goes no further. `status` is the answer's, the argument a sentence for the sender."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Reception:
    """Who is sending a body now, by kind and by sender. Used by one event loop only."""

    def __init__(self) -> None:
        self._senders: Counter[tuple[Limits, str]] = Counter()
        self._kinds: Counter[Limits] = Counter()

    @contextmanager
    def seat(self, limits: Limits, sender: str) -> Iterator[None]:
        """A place for one body. Raises Refused when the sender, or all of its kind together, hold too many."""
        if self._senders[limits, sender] >= limits.at_once:
            raise Refused(429, "同じところから同時に送られているものが多すぎます。少し待ってください。")
        if self._kinds[limits] >= limits.in_all:
            raise Refused(503, "混み合っています。少し待ってから、もう一度送ってください。")
        self._senders[limits, sender] += 1
        self._kinds[limits] += 1
        try:
            yield
        finally:
            self._kinds[limits] -= 1
            self._senders[limits, sender] -= 1
            if not self._senders[limits, sender]:
                del self._senders[limits, sender]


async def read(chunks: AsyncIterator[bytes], declared: int, limits: Limits) -> IO[bytes]:
    """The whole body, at its beginning. `declared` is the Content-Length. Raises Refused: 413, 408, and 400 for one
    that broke off: a half of a file would pass for a file."""
    if declared > limits.largest:
        raise _too_large(limits)
    body = tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES)  # noqa: SIM115  # the answer's end closes it
    try:
        await _copy(chunks, body, limits)
        if body.tell() != declared:
            raise Refused(400, "送信が途中で切れました。もう一度送ってください。")
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body  # type: ignore[return-value]  # it is one in all that is used of it


async def _copy(
    chunks: AsyncIterator[bytes], body: tempfile.SpooledTemporaryFile[bytes], limits: Limits
) -> None:
    loop = asyncio.get_running_loop()
    began, size = loop.time(), 0
    while True:
        left = began + limits.patience + size / limits.rate - loop.time()
        try:
            chunk = await asyncio.wait_for(anext(chunks), max(left, 0))
        except StopAsyncIteration:
            return
        except TimeoutError:
            sentence = "送信が遅すぎるため、受け取りをやめました。もう一度送ってください。"
            raise Refused(408, sentence) from None
        size += len(chunk)
        if size > limits.largest:
            raise _too_large(limits)
        body.write(chunk)


def _too_large(limits: Limits) -> Refused:
    return Refused(413, f"送られたものが大きすぎます（{limits.largest:,}バイトまで）。分けて送ってください。")
