"""A small real HTTP server that speaks the API, well or badly, as the name of the model says."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PATIENCE = 30  # seconds after which a test that goes wrong ends


class Handler(BaseHTTPRequestHandler):
    """`said`: what was asked, in order; `over`: the test has ended."""

    protocol_version = "HTTP/1.1"
    server: Any

    def log_message(self, *_: Any) -> None:
        """Nothing."""

    def do_GET(self) -> None:
        self.server.said.append(("GET", self.path, {}, self.headers.get("Authorization")))
        self.send(200, json.dumps({"data": [{"id": "good"}, {"id": "other"}]}))

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.said.append(("POST", self.path, body, self.headers.get("Authorization")))
        way = body["model"]
        if self.path.endswith("/embeddings"):
            self.embed(way, body)
        else:
            getattr(self, way.replace("-", "_"))(body)

    def send(self, status: int, content: str, kind: str = "application/json", **headers: str) -> None:
        data = content.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        self.wfile.write(data)

    def reply(self, text: str, reason: str = "stop") -> None:
        choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": reason}
        self.send(200, json.dumps({"model": "good", "choices": [choice]}, ensure_ascii=False))

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def event(self, text: str | None, reason: str | None = None) -> bytes:
        delta = {} if text is None else {"content": text}
        told = {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}
        return f"data: {json.dumps(told, ensure_ascii=False)}\n\n".encode()

    def wait(self) -> None:
        self.server.over.wait(PATIENCE)

    # --- well
    def good(self, body: dict[str, Any]) -> None:
        if not body.get("stream"):
            self.reply("はい、承りました。")
            return
        self.begin_stream()
        content = b": ping\n\n" + self.event("はい、") + self.event("承りました。").replace(b"\n", b"\r\n")
        content += self.event(None, "stop") + b'data: {"choices": [], "usage": {}}\n\n' + b"data: [DONE]\n\n"
        for at in range(0, len(content), 7):  # letters are cut, too
            self.wfile.write(content[at : at + 7])
            self.wfile.flush()

    def schema(self, body: dict[str, Any]) -> None:
        self.reply('{"title": "題", "lines": 3}')

    def fenced(self, body: dict[str, Any]) -> None:
        self.reply('答えは次のとおりです。\n```json\n{"title": "題", "lines": 3}\n```')

    # --- badly
    def second_time(self, body: dict[str, Any]) -> None:
        if sum(one[2].get("model") == "second-time" for one in self.server.said) > 1:
            self.schema(body)
        else:
            self.reply('{"title": "秘密の答え"}')

    def never_fits(self, body: dict[str, Any]) -> None:
        self.reply('{"title": "秘密の答え", "lines": "三"}')

    def cut_by_length(self, body: dict[str, Any]) -> None:
        self.reply('{"title": "秘密の答え', "length")

    def silent(self, body: dict[str, Any]) -> None:
        self.wait()

    def dripping(self, body: dict[str, Any]) -> None:
        """Headers, one byte at a time, for ever."""
        self.close_connection = True
        try:
            while not self.server.over.wait(0.05):
                self.wfile.write(b"X")
                self.wfile.flush()
        except OSError:
            self.server.hung_up.set()

    def endless(self, body: dict[str, Any]) -> None:
        self.begin_stream()
        try:
            while not self.server.over.wait(0.01):
                self.wfile.write(self.event("秘密の答え"))
                self.wfile.flush()
        except OSError:
            self.server.hung_up.set()

    def endless_line(self, body: dict[str, Any]) -> None:
        self.begin_stream()
        try:
            while not self.server.over.is_set():
                self.wfile.write(b"data: " + b"x" * 100_000)
        except OSError:
            self.server.hung_up.set()

    def huge(self, body: dict[str, Any]) -> None:
        self.send(200, " " * 21_000_000)

    def cut(self, body: dict[str, Any]) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write('{"choices": [{"message": {"content": "秘密の答え'.encode())
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def cut_stream(self, body: dict[str, Any]) -> None:
        self.begin_stream()
        self.wfile.write(self.event("はい、"))

    def fault_in_stream(self, body: dict[str, Any]) -> None:
        self.begin_stream()
        self.wfile.write(self.event("はい、") + b'data: {"error": {"message": "secret"}}\n\n')

    def no_letters(self, body: dict[str, Any]) -> None:
        self.begin_stream()
        self.wfile.write(b"data: \xff\xfe\n\n")

    def html(self, body: dict[str, Any]) -> None:
        self.send(200, "<html>秘密の答え</html>", "text/html")

    def other_json(self, body: dict[str, Any]) -> None:
        self.send(200, '["秘密の答え"]')

    def deep_json(self, body: dict[str, Any]) -> None:
        self.send(200, "[" * 200_000)

    def broken(self, body: dict[str, Any]) -> None:
        self.send(500, '{"error": "秘密の答え"}')

    def busy(self, body: dict[str, Any]) -> None:
        self.send(429, "{}", Retry_After="0")

    def busy_once(self, body: dict[str, Any]) -> None:
        if sum(one[2].get("model") == "busy-once" for one in self.server.said) > 1:
            self.reply("はい、承りました。")
        else:
            self.send(503, "{}", Retry_After="0")

    def busy_for_long(self, body: dict[str, Any]) -> None:
        self.send(429, "{}", Retry_After="3600")

    def elsewhere(self, body: dict[str, Any]) -> None:
        self.send(302, "", Location=self.server.elsewhere)

    def locked(self, body: dict[str, Any]) -> None:
        self.send(401, '{"error": "秘密の答え"}')

    def unknown(self, body: dict[str, Any]) -> None:
        self.send(404, "{}")

    def embed(self, way: str, body: dict[str, Any]) -> None:
        rows = [{"index": at, "embedding": [float(len(text)), 1.0]} for at, text in enumerate(body["input"])]
        if way == "fewer":
            rows.pop()
        elif way == "uneven":
            rows[0]["embedding"] = [1.0]
        elif way == "not-numbers":
            rows[0]["embedding"] = [float("nan"), 1.0]
        elif way == "no-rows":
            rows = [{"index": 0}]
        self.send(200, json.dumps({"data": rows[::-1]}))


class Server(ThreadingHTTPServer):
    """Quiet where the caller has hung up."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Nothing."""


@contextmanager
def running() -> Iterator[Any]:
    """The server; `server.url` is its address with `/v1`."""
    server: Any = Server(("127.0.0.1", 0), Handler)
    server.said, server.over, server.hung_up, server.elsewhere = [], threading.Event(), threading.Event(), ""
    server.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def unused_port() -> int:
    """One at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def hung_up(server: Any) -> bool:
    """Whether the server noticed that the caller has gone."""
    deadline = time.monotonic() + PATIENCE
    while not server.hung_up.wait(0.05):
        if time.monotonic() > deadline:
            return False
    return True
