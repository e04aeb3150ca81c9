"""Profiles as files, and little servers that count who calls."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from django.conf import settings

HEAD = "名前: 試し\nモデル: α\n系: LGWAN接続系\n"
FLOW = (
    "  - {{名前: '{name}', 向き: {way}, プロトコル: {protocol}, ホスト: '{host}', ポート: {port}, 相手の系: {peer}, 目的: 試す,"
    " 載せてよい情報: {most}{more}}}\n"
)


def flow(host: str, port: int, **said: str) -> str:
    """A line of a profile."""
    usual = {
        "name": f"{host}の{port}",
        "way": "出る",
        "protocol": "http",
        "peer": "LGWAN接続系",
        "most": "機密性2",
        "more": "",
    }
    return FLOW.format(host=host, port=port, **(usual | said))


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Give this installation a profile with those flows."""

    def write(*flows: str, head: str = HEAD) -> Path:
        path = tmp_path / "profile.yaml"
        path.write_text(head + ("通信:\n" + "".join(flows) if flows else "通信: []\n"), encoding="utf-8")
        monkeypatch.setattr(settings.YAKUBA, "deployment", path)
        return path

    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "")
    return write


class Server(ThreadingHTTPServer):
    """Answers everything with its name, or leads elsewhere. asked: the paths, in order."""

    daemon_threads = True

    def __init__(self, address: str, port: int = 0, leads_to: str = "") -> None:
        super().__init__((address, port), _Answer)
        self.asked: list[str] = []
        self.leads_to = leads_to

    @property
    def port(self) -> int:
        return self.server_port


class _Answer(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        content = str(self.server.server_address[0]).encode()
        self.send_response(302 if self.server.leads_to else 200)
        if self.server.leads_to:
            self.send_header("Location", self.server.leads_to)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving(address: str = "127.0.0.1", port: int = 0, leads_to: str = "") -> Iterator[Server]:
    """A server that runs meanwhile."""
    server = Server(address, port, leads_to)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
