"""The place where connections are made: the name is looked up once, and the address that was looked at is the one that is
called. No redirection is followed here and no proxy of the environment is asked. A peer that says a byte now and then, or
never comes to an end, is given up."""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from threading import Timer
from typing import Any, BinaryIO

from yakuba.kernel.outbound.allowed import Allowed
from yakuba.kernel.outbound.classes import DataClass
from yakuba.kernel.outbound.permission import permitted, require_relay
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.kernel.outbound.target import Target, target_of

RecipientRefused = smtplib.SMTPRecipientsRefused  # the relay is there, and does not take this address
WHOLE_MAIL = 120.0  # seconds that a relay may take in all
MOST_LINES = (
    1_000  # that a relay may say in all: a reply may have as many lines as it likes (RFC 5321, 4.2.1)
)


def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the machine's resolver gives them. Raises OSError."""
    return [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def dial(allowed: Allowed, seconds: float) -> socket.socket:
    """A connection to one of the addresses that the entry's host may have. seconds: for all of them together, however many
    there are. Raises OutboundRefused where it has none of them, and OSError."""
    found = allowed.found_at(look_up(allowed.host, allowed.port))
    if not found:
        raise OutboundRefused(
            f"{allowed.host} の住所（IPアドレス）は、この機械自身か、許していない場所を指しています。つなぎません。"
            "内側の相手なら、配置プロファイルの「アドレス」に書くか、名前の代わりにそのIPアドレスを許可してください。"
        )
    failed: OSError = OSError("no address")
    until = time.monotonic() + seconds
    for address in found:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            connected = socket.create_connection((address, allowed.port), left)
        except OSError as error:
            failed = error
            continue
        connected.settimeout(seconds)
        # Head and body go in two writes; without this the second waits for the other side's word on the first, 40 ms each time.
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected
    raise failed


def shut(connected: Any) -> None:
    """End a connection from another thread: whoever waits for its other side is told so."""
    with suppress(OSError):
        socket.socket.shutdown(
            connected, socket.SHUT_RDWR
        )  # as a bare socket: TLS is at work in another thread


def http(url: str, seconds: float, holds: DataClass) -> HTTPConnection:
    """A client for the URL's server, which is not yet called: `connect()` does it, and raises OutboundRefused and OSError.
    holds: the class of what will be sent. Raises OutboundRefused."""
    target = target_of(url)
    allowed = permitted(target, holds)
    if target.protocol == "https":
        return _Secure(target, allowed, seconds)
    return _Plain(target, allowed, seconds)


def stream(url: str, seconds: float, holds: DataClass) -> socket.socket:
    """An open connection to the URL's server, for a protocol that is no HTTP (`mqtt`); with TLS where the protocol's name ends
    in an s (`mqtts`). seconds: for connecting and the handshake, each. holds: the class of what will be sent or asked for.
    Raises OutboundRefused and OSError."""
    target = target_of(url)
    plain = dial(permitted(target, holds), seconds)
    if not target.protocol.endswith("s"):
        return plain
    try:
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


@dataclass
class Watch:
    """given_up: the connection took longer than it may, and was shut."""

    given_up: bool = False


@contextmanager
def given_up_after(line: HTTPConnection, seconds: float) -> Iterator[Watch]:
    """Shut the connection, which is open, after that time, whatever its peer does: a byte now and then, answers before the
    answer (HTTP 1xx) or a head without end, of which the seconds of silence say nothing. What waits for it gets its end or an
    OSError then."""
    watch, connected = Watch(), line.sock

    def end() -> None:
        watch.given_up = True
        shut(connected)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


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
            # The time is that of the whole handshake, however slowly its bytes come.
            self.sock = self._checking.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


class _Lines:
    """What a relay says, up to so many lines."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._left = file, MOST_LINES

    def readline(self, most: int) -> bytes:
        """The next one. Raises OSError where there were too many."""
        self._left -= 1
        if self._left < 0:
            raise OSError("a reply without end")
        return self._file.readline(most)

    def close(self) -> None:
        self._file.close()


class _Relay(smtplib.SMTP):
    def __init__(self, allowed: Allowed, seconds: float) -> None:
        self._allowed = allowed
        self._ends: Timer | None = None
        super().__init__(allowed.host, allowed.port, timeout=seconds)

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        connected = dial(self._allowed, float(timeout))
        self._ends = Timer(WHOLE_MAIL, shut, [connected])
        self._ends.daemon = True
        self._ends.start()
        return connected

    def getreply(self) -> tuple[int, bytes]:
        """As the library's, which reads lines for as long as they come."""
        if self.file is None and self.sock is not None:
            self.file = _Lines(self.sock.makefile("rb"))
        return super().getreply()

    def close(self) -> None:
        """And what watched over it."""
        if self._ends is not None:
            self._ends.cancel()
        super().close()


def mail(address: str, seconds: float, holds: DataClass) -> smtplib.SMTP:
    """The mail relay (`host:port`, 25 where none is said), connected. Raises OutboundRefused and OSError, of which
    SMTPException is one."""
    host, port = require_relay(address, holds)
    return _Relay(permitted(Target("smtp", host, port), holds), seconds)
