"""One TCP connection that carries HTTP/1.1 requests one after another: only what a robot's pages need of it."""

from __future__ import annotations

import re
import socket
import ssl
import time
from dataclasses import dataclass, field

_HEAD = 256 * 1024  # bytes that the head of an answer may have
_PIECE = 256 * 1024
_CHUNK = re.compile(rb"[0-9A-Fa-f]{1,8}")


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 16


class Broken(ConnectionError):
    """The other side has ended the connection, or says what is no HTTP."""


@dataclass(frozen=True)
class Reply:
    """status; headers by name in lower case, in order; and whether the connection may be used again."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    stays: bool

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")

    def every(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name]


class Channel:
    """Connected when it is made. proxy: where the way out is, or None; then a tunnel is asked for.  seconds: how long one
    answer may take as a whole. Raises OSError."""

    def __init__(
        self, host: str, port: int, proxy: tuple[str, int] | None, seconds: float, *, secure: bool
    ) -> None:
        self.socket = socket.create_connection(proxy or (host, port), seconds)
        self._rest = b""
        self._seconds = seconds
        self._until_when = time.monotonic() + seconds
        try:
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if proxy is not None:
                self.socket.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
                status, _ = self._head()
                if status != 200:
                    raise Broken(f"the way out answers {status}")
            if secure:
                self.socket = ssl.create_default_context().wrap_socket(self.socket, server_hostname=host)
        except BaseException:
            self.socket.close()
            raise

    def write(self, request: bytes) -> None:
        """Hand a whole request over, once."""
        self.socket.sendall(request)

    def read(self, most: int) -> Reply:
        """The answer, of at most `most` bytes. Raises Broken, ValueError for a longer one, and OSError."""
        self._until_when = time.monotonic() + self._seconds
        status, headers = self._head()
        while status in (100, 103):
            status, headers = self._head()
        known = dict(headers)
        stays = "close" not in known.get("connection", "").lower() and self._newest
        if status in (204, 304):
            body = b""
        elif "chunked" in known.get("transfer-encoding", "").lower():
            body = self._chunks(most)
        elif "content-length" in known:
            if not _is_count(known["content-length"]):
                raise Broken("no length")
            body = self._exactly(int(known["content-length"]), most)
        else:
            body, stays = self._all(most), False
        # What stands behind an answer belongs to none: the next one would be taken for another request's.
        return Reply(status, headers, body, stays and not self._rest)

    def _head(self) -> tuple[int, tuple[tuple[str, str], ...]]:
        first, *lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, _, said = first.partition(" ")
        if not version.startswith("HTTP/1.") or not _is_count(said[:3]):
            raise Broken("no HTTP")
        self._newest = version == "HTTP/1.1"
        pairs = (line.partition(":") for line in lines)
        return int(said[:3]), tuple((name.strip().lower(), value.strip()) for name, _, value in pairs)

    def _more(self) -> bytes:
        piece = self._receive()
        if not piece:
            raise Broken("ended")
        return piece

    def _receive(self) -> bytes:
        """The next piece. An answer that comes drop by drop is none: the time is the whole answer's."""
        left = self._until_when - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.socket.settimeout(left)
        return self.socket.recv(_PIECE)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._rest:
            if len(self._rest) > _HEAD:
                raise Broken("a head without end")
            self._rest += self._more()
        found, _, self._rest = self._rest.partition(mark)
        return found

    def _exactly(self, count: int, most: int) -> bytes:
        if count > most:
            raise ValueError(count)
        pieces, have = [self._rest], len(self._rest)
        while have < count:
            pieces.append(self._more())
            have += len(pieces[-1])
        whole = b"".join(pieces)
        self._rest = whole[count:]
        return whole[:count]

    def _chunks(self, most: int) -> bytes:
        pieces: list[bytes] = []
        have = 0
        while True:
            said = self._until(b"\r\n").partition(b";")[0].strip()
            if not _CHUNK.fullmatch(said):
                raise Broken("no chunk")
            if (size := int(said, 16)) == 0:
                while self._until(b"\r\n"):
                    pass
                return b"".join(pieces)
            pieces.append(self._exactly(size, most - have))
            have += size
            if self._exactly(2, 2) != b"\r\n":
                raise Broken("no chunk")

    def _all(self, most: int) -> bytes:
        pieces, self._rest = [self._rest], b""
        have = len(pieces[0])
        while piece := self._receive():
            pieces.append(piece)
            have += len(piece)
            if have > most:
                raise ValueError(most)
        return b"".join(pieces)

    def close(self) -> None:
        self.socket.close()
