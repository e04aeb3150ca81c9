"""As much of HTTP/1.1 as a forward proxy must understand: heads, and where a request's body ends."""

from __future__ import annotations

import asyncio
import re
from urllib.parse import urlsplit

from yakuba.kernel.outbound.target import Unclear, canonical_host

HEAD_LIMIT = 256 * 1024
TELLING = 4  # bytes by which a protocol is known
_REQUEST = re.compile(rb"[A-Z]{3,20}(?: |\Z)")
_TLS = b"\x16\x03"  # a handshake record of any version (RFC 8446, 5.1)
#: Fields that speak of one connection and not of the message.
_HOP = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization", b"te", b"upgrade"}
)


class BadRequest(Exception):
    """A request that is not handed on; the argument is the status line's end."""


async def read_head(reader: asyncio.StreamReader) -> bytes:
    """Everything up to and with the empty line. Raises asyncio's errors when it does not come, or is too long."""
    return await reader.readuntil(b"\r\n\r\n")


def target_of(head: bytes) -> tuple[str, str, int, str]:
    """Method, host (in its one spelling), port and path. Raises BadRequest."""
    try:
        method, address, _ = head.split(b"\r\n", 1)[0].decode("ascii").split(" ")
        parts = urlsplit(f"//{address}" if method == "CONNECT" else address)
        port = parts.port or (443 if method == "CONNECT" else 80)
    except (ValueError, UnicodeDecodeError):
        raise BadRequest("400 Bad Request") from None
    if not parts.hostname or "@" in parts.netloc or (method != "CONNECT" and parts.scheme != "http"):
        raise BadRequest("400 Bad Request")
    try:
        host = canonical_host(parts.hostname)
    except Unclear:
        raise BadRequest("400 Bad Request") from None
    path = parts.path or "/"
    return method, host, port, f"{path}?{parts.query}" if parts.query else path


def protocol_of(first: bytes) -> str:
    """What a tunnel begins to carry: `https` for TLS, `http` for a request in the clear, empty for anything else."""
    if first.startswith(_TLS):
        return "https"
    return "http" if _REQUEST.match(first) else ""


def request_head(head: bytes, method: str, host: str, port: int, path: str) -> bytes:
    """The head for the target: its own path, the host that was looked at and not the one that the field Host says (RFC 9112,
    3.2.2), and a connection that ends with the answer."""
    spelled = f"[{host}]" if ":" in host else host
    authority = spelled if port == 80 else f"{spelled}:{port}"
    first = f"{method} {path} HTTP/1.1\r\nHost: {authority}\r\n"
    return first.encode() + _fields(head, _HOP | {b"host"})


def answer_head(head: bytes) -> bytes:
    """The head for the browser."""
    return head.split(b"\r\n", 1)[0] + b"\r\n" + _fields(head)


def body_of(head: bytes) -> int:
    """How many bytes follow the request's head. Raises BadRequest when that is not said beforehand."""
    lengths = set()
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"transfer-encoding":
            raise BadRequest("411 Length Required")
        if name.strip().lower() == b"content-length":
            lengths.add(value.strip())
    if len(lengths) > 1 or not all(one.isdigit() for one in lengths):
        raise BadRequest("400 Bad Request")
    return int(lengths.pop()) if lengths else 0


def _fields(head: bytes, without: frozenset[bytes] = _HOP) -> bytes:
    lines = head.split(b"\r\n")[1:-2]
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in without]
    return b"\r\n".join([*kept, b"Connection: close", b"", b""])
