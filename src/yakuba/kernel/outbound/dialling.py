"""The place where connections are made: the name is looked up once, and the address that was looked at is the one that is
called. No redirection is followed here and no proxy of the environment is asked."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Sequence
from http.client import HTTPConnection, HTTPSConnection
from typing import Any

from yakuba.kernel.outbound.allowed import Allowed
from yakuba.kernel.outbound.classes import DataClass
from yakuba.kernel.outbound.permission import permitted, require_relay
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.kernel.outbound.target import Target, target_of


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the machine's resolver gives them. Raises OSError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(allowed: Allowed, seconds: float) -> socket.socket:
    """A connection to one of the addresses that the entry's host may have. Raises OutboundRefused where it has none of
    them, and OSError."""
    found = allowed.found_at(look_up(allowed.host, allowed.port))
    if not found:
        raise OutboundRefused(
            f"{allowed.host} の住所（IPアドレス）は、この機械自身か、許していない場所を指しています。つなぎません。"
            "内側の相手なら、配置プロファイルの「アドレス」に書くか、名前の代わりにそのIPアドレスを許可してください。"
        )
    failed: OSError = OSError("no address")
    for address in found:
        try:
            return socket.create_connection((address, allowed.port), seconds)
        except OSError as error:
            failed = error
    raise failed


def http(url: str, seconds: float, holds: DataClass) -> HTTPConnection:
    """A client for the URL's server, which is not yet called: `connect()` does it, and raises OutboundRefused and OSError.
    holds: the class of what will be sent. Raises OutboundRefused."""
    target = target_of(url)
    allowed = permitted(target, holds)
    if target.protocol == "https":
        return _Secure(target, allowed, seconds)
    return _Plain(target, allowed, seconds)


class _Plain(HTTPConnection):
    def __init__(self, target: Target, allowed: Allowed, seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=seconds)
        self._allowed, self._seconds = allowed, seconds

    def connect(self) -> None:
        self.sock = dial(self._allowed, self._seconds)


class _Secure(HTTPSConnection):
    def __init__(self, target: Target, allowed: Allowed, seconds: float) -> None:
        self._checking = ssl.create_default_context()
        super().__init__(target.host, target.port, timeout=seconds, context=self._checking)
        self._allowed, self._seconds = allowed, seconds

    def connect(self) -> None:
        plain = dial(self._allowed, self._seconds)
        try:
            self.sock = self._checking.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class _Relay(smtplib.SMTP):
    def __init__(self, allowed: Allowed, seconds: float) -> None:
        self._allowed = allowed
        super().__init__(allowed.host, allowed.port, timeout=seconds)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return dial(self._allowed, float(timeout))


def mail(address: str, seconds: float, holds: DataClass) -> smtplib.SMTP:
    """The mail relay (`host:port`, 25 where none is said), connected. Raises OutboundRefused and OSError, of which
    SMTPException is one."""
    host, port = require_relay(address, holds)
    return _Relay(permitted(Target("smtp", host, port), holds), seconds)
