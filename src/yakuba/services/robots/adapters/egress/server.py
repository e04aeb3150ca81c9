"""The process: `python -m …egress.server FOLDER` until nobody has needed it for a while.

It knows nothing of pages and rows. Workers speak to it in lines of JSON over a socket in the folder:

    {"do": "open", "run": "12", "number": 3, "targets": […]}          ->  {"port": 40123, "id": "…"}
    {"do": "mark", "row": 7}                                          ->  {}
    {"do": "left", "run": "12", "number": 2, "row": 7}                ->  {"nothing": true}
    {"do": "ping"}                                                    ->  {}

`open` raises the run's number: before it is answered, everything under a lower number is closed, its unread and
unsent bytes are thrown away, and that number is refused for ever, restarts included. The port is a forward proxy
for as long as the connection that opened it stands. It is one event loop: a cut happens between two pieces of data,
never beside one. `targets` are what `kernel.outbound` lists (`Allowed.plain`, or `host:port`): the name is looked up
here, once, and the address that was looked at is the one that is called; what a tunnel carries has to be the protocol
that is listed.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import socket
import struct
import sys
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yakuba.kernel.outbound.allowed import Allowed, from_plain
from yakuba.services.robots.adapters.egress.http import (
    HEAD_LIMIT,
    TELLING,
    BadRequest,
    answer_head,
    body_of,
    protocol_of,
    read_head,
    request_head,
    target_of,
)

LOCK, SOCKET, NUMBERS, IDENTITY = "lock", "socket", "numbers", "id"
IDLE = 600.0  # seconds without a worker after which the process ends
KEPT = 1000  # sessions that were cut and can still be asked about
CONNECT = 15.0  # seconds that a target may take to accept a connection
LINGER = 5.0  # seconds that a target may still take when the browser has gone
_PIECE = 64 * 1024
_LINE = 8 * 1024 * 1024  # what may be contacted stands in one line: more than a deployment profile can list
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: closing throws away what is not yet sent


class Numbers:
    """The highest number of each run, kept on disk: an appended line is durable before it holds."""

    def __init__(self, path: Path) -> None:
        self._highest: dict[str, int] = {}
        if path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                run, _, number = line.rpartition(" ")
                if run and number.isdigit():  # a torn last line was never acknowledged
                    self._highest[run] = max(int(number), self._highest.get(run, 0))
        new = path.with_suffix(".new")
        new.write_text(
            "".join(f"{run} {number}\n" for run, number in self._highest.items()), encoding="utf-8"
        )
        new.replace(path)
        self._file = path.open("a", encoding="utf-8")

    def highest(self, run: str) -> int:
        """0 for a run that was never here."""
        return self._highest.get(run, 0)

    def raise_to(self, run: str, number: int) -> None:
        """On disk when this returns."""
        self._file.write(f"{run} {number}\n")
        self._file.flush()
        os.fsync(self._file.fileno())
        self._highest[run] = number


@dataclass(eq=False)
class Session:
    """What one worker may send under one number. up: bytes that went towards targets; marks: `up` by row."""

    run: str
    number: int
    targets: tuple[Allowed, ...]
    server: asyncio.Server | None = None
    tunnels: set[Tunnel] = field(default_factory=set)
    up: int = 0
    marks: dict[int, int] = field(default_factory=dict)
    is_cut: bool = False

    def cut(self) -> None:
        """Nothing more leaves."""
        self.is_cut = True
        if self.server is not None:
            self.server.close()
        for tunnel in list(self.tunnels):
            tunnel.abort()

    def nothing_since_mark(self, row: int) -> bool:
        """Whether certainly no byte left for the row's commit step; only when cut."""
        return self.is_cut and self.up == self.marks.get(row, self.up)


class Tunnel:
    """One connection of the browser, and the one to the target that belongs to it."""

    def __init__(self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._session = session
        self._reader, self._writer = reader, writer
        self._upstream: asyncio.StreamWriter | None = None

    def abort(self) -> None:
        """Close both ends at once; what was not sent stays unsent."""
        for writer in (self._writer, self._upstream):
            if writer is not None:
                with suppress(OSError):
                    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
                writer.transport.abort()

    async def serve(self) -> None:
        try:
            await self._serve()
        except BadRequest as refused:
            await self._refuse(str(refused))
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            for writer in (self._upstream, self._writer):
                if writer is not None:
                    writer.close()

    async def _refuse(self, status: str) -> None:
        self._writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        with suppress(OSError):
            await self._writer.drain()

    async def _serve(self) -> None:
        head = await read_head(self._reader)
        method, host, port, path = target_of(head)
        known = [one for one in self._session.targets if (one.host, one.port) == (host, port)]
        if method != "CONNECT":
            known = [one for one in known if not one.protocols or "http" in one.protocols]
        if not known:
            raise BadRequest("403 Forbidden")
        length = body_of(head)  # before anything of it leaves
        try:
            reader, self._upstream = await asyncio.wait_for(_connected(known), CONNECT)
        except (OSError, TimeoutError):
            raise BadRequest("502 Bad Gateway") from None
        if method == "CONNECT":
            self._writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await self._both_ways(self._tunnelled(known), self._down(reader))
        else:
            await self._send(request_head(head, method, host, port, path))
            await self._both_ways(self._body(length), self._one_answer(reader))

    async def _both_ways(self, up: Any, down: Any) -> None:
        """Until the target is done; the browser's half may end first, and what the target still says then is waited for a
        while: a target that says nothing and never ends would keep the connection of a page that is long gone."""
        tasks = asyncio.ensure_future(up), asyncio.ensure_future(down)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait_for(tasks[1], LINGER)
        finally:
            for one in tasks:
                one.cancel()
                with suppress(asyncio.CancelledError, OSError):
                    await one

    async def _send(self, data: bytes) -> None:
        """The only place where something leaves."""
        if self._session.is_cut or self._upstream is None:
            raise ConnectionAbortedError
        self._session.up += len(data)
        self._upstream.write(data)
        await self._upstream.drain()

    async def _tunnelled(self, known: list[Allowed]) -> None:
        """Hand on what begins like a protocol that is listed for the target; nothing of anything else leaves."""
        first = b""
        while len(first) < TELLING:
            piece = await self._reader.read(_PIECE)
            if not piece:
                return
            first += piece
        said = protocol_of(first)
        if not any(not one.protocols or said in one.protocols for one in known):
            self.abort()
            return
        await self._send(first)
        await self._up(None)

    async def _body(self, length: int) -> None:
        """Hand a request's body on, and look whether the browser is still there. What it sends behind it belongs to nothing."""
        await self._up(length)
        while await self._reader.read(_PIECE):
            pass

    async def _up(self, left: int | None) -> None:
        """Hand on what the browser sends: `left` bytes, or all until it closes."""
        while left is None or left > 0:
            data = await self._reader.read(_PIECE if left is None else min(_PIECE, left))
            if not data:
                break
            await self._send(data)
            left = left if left is None else left - len(data)
        if left is None and self._upstream is not None and self._upstream.can_write_eof():
            self._upstream.write_eof()
        elif left:
            self.abort()  # the browser gave the request up in the middle

    async def _one_answer(self, reader: asyncio.StreamReader) -> None:
        """A connection carries one request, so the browser is told that it ends with the answer."""
        while True:
            head = await read_head(reader)
            self._writer.write(answer_head(head))
            if not head.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):
                break
        await self._down(reader)

    async def _down(self, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(_PIECE):
            self._writer.write(data)
            await self._writer.drain()


class Egress:
    """All sessions, and what workers may ask."""

    def __init__(self, folder: Path) -> None:
        self._id = _identity(folder / IDENTITY)
        self._numbers = Numbers(folder / NUMBERS)
        self._sessions: dict[tuple[str, int], Session] = {}
        self.workers = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One worker's connection; what it opened is cut when it ends."""
        mine: Session | None = None
        self.workers += 1
        try:
            while line := await reader.readline():
                asked = json.loads(line)
                if asked["do"] == "open":
                    answer, mine = await self._open(asked, mine)
                else:
                    answer = self._answer(asked, mine)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError, KeyError, TypeError):
            pass
        finally:
            self.workers -= 1
            if mine is not None:
                mine.cut()
            writer.close()

    async def _open(
        self, asked: dict[str, Any], old: Session | None
    ) -> tuple[dict[str, Any], Session | None]:
        run, number = str(asked["run"]), int(asked["number"])
        if run and number <= self._numbers.highest(run):
            return {"refused": self._numbers.highest(run)}, old
        if run:
            self._numbers.raise_to(run, number)
        for session in self._sessions.values():
            if session is old or (run and session.run == run):
                session.cut()
        session = Session(run, number, tuple(map(from_plain, asked["targets"])))
        session.server = await asyncio.start_server(
            lambda reader, writer: self._tunnel(session, reader, writer), "127.0.0.1", 0, limit=HEAD_LIMIT
        )
        if run and number < self._numbers.highest(run):  # somebody else was faster while the port was opened
            session.cut()
        if run:
            self._sessions[run, number] = session
        for key in [key for key, one in self._sessions.items() if one.is_cut][:-KEPT]:
            del self._sessions[key]
        return {"port": session.server.sockets[0].getsockname()[1], "id": self._id}, session

    def _answer(self, asked: dict[str, Any], mine: Session | None) -> dict[str, Any]:
        if asked["do"] == "mark":
            if mine is None or mine.is_cut:
                return {"refused": True}
            mine.marks[int(asked["row"])] = mine.up
        elif asked["do"] == "left":
            session = self._sessions.get((str(asked["run"]), int(asked["number"])))
            return {"nothing": session is not None and session.nothing_since_mark(int(asked["row"]))}
        return {}

    async def _tunnel(
        self, session: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        tunnel = Tunnel(session, reader, writer)
        if session.is_cut:
            tunnel.abort()
            return
        session.tunnels.add(tunnel)
        try:
            await tunnel.serve()
        finally:
            session.tunnels.discard(tunnel)


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, as the machine's resolver gives them. Raises OSError."""
    loop = asyncio.get_running_loop()
    return [str(one[4][0]) for one in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


async def _connected(known: list[Allowed]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to one of the addresses that the target may have. Raises BadRequest where it has none, and OSError."""
    answers = await look_up(known[0].host, known[0].port)
    found = list(dict.fromkeys(address for one in known for address in one.found_at(answers)))
    if not found:
        raise BadRequest("403 Forbidden")
    failed = OSError("no address")
    for address in found:
        try:
            return await asyncio.open_connection(address, known[0].port, limit=HEAD_LIMIT)
        except OSError as error:
            failed = error
    raise failed


def _identity(path: Path) -> str:
    """Which egress this is, the same after every start."""
    if not path.exists():
        new = path.with_suffix(
            ".new"
        )  # a process that is killed meanwhile must not leave an empty name behind
        new.write_text(uuid.uuid4().hex, encoding="ascii")
        new.replace(path)
    return path.read_text(encoding="ascii").strip()


async def _run(folder: Path, idle: float) -> None:
    egress = Egress(folder)
    here = os.open(folder, os.O_PATH)
    address = f"/proc/self/fd/{here}/{SOCKET}"  # the folder's own path may be too long for a socket
    (folder / SOCKET).unlink(missing_ok=True)
    server = await asyncio.start_unix_server(egress.serve, address, limit=_LINE)
    quiet = 0.0
    async with server:
        while quiet < idle and (folder / LOCK).exists():
            await asyncio.sleep(1.0)
            quiet = 0.0 if egress.workers else quiet + 1.0


def main(folder: Path, idle: float) -> int:
    """0 when it has ended because nobody needed it, 3 when another one holds the folder."""
    os.umask(0o077)
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(
            lock, fcntl.LOCK_EX | fcntl.LOCK_NB
        )  # for life: a frozen one keeps it, a dead one does not
    except OSError:
        return 3
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    asyncio.run(_run(folder, idle))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else IDLE))
