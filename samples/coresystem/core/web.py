"""HTTP: reads a request, asks the site, sends one answer. Nothing here knows what a page means."""

from __future__ import annotations

import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

COOKIE = "KIKAN_SESSION"
_LARGEST_BODY = 256 * 1024
_SAFETY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:;"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


@dataclass(frozen=True)
class Request:
    """One request; `query` and `form` map a name to all its values, `session` is the cookie's token or ''."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    form: Mapping[str, list[str]]
    body: bytes
    session: str
    client: str
    control_token: str

    def value(self, name: str) -> str:
        """The first value of a posted field, or ''."""
        return self.form.get(name, [""])[0]


@dataclass(frozen=True)
class Answer:
    """What to send; `dropped` means: close the connection and send nothing at all."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    dropped: bool = False


class Site(Protocol):
    def answer(self, request: Request) -> Answer:
        """Answer one request; called from many threads at once."""

    def thread_ends(self) -> None:
        """Called at the end of every connection, in its thread."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], site: Site, log: bool) -> None:
        self.site = site
        self.log = log
        super().__init__(address, Handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news; anything else is printed as usual."""
        if not isinstance(sys.exc_info()[1], (ConnectionError, TimeoutError)):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave in one packet
    disable_nagle_algorithm = True
    timeout = 120
    server: Server

    def version_string(self) -> str:
        return "CoreSystemSample"

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 12):
            self.send_error(411)
        elif int(length) > _LARGEST_BODY:
            self.close_connection = True
            self.send_error(413)
        else:
            self._answer(self.rfile.read(int(length)))

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            self.server.site.thread_ends()

    def _answer(self, body: bytes) -> None:
        answer = self.server.site.answer(self._request(body))
        if answer.dropped:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(answer.status)
        headers = {"Content-Type": answer.content_type, "Content-Length": str(len(answer.body))}
        for name, value in (_SAFETY_HEADERS | headers | dict(answer.headers)).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def _request(self, body: bytes) -> Request:
        parts = urlsplit(self.path)
        is_form = self.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
        return Request(
            method=self.command,
            path=parts.path,
            query=_fields(parts.query),
            form=_fields(body.decode("utf-8", "replace")) if is_form else {},
            body=body,
            session=_cookie(self.headers.get("Cookie", "")),
            client=self.client_address[0],
            control_token=self.headers.get("X-Control-Token", ""),
        )

    def log_message(self, format: str, *args: object) -> None:
        if self.server.log:
            super().log_message(format, *args)


def _fields(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=500, errors="replace")
    except ValueError:
        return {}


def _cookie(header: str) -> str:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
