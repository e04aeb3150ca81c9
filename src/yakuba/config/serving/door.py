"""The door: a request comes in, Django's answer goes out.

A request without a body goes to Django at once. Of one with a body nothing is read until its sender is known. A
stranger's is read on the login page alone, and only a form's worth; every other address sends a stranger to the
login page as it would without the body. Bodies are read in the event loop, whole, before a thread is taken.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from yakuba.config.serving.addresses import networks
from yakuba.config.serving.bodies import STRANGER, Reception, Refused, read, staff
from yakuba.config.serving.bridge import Answer, Application, Environ, environ_of, run
from yakuba.config.serving.senders import sender_of

THREADS = 8
MOST_WAITING = 256  # requests that wait for a thread
API = "/api/"
FORM = "application/x-www-form-urlencoded"


class Door:
    """One for the process; called in its event loop for every request."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._trusted = networks(settings.YAKUBA.trusted_proxies)
        self._staff = staff(settings.YAKUBA.request_max_bytes)
        self._reception = Reception()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="web")
        self._busy = 0

    async def __call__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        environ = environ_of(scope, self._trusted)
        try:
            answer = await self._answer(environ, protocol)
        except Refused as refusal:
            answer = _plain(refusal.status, str(refusal))
        protocol.response_bytes(answer.status, answer.headers, answer.content)

    async def _answer(self, environ: Environ, protocol: Any) -> Answer:
        if _has_body(environ):
            sender = await self._in_thread(sender_of, environ) if _says_who(environ) else ""
            if not sender and environ["PATH_INFO"] != reverse("login"):
                return await self._without_body(environ)
            if not sender and environ.get("CONTENT_TYPE", "").partition(";")[0].strip() != FORM:
                raise Refused(415, "ログイン画面からログインしてください。")  # a file would go to the disk
            limits = self._staff if sender else STRANGER
            declared = _declared(environ)
            with self._reception.seat(limits, sender or environ["REMOTE_ADDR"]):
                environ["wsgi.input"] = await read(aiter(protocol), declared, limits)
            environ["CONTENT_LENGTH"] = str(declared)
        return await self._in_thread(run, self._django, environ)

    async def _without_body(self, environ: Environ) -> Answer:
        """What a stranger gets who sends a body to another address than the login page."""
        path = environ["PATH_INFO"].encode("latin-1")
        if path.startswith(API.encode()):
            environ["CONTENT_LENGTH"] = "0"
            answer: Answer = await self._in_thread(run, self._django, environ)
            return Answer(answer.status, [*answer.headers, ("connection", "close")], answer.content)
        where = reverse("login")
        if environ["PATH_INFO"] != reverse("logout"):
            where += f"?next={quote(path)}"
        return Answer(302, [("location", where), ("connection", "close")], b"")

    async def _in_thread(self, work: Any, *arguments: Any) -> Any:
        if self._busy >= THREADS + MOST_WAITING:
            raise Refused(503, "混み合っています。少し待ってから、もう一度開いてください。")
        self._busy += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._busy -= 1


def _has_body(environ: Environ) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"


def _says_who(environ: Environ) -> bool:
    return "HTTP_COOKIE" in environ or "HTTP_AUTHORIZATION" in environ


def _declared(environ: Environ) -> int:
    """The body's length. Without one (chunked) the server does not tell a body's end from a broken line."""
    text = environ.get("CONTENT_LENGTH", "").partition(",")[0]  # the server has refused two that differ
    if "HTTP_TRANSFER_ENCODING" in environ or not text.isdecimal():
        raise Refused(
            411, "長さの分からない送り方（chunked）は受け取れません。Content-Lengthを付けてください。"
        )
    return int(text)


def _plain(status: int, sentence: str) -> Answer:
    headers = [
        ("content-type", "text/plain; charset=utf-8"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ]
    if status in {429, 503}:
        headers.append(("retry-after", "10"))
    return Answer(status, headers, f"{sentence}\n".encode())
