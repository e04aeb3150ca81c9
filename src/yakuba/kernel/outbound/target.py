"""Whom an address names, in one spelling: protocol, host and port. What two programs could read in two ways is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

PORTS = {
    "http": 80, "https": 443, "ws": 80, "wss": 443, "smtp": 25, "ldaps": 636, "postgres": 5432, "s3": 443, "line": 443,
    "mqtt": 1883, "mqtts": 8883,
}  # fmt: skip
# What goes over the wire: a web socket is an HTTP request that stays open, S3 and LINE are asked over HTTPS.
OVER = {"ws": "http", "wss": "https", "s3": "https", "line": "https"}
HIGHEST_PORT = 65_535
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONGEST = 253


class Unclear(ValueError):
    """No address, or one that can be read in several ways. `str()` says why, in Japanese."""


@dataclass(frozen=True)
class Target:
    """protocol: as it goes over the wire (`http`, `https`, `smtp` …); host: in its one spelling; port: 1 to 65535."""

    protocol: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def canonical_host(text: str) -> str:
    """A host in its one spelling: lower case, no dot at the end, punycode, addresses as they are printed, IPv4 where IPv6
    only wraps it. Raises Unclear for 127.1, 0x7f000001, 2130706433, 010.0.0.1, and for what is no host at all."""
    if not text or any(sign <= " " or sign in '\\\x7f%/@?#,"' for sign in text):
        raise Unclear("ホスト名に使えない文字があります。")
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    if ":" in text:
        try:
            wide = IPv6Address(text)
        except ValueError:
            raise Unclear("IPv6のアドレスの形が正しくありません。") from None
        return str(wide.ipv4_mapped or wide)
    return _canonical_name(text)


def _canonical_name(text: str) -> str:
    try:
        name = (text if text.isascii() else text.encode("idna").decode("ascii")).lower().removesuffix(".")
    except UnicodeError:
        raise Unclear("ホスト名の形が正しくありません。") from None
    labels = name.split(".")
    if _NUMBER.fullmatch(labels[-1]):  # whoever is asked for it takes it for an address
        try:
            return str(IPv4Address(name))
        except ValueError:
            raise Unclear("IPアドレスは、10進数を4つ並べた形（192.0.2.1）で書いてください。") from None
    if len(name) > _LONGEST or not all(_LABEL.fullmatch(one) for one in labels):
        raise Unclear("ホスト名の形が正しくありません。")
    return name


def target_of(url: str) -> Target:
    """Whom a URL names. Raises Unclear, also for a user name in it and for a protocol that nobody knows here."""
    if any(sign <= " " or sign in "\\\x7f" for sign in url):  # urlsplit would leave some of them out
        raise Unclear("アドレスに使えない文字（空白、改行、\\）があります。")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Unclear("アドレスの形が正しくありません。") from None
    if parts.scheme not in PORTS:
        raise Unclear("http か https で始まるアドレスではありません。")
    if "@" in parts.netloc:
        raise Unclear("アドレスに利用者名（@）を書かないでください。")
    if port == 0:
        raise Unclear("ポートは1から65535までです。")
    # Not `parts.hostname`: that leaves out what stands behind a bracket.
    host = canonical_host(re.sub(r":[0-9]*\Z", "", parts.netloc))
    return Target(OVER.get(parts.scheme, parts.scheme), host, port or PORTS[parts.scheme])


def target_at(address: str, protocol: str) -> Target:
    """Whom `host:port` names; without a port it is the protocol's own. Raises Unclear."""
    return target_of(f"{protocol}://{address.strip()}")
