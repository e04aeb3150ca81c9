"""One HTTP exchange with an issuer, within limits: an address that is listed, a time, a size, no redirection."""

from __future__ import annotations

import json
import socket
from base64 import b64encode
from contextlib import closing, suppress
from http.client import HTTPException, HTTPResponse
from threading import Timer
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from yakuba.kernel.outbound import DataClass, OutboundRefused
from yakuba.kernel.outbound.dialling import http
from yakuba.kernel.refusals import Unavailable

SECONDS = 10.0
HOLDS = DataClass.INTERNAL  # who of the staff signs in
LARGEST = 1_000_000  # bytes of an answer
ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
INSTEAD = "少し待ってやり直すか、職員IDとパスワードで入ってください。"


class DirectoryFailed(Unavailable):
    """The directory did not answer as it should: why and what to do, without anything that was sent or answered."""

    def __init__(self, why: str) -> None:
        super().__init__(why, remedy=INSTEAD)


def require_safe(url: Any) -> str:
    """The address, if nobody on the way can read or change what is sent there. Raises DirectoryFailed."""
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:  # https://[
        parts = None
    if parts is None or not (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ON_THIS_MACHINE)
    ):
        raise DirectoryFailed(
            "庁内の認証サーバーのアドレスが https ではありません。管理者に知らせてください。"
        )
    return str(url)


def fetch(url: str) -> dict[str, Any]:
    """What stands there, as JSON. Raises DirectoryFailed."""
    return _asked("GET", url, None, {})


def post(url: str, fields: dict[str, str], client: str, secret: str) -> dict[str, Any]:
    """What is answered to a form; a client with a secret says both (RFC 6749, 2.3.1). Raises DirectoryFailed."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if secret:
        said = f"{quote(client, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + b64encode(said.encode()).decode()
    return _asked("POST", url, urlencode(fields).encode(), headers)


def _asked(method: str, url: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(require_safe(url))
    try:
        with closing(http(url, SECONDS, HOLDS)) as connection:
            connection.connect()
            ends = Timer(SECONDS, _shut, [connection.sock])  # whoever sends a byte now and then ends too
            ends.start()
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            try:
                connection.request(method, target, body, {"Accept": "application/json"} | headers)
                answer = connection.getresponse()
                content, status = _content(answer), answer.status
            finally:
                ends.cancel()
    except OutboundRefused as refused:
        raise DirectoryFailed(str(refused)) from None
    except (OSError, HTTPException, ValueError):
        raise DirectoryFailed("庁内の認証サーバーに接続できません。") from None
    if status != 200:
        raise DirectoryFailed(f"庁内の認証サーバーが断りました（{status}）。")
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise DirectoryFailed("庁内の認証サーバーの答えを読めません。")
    return found


def _content(answer: HTTPResponse) -> bytes:
    found = b""
    while part := answer.read1(65_536):
        found += part
        if len(found) > LARGEST:
            raise ValueError("too long")
    if answer.length:  # cut off
        raise ValueError("not all of it")
    return found


def _shut(connected: socket.socket) -> None:
    with suppress(OSError):
        connected.shutdown(socket.SHUT_RDWR)
