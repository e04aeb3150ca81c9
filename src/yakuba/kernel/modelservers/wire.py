"""One HTTP request to a model server, within limits: an address that is listed, a time for the whole of it, a size.

The standard library's client follows no redirection and reads no proxy from the environment. A thread of its own ends the
connection when the time is up or the caller has lost interest, whatever the server does: says nothing, sends one byte a
minute, never ends. Nothing that is sent or answered stands in an error or in a log.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from yakuba.kernel.outbound import DataClass, OutboundRefused, require_target
from yakuba.kernel.outbound.dialling import http
from yakuba.kernel.outbound.target import Unclear, target_of
from yakuba.kernel.refusals import Unavailable

CONNECT = 5.0  # seconds until the server must have taken the call
LARGEST = 20_000_000  # bytes of an answer
CHUNK = 65_536
LOOK = 0.1  # seconds between two looks at the time and the caller
BUSY = (429, 503)
TRIES = 3
HOLDS = DataClass.INTERNAL  # what is asked; names and numbers of people are hidden before (`personaldata`)
LONGEST_PAUSE = 10.0  # seconds that a busy server may ask to wait

INSTEAD = "内蔵の方法に切り替えるか、少し待ってやり直してください。"


class ModelServerFailed(Unavailable):
    """The model server did not do it: why, and what to do, in Japanese, without anything that was sent or answered."""


class _Busy(Exception):
    def __init__(self, status: int, pause: float) -> None:
        super().__init__(status)
        self.status, self.pause = status, pause


class Call:
    """How long a call may take as a whole, and whether its caller still wants it."""

    def __init__(self, seconds: float, cancel: threading.Event | None = None) -> None:
        self.seconds = seconds
        self.until = time.monotonic() + seconds
        self.cancel = cancel or threading.Event()

    @property
    def left(self) -> float:
        """Seconds; 0 when the time is up or nobody wants it any more."""
        return 0.0 if self.cancel.is_set() else max(0.0, self.until - time.monotonic())

    def failure(self, otherwise: str) -> ModelServerFailed:
        """Why the call ended without an answer."""
        if self.cancel.is_set():
            return ModelServerFailed("モデルサーバーへの問い合わせを取りやめました。")
        if not self.left:
            return ModelServerFailed(
                f"モデルサーバーが{self.seconds:.0f}秒のうちに答え終わりませんでした。", remedy=INSTEAD
            )
        return ModelServerFailed(otherwise, remedy=INSTEAD)


def request(
    method: str, url: str, body: dict[str, Any] | None, key: str, call: Call
) -> Generator[bytes, None, None]:
    """The answer's bytes as they come. Raises ModelServerFailed, and OutboundRefused for an address that is not listed.

    Tried again only before anything was answered: where nobody took the call, and where the server says that it is busy.
    """
    try:
        target_of(url)
    except Unclear:  # no address at all: a port that is no number
        raise ModelServerFailed(
            "モデルサーバーの住所が正しくありません。", remedy="自治体の設定を確かめてください。"
        ) from None
    require_target(url, HOLDS)
    for attempt in range(1, TRIES + 1):
        try:
            yield from _once(method, url, body, key, call)
            return
        except _Busy as busy:
            pause = busy.pause
            failure = call.failure(f"モデルサーバーが混み合っています（{busy.status}）。")
        except ConnectionRefusedError:
            pause = 0.2 * attempt
            failure = call.failure(
                "モデルサーバーに接続できません。サーバーが動いているかを確かめてください。"
            )
        if attempt == TRIES or pause > min(call.left, LONGEST_PAUSE) or call.cancel.wait(pause):
            raise failure from None


def _once(
    method: str, url: str, body: dict[str, Any] | None, key: str, call: Call
) -> Generator[bytes, None, None]:
    parts = urlsplit(url)
    connection = http(url, max(0.01, min(CONNECT, call.left)), HOLDS)
    headers = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    size = 0
    with closing(connection), _faults(call):
        connection.connect()
        with _watched(connection.sock, call):
            connection.request(method, parts.path or "/", content, headers)
            response = connection.getresponse()
            _check(response)
            while part := response.read1(CHUNK):
                size += len(part)
                if size > LARGEST:
                    raise ModelServerFailed("モデルサーバーの答えが長すぎます。", remedy=INSTEAD)
                yield part
            if not call.left or response.length:  # fewer bytes than were promised
                raise call.failure("モデルサーバーの答えが途中で切れました。")


@contextmanager
def _faults(call: Call) -> Iterator[None]:
    """The library's errors as ours; they may hold parts of the answer, so they are not kept."""
    try:
        yield
    except (ConnectionRefusedError, ModelServerFailed, OutboundRefused, _Busy):
        raise
    except TimeoutError:
        raise call.failure("モデルサーバーが応答しません。") from None
    except (OSError, HTTPException, ValueError):
        raise call.failure("モデルサーバーとの通信が途中で切れました。") from None


@contextmanager
def _watched(sock: socket.socket, call: Call) -> Iterator[None]:
    """End the connection when the call has no time left."""
    sock.settimeout(call.seconds + CONNECT)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(min(LOOK, call.left or LOOK)):
            if not call.left:
                with suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
                return

    thread = threading.Thread(target=watch, daemon=True, name="model server call")
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _check(response: HTTPResponse) -> None:
    status = response.status
    if status in BUSY:
        given = response.headers.get("Retry-After", "")
        raise _Busy(status, float(given) if given.isdecimal() else 1.0)
    if status in (401, 403):
        raise ModelServerFailed(
            f"モデルサーバーが鍵を受け付けません（{status}）。",
            remedy="YAKUBA_MODEL_SERVER_KEY を確かめてください。",
        )
    if status == 404:
        raise ModelServerFailed(
            "モデルサーバーにその住所かモデルがありません（404）。",
            remedy="自治体の設定の住所とモデルの名前を確かめてください。",
        )
    if status != 200:
        raise ModelServerFailed(f"モデルサーバーが答えられませんでした（{status}）。", remedy=INSTEAD)
