"""A worker's side of the egress: starts it where none runs, and keeps one session open."""

from __future__ import annotations

import json
import os
import platform
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from yakuba.kernel.outbound import OutboundRefused
from yakuba.services.robots.adapters.egress.server import SOCKET
from yakuba.services.robots.contracts import Intent
from yakuba.services.robots.engine.errors import NoEgress, Trouble, Unacknowledged

Targets = Sequence[str | Mapping[str, Any]]
_TRIES = 5
ANSWER = 15.0  # seconds that it may take to answer, or to start
_SILENT = (
    "ロボットの通信の出口（egress）が応答しません。この機械が止まりかけていないかを確かめ、直らなければ"
    "ワーカーと出口の処理を止めてから、ワーカーを動かし直してください。"
)


class EgressSession:
    """The engine's `Egress`: one run's way out. Not thread-safe.

    folder: where this machine's egress lives.  run: the key whose older numbers are cut; empty for who enters
    nothing.  next_number: gives a number that was never used, not below its argument, and proves that the run is
    still ours.  targets: what may be contacted, as `outbound.spelt_out` says it or `host:port`; where it is asked for again
    and again (a function) and another answer comes, what is open is cut.  seconds: how long the egress may take to answer.
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        next_number: Callable[[int], int],
        targets: Targets | Callable[[], Targets],
        *,
        seconds: float = ANSWER,
    ) -> None:
        self._folder, self._run, self._next_number = folder, run, next_number
        self._listed: Callable[[], Targets] = targets if callable(targets) else lambda: targets
        self._targets: list[str | Mapping[str, Any]] | None = None  # by which it was opened
        self._seconds = seconds
        self._socket: socket.socket | None = None
        self._answers = b""
        self._port = 0
        self.id = ""
        self.number = 0

    def __enter__(self) -> EgressSession:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Take a new number: when this returns, nothing of an older one of the run can leave any more.

        Raises `NoEgress`, and whatever `next_number` does when the run is somebody else's.
        """
        at_least = 1
        self._targets = self._asked_for()
        for _ in range(_TRIES):
            number = self._next_number(at_least)
            asked = {"do": "open", "run": self._run, "number": number, "targets": self._targets}
            try:
                answer = self._ask(asked, connect=True)
            except _Broken:
                continue
            if "refused" not in answer:
                self.number, self.id, self._port = number, str(answer["id"]), int(answer["port"])
                return
            at_least = int(answer["refused"]) + 1
        raise NoEgress(_SILENT)

    def address(self) -> str:
        """The proxy for the browser now; a session whose egress has died, or that lists something else now, is opened anew.
        Raises like `open`."""
        try:
            if self._is_changed():
                raise _Broken
            self._ask({"do": "ping"})
        except _Broken:
            self.open()
        return f"http://127.0.0.1:{self._port}"

    def mark(self, row: int) -> None:
        """See `engine.ports.Egress`."""
        try:
            if self._is_changed():
                self.open()
                raise _Broken
            answer = self._ask({"do": "mark", "row": row})
        except _Broken:
            answer = {"refused": True}
        if "refused" in answer:
            raise Trouble("通信の出口が開き直されたため、押さずに照会からやり直します。")

    def cut(self, intent: Intent, row: int) -> bool:
        """See `engine.ports.Egress`."""
        if intent.egress != self.id:
            raise Unacknowledged
        if intent.number >= self.number:
            self.open()
        asked = {"do": "left", "run": self._run, "number": intent.number, "row": row}
        try:
            return bool(self._ask(asked)["nothing"])
        except _Broken:
            self.open()  # a new process knows nothing of what left, but what the old one held is gone
            return False

    def close(self) -> None:
        """Give the session back; the egress cuts it."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._answers = None, b""

    def _is_changed(self) -> bool:
        return self._targets is not None and self._asked_for() != self._targets

    def _asked_for(self) -> list[str | Mapping[str, Any]]:
        """What is listed now. Where nobody can say that, nothing goes on: raises NoEgress."""
        try:
            return list(self._listed())
        except OutboundRefused as refused:
            self.close()
            raise NoEgress(str(refused)) from None

    def _ask(self, question: dict[str, Any], *, connect: bool = False) -> dict[str, Any]:
        """Raises _Broken when the process has died, NoEgress when it lives and says nothing."""
        if self._socket is None:
            if not connect:
                raise _Broken
            self._socket = _connected(self._folder, self._seconds)
        try:
            self._socket.settimeout(self._seconds)
            self._socket.sendall(json.dumps(question).encode() + b"\n")
            while b"\n" not in self._answers:
                piece = self._socket.recv(65536)
                if not piece:
                    raise ConnectionResetError
                self._answers += piece
        except TimeoutError:
            self.close()
            raise NoEgress(_SILENT) from None
        except OSError:
            self.close()
            raise _Broken from None
        line, self._answers = self._answers.split(b"\n", 1)
        answer: dict[str, Any] = json.loads(line)
        return answer


class _Broken(Exception):
    """The connection to the egress has ended."""


def home(data_folder: Path) -> Path:
    """Where this machine's egress lives: a data folder may be shared, a process and its socket cannot."""
    return data_folder / "egress" / (re.sub(r"[^A-Za-z0-9.-]", "_", platform.node()) or "here")


def complaint(folder: Path, seconds: float = 3.0) -> str:
    """What is wrong with this machine's egress, with the remedy; empty when it answers, or none runs yet: the first
    robot starts it. seconds: how long it may take to answer."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        return f"ロボットの通信の出口の場所 {folder} を作れません（{error.strerror}）。データの場所の権限を確かめてください。"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"ロボットの通信の出口の場所 {folder} に書き込めません。データの場所の権限を確かめてください。"
    try:
        with _connect(folder) as channel:
            channel.settimeout(seconds)
            channel.sendall(b'{"do": "ping"}\n')
            channel.recv(1)
    except TimeoutError:
        return _SILENT
    except OSError:
        pass
    return ""


def _connected(folder: Path, seconds: float) -> socket.socket:
    """A connection to the folder's egress, which is started where none runs. Raises NoEgress."""
    until = time.monotonic() + seconds
    started: subprocess.Popen[bytes] | None = None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    while True:
        with suppress(OSError):
            return _connect(folder)
        if started is None or started.poll() is not None:
            if time.monotonic() > until:
                raise NoEgress(_SILENT)
            started = _start(folder)
        elif time.monotonic() > until + seconds:
            raise NoEgress(_SILENT)
        time.sleep(0.1)


def _connect(folder: Path) -> socket.socket:
    here = os.open(folder, os.O_PATH)
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        channel.connect(
            f"/proc/self/fd/{here}/{SOCKET}"
        )  # the folder's own path may be too long for a socket
    except OSError:
        channel.close()
        raise
    finally:
        os.close(here)
    return channel


def _start(folder: Path) -> subprocess.Popen[bytes]:
    """In a session of its own: it outlives the worker, so that it can say what left before that died."""
    wanted = ("PATH", "PYTHONPATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return subprocess.Popen(
        [sys.executable, "-m", "yakuba.services.robots.adapters.egress.server", str(folder)],
        env={name: os.environ[name] for name in wanted if name in os.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
