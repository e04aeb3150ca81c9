"""The door: a request comes in, Django's answer goes out.

A request without a body goes to Django at once. Of one with a body nothing is read until its sender is known. A
stranger's is read on the way in (`/login/` and the addresses below it: the second factor, an invitation) and on
pages of residents and guests (`PUBLIC`) alone, and only a form's worth, or a few photographs where an application asks for
them; every other address sends a stranger to the login page as it
would without the body. Bodies are read in the event loop, whole, before a thread is taken.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.urls import reverse

from yakuba.config.serving.bodies import (
    APPLICANT,
    COUNTERPART,
    STRANGER,
    Limits,
    Reception,
    Refused,
    read,
    staff,
)
from yakuba.config.serving.bridge import Answer, Application, Environ, environ_of, run
from yakuba.config.serving.connections import Connections
from yakuba.config.serving.senders import sender_of
from yakuba.config.serving.threads import Known, Queue
from yakuba.kernel.addresses import networks, place_of
from yakuba.kernel.outbound import part

API = "/api/"
APPLYING = "/apply/"
REPORTING, OPEN311 = "/report/", "/open311/"
EXCHANGE = "/exchange/line/"
PUBLIC = (
    "/ask/",
    "/guest/",
    "/tickets/",
    APPLYING,
    REPORTING,
    OPEN311,
    EXCHANGE,
)  # pages that ask nobody who they are
FORM, WITH_FILES = "application/x-www-form-urlencoded", "multipart/form-data"
MESSAGE = "application/vnd.yakuba.exchange"
OURS = {"connection", "content-length"}  # headers of a large answer that the door sets


class Door:
    """One for the process; called in its event loop for every request."""

    def __init__(self, django: Application) -> None:
        self._django = django
        self._trusted = networks(settings.YAKUBA.trusted_proxies)
        self._staff = staff(settings.YAKUBA.request_max_bytes)
        self._reception = Reception()
        self._known = Known()
        self._for_staff = Queue("staff", threads=8, at_once=64, in_all=512)
        self._for_strangers = Queue("strangers", threads=4, at_once=128, in_all=512)
        self._for_asking_who = Queue("who", threads=2, at_once=128, in_all=512)
        self.connections = Connections(settings.YAKUBA.port, self._trusted)

    async def __call__(self, scope: Any, protocol: Any) -> None:
        """Answer one request."""
        with self.connections.request(scope.client) as line:
            try:
                answer = await self._answer(environ_of(scope, self._trusted), protocol)
            except Refused as refusal:
                answer = _plain(refusal.status, str(refusal))
            if not isinstance(answer.content, bytes):
                line.answers.append(answer.content)
            _hand_over(answer, protocol)

    async def _answer(self, environ: Environ, protocol: Any) -> Answer:
        has_body = _has_body(environ)
        sender = await self._sender(environ, anew=has_body)
        if has_body:
            if not sender and not _takes_forms(environ["PATH_INFO"]):
                return await self._without_body(environ)
            limits = self._staff if sender else _of_stranger(environ)
            declared = _declared(environ)
            with self._reception.seat(limits, sender or _place(environ)):
                environ["wsgi.input"] = await read(aiter(protocol), declared, limits)
            environ["CONTENT_LENGTH"] = str(declared)
        return await self._run(environ, sender)

    async def _without_body(self, environ: Environ) -> Answer:
        """What a stranger gets who sends a body to an address that is not on the way in."""
        path = environ["PATH_INFO"].encode("latin-1")
        if path.startswith(API.encode()):
            environ["CONTENT_LENGTH"] = "0"
            answer = await self._run(environ, "")
            return Answer(answer.status, [*answer.headers, ("connection", "close")], answer.content)
        where = reverse("login")
        if environ["PATH_INFO"] != reverse("logout"):
            where += f"?next={quote(path)}"
        return Answer(302, [("location", where), ("connection", "close")], b"")

    async def _sender(self, environ: Environ, *, anew: bool) -> str:
        """Who sends it; for the choice of a queue what was found in the last minute will do."""
        if not _says_who(environ):
            return ""
        known = self._known.get(environ)
        if known and not anew:
            return known
        queue = self._for_staff if known else self._for_asking_who
        found: str = await queue.run(known or _place(environ), sender_of, environ)
        self._known.keep(environ, found)
        return found

    async def _run(self, environ: Environ, sender: str) -> Answer:
        queue = self._for_staff if sender else self._for_strangers
        answer: Answer = await queue.run(sender or _place(environ), run, self._django, environ)
        return answer


def _hand_over(answer: Answer, protocol: Any) -> None:
    """Let the server send it. Its stream would take whatever it is given into memory; a file it reads no faster than
    the other side takes it. It opens the file by a random name, which is gone when the connection is over: too late,
    it finds nothing, and never what belongs to somebody else."""
    if isinstance(answer.content, bytes):
        protocol.response_bytes(answer.status, answer.headers, answer.content)
        return
    size = os.fstat(answer.content.fileno()).st_size
    headers = [(name, value) for name, value in answer.headers if name.lower() not in OURS]
    headers += [("content-length", str(size)), ("connection", "close")]
    protocol.response_file(answer.status, headers, answer.content.name)


def _place(environ: Environ) -> str:
    return place_of(environ["REMOTE_ADDR"])


def _has_body(environ: Environ) -> bool:
    return "HTTP_TRANSFER_ENCODING" in environ or environ.get("CONTENT_LENGTH", "0") != "0"


def _takes_forms(path: str) -> bool:
    """Whether a stranger may send a form there."""
    return path.startswith((reverse("login"), *PUBLIC))


def _of_stranger(environ: Environ) -> Limits:
    """What a stranger may send there. Raises Refused for anything but a form: a file would go to the disk."""
    kind, path = environ.get("CONTENT_TYPE", "").partition(";")[0].strip(), environ["PATH_INFO"]
    if path.startswith(EXCHANGE):
        if kind == MESSAGE and part.is_outside():
            return COUNTERPART
        raise Refused(404, "見つかりません。")
    if kind == FORM:
        return STRANGER
    if kind == WITH_FILES and path.startswith(APPLYING) and path.endswith("/files/"):
        return APPLICANT
    if kind == WITH_FILES and path.startswith(REPORTING) and path.endswith("/send/"):
        return APPLICANT
    raise Refused(415, "このページのフォームから送ってください。")


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
