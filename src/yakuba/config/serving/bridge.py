"""From the server's form of a request (RSGI) to Django's (WSGI), and back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from tempfile import NamedTemporaryFile
from typing import IO, Any

from yakuba.config.serving.bodies import IN_MEMORY_BYTES, Refused
from yakuba.kernel.addresses import Network, client_of, is_within
from yakuba.kernel.files.temporary import private_folder

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
NEEDED = {"authorization", "cookie", "x-forwarded-for", "x-forwarded-proto"}
UNREADABLE = (
    "要求の見出し {} に英数字と記号でない文字が入っているため、受け付けません。"
    "cookie のときは、このサイトのクッキーをブラウザーの設定で消してから、もう一度開いてください。"
)


@dataclass(frozen=True)
class Answer:
    """What goes back to the sender. A large answer is a file with a name, which closing removes."""

    status: int
    headers: list[tuple[str, str]]
    content: bytes | IO[bytes]


def environ_of(scope: Any, trusted: Sequence[Network]) -> Environ:
    """The WSGI environment, without a body. X-Forwarded-… of anybody but a trusted proxy are dropped.

    Raises Refused where the server leaves out a header that says who asks, because not all of it is ASCII: without it
    a person would be a stranger, and a proxy's client the proxy itself.
    """
    peer = scope.client.rpartition(":")[0].strip("[]")
    pairs = scope.headers.items()
    if unreadable := NEEDED.intersection(scope.headers.keys()) - {name for name, _ in pairs}:
        raise Refused(400, UNREADABLE.format("、".join(sorted(unreadable))))
    headers = _headers(pairs)
    forwarded_for = headers.get("HTTP_X_FORWARDED_FOR", "")
    if not is_within(peer, trusted):
        headers = {key: value for key, value in headers.items() if not key.startswith("HTTP_X_FORWARDED_")}
    host, _, port = scope.server.rpartition(":")
    return headers | {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string.encode().decode("latin-1"),
        "REMOTE_ADDR": client_of(peer, forwarded_for, trusted),
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }


def run(application: Application, environ: Environ) -> Answer:
    """Let the application answer, whole, in this thread, and close what was read for it. What is large goes to a
    file: no memory is held, and no thread, while a slow line takes it."""
    told: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        told[:] = [int(status.partition(" ")[0]), headers]

    try:
        parts = application(environ, start_response)
        try:
            content = _collected(parts)
        finally:
            if hasattr(parts, "close"):
                parts.close()
    finally:
        environ["wsgi.input"].close()
    return Answer(told[0], told[1], content)


def _collected(parts: Iterable[bytes]) -> bytes | IO[bytes]:
    held: IO[bytes] = BytesIO()
    try:
        for part in parts:
            if isinstance(held, BytesIO) and held.tell() + len(part) > IN_MEMORY_BYTES:
                began, held = held.getvalue(), _file()
                held.write(began)
            held.write(part)
        if isinstance(held, BytesIO):
            return held.getvalue()
        held.flush()
    except BaseException:
        held.close()
        raise
    return held


def _file() -> IO[bytes]:
    return NamedTemporaryFile(dir=private_folder(), prefix="answer-")  # who sends it closes it


def _headers(pairs: Iterable[tuple[str, str]]) -> Environ:
    """A name with an underscore would pass for the one with a hyphen that a proxy sets: it is dropped."""
    found: Environ = {}
    for name, value in pairs:
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
        joint = ","
        if key == "HTTP_COOKIE":
            # Written so, a NUL comes in where a raw one cannot; PostgreSQL refuses it.
            joint, value = "; ", value.replace(r"\000", "?")
        found[key] = f"{found[key]}{joint}{value}" if key in found else value
    return found
