"""A small web server in this process for pages that the core system does not have."""

from __future__ import annotations

import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Pages:
    """Serves `html` by path and counts what is asked. A POST to /drop is noted and never answered; one to /slow
    is answered after a second; /again?url tells to send it there once more (307), /put?url too (308); /fails answers 500;
    other POSTs lead to /done. `/away?url` redirects."""

    def __init__(self, html: dict[str, str]) -> None:
        self.html = html
        self.asked: list[str] = []
        self._server = ThreadingHTTPServer(("0.0.0.0", 0), self._handler())
        self.port = self._server.server_port
        self.base = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def count(self, what: str) -> int:
        return self.asked.count(what)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                pages.asked.append(f"GET {self.headers['Host'].split(':')[0]} {self.path}")
                if self.path.startswith("/away?"):
                    self._send(303, "", self.path.partition("?")[2])
                else:
                    found = pages.html.get(self.path.partition("?")[0])
                    self._send(200 if found is not None else 404, found or "<h1>ない</h1>")

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                pages.asked.append(f"{self.command} {self.path}")
                if self.path == "/drop":
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                if self.path == "/slow":
                    time.sleep(1)
                moved = {"/again": 307, "/put": 308}.get(self.path.partition("?")[0])
                if self.path == "/fails":
                    self._send(500, "<h1>エラー</h1>")
                elif moved:
                    self._send(moved, "", self.path.partition("?")[2])
                else:
                    self._send(303, "", "/done")

            def do_PUT(self) -> None:
                self.do_POST()

            def do_DELETE(self) -> None:
                self.do_POST()

            def _send(self, status: int, body: str, location: str = "") -> None:
                data = f"<!DOCTYPE html><html lang=ja><meta charset=utf-8>{body}".encode()
                self.send_response(status)
                if location:
                    self.send_header("Location", location)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler
