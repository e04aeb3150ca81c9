"""The hub in real processes, on a house of their own; whoever sends to it, and whoever is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.running_house import STAFF, House

GUARD = 600  # seconds until something is held to hang
SCOPES = ("cityhub.view", "cityhub.write", "cityhub.manage")


def token(house: House) -> str:
    """A token, made as the manual says."""
    given = [word for scope in SCOPES for word in ("--scope", scope)]
    made = house.yakuba("accounts", "token", STAFF, "--name", "都市OS", *given)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


class HubProcess:
    """`yakuba cityhub serve`. Its port stays the same when it is started again."""

    def __init__(self, house: House, token: str) -> None:
        self.house, self.token, self.port = house, token, 0
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it takes requests."""
        command = [sys.executable, "-m", "yakuba", "cityhub", "serve", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.house.environment, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stderr is not None
        line = self.process.stderr.readline()
        assert "http://" in line, line + self.process.stderr.read()
        self.port = int(line.split("//")[1].split(":")[1].split("/")[0])
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def kill(self) -> None:
        """SIGKILL, and nothing is waited for."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(GUARD)

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One request over a connection of its own: status and JSON. Raises OSError, HTTPException."""
        line = HTTPConnection("127.0.0.1", self.port, timeout=GUARD)
        try:
            return asked(line, self.token, method, path, body)
        finally:
            line.close()


def asked(line: HTTPConnection, token: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One request over this connection."""
    headers = {"X-Auth-Token": token} | ({} if body is None else {"Content-Type": "application/json"})
    line.request(method, path, None if body is None else json.dumps(body).encode(), headers)
    answer = line.getresponse()
    content = answer.read()
    return answer.status, json.loads(content) if content else None


class Writers:
    """Clients that send ever higher numbers, and remember which were acknowledged."""

    def __init__(self, hub: HubProcess, number: int, entities: int) -> None:
        self._hub, self._entities = hub, entities
        self._lock, self._next, self._ends = threading.Lock(), 0, threading.Event()
        self.acknowledged: list[tuple[str, int]] = []
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(number)]
        for one in self._threads:
            one.start()

    def stop(self) -> None:
        """Send nothing any more."""
        self._ends.set()
        for one in self._threads:
            one.join(GUARD)

    def _run(self) -> None:
        line: HTTPConnection | None = None
        while not self._ends.is_set():
            with self._lock:
                self._next += 1
                number = self._next
            name = f"k{number % self._entities}"
            try:
                line = line or HTTPConnection("127.0.0.1", self._hub.port, timeout=GUARD)
                path = f"/v2/entities/{name}/attrs/a?type=K"
                status, _ = asked(line, self._hub.token, "PUT", path, {"value": number, "type": "Number"})
            except (OSError, HTTPException):
                if line is not None:
                    line.close()
                line = None
                self._ends.wait(0.05)
                continue
            if status == 204:
                self.acknowledged.append((name, number))


class Receiver:
    """Who is told. dead: it takes the connection and says nothing; values: entity → numbers that came."""

    def __init__(self) -> None:
        self.values: dict[str, set[int]] = defaultdict(set)
        self.number = 0
        self.dead = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if outer.dead:
                    self.close_connection = True
                    return
                for entity in json.loads(body)["data"]:
                    outer.values[entity["id"]].add(entity["a"]["value"])
                    outer.number += 1
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """The hub is killed in the middle: nothing to tell."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End it."""
        self.server.shutdown()
        self.server.server_close()
