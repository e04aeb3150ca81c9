"""Outbound: the only way out. What the installation does not list is refused: a host, and a port of it."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from django.conf import settings

from yakuba.kernel.addresses import listed
from yakuba.kernel.refusals import Conflict

VARIABLE = "YAKUBA_OUTBOUND_HOSTS"
_PORTS = {"http": 80, "https": 443}


class OutboundRefused(Conflict):
    """A connection to a host and port that `YAKUBA_OUTBOUND_HOSTS` does not list."""


def allowed_targets() -> frozenset[str]:
    """What may be contacted, as `host:port` in lower case. A host that is listed without a port has the ports of
    http and https and no other: what else listens there, on this machine above all, is nobody's business."""
    found = set()
    for one in listed(settings.YAKUBA.outbound_hosts.lower()):
        parts = urlsplit(f"//{one}")
        try:
            ports = [parts.port] if parts.port else list(_PORTS.values())
        except ValueError:  # no number: nothing is allowed by it
            continue
        found |= {f"{parts.hostname}:{port}" for port in ports if parts.hostname}
    return frozenset(found)


def allowed_hosts() -> frozenset[str]:
    """The hosts of those, without ports."""
    return frozenset(one.rpartition(":")[0] for one in allowed_targets())


def require_target(url: str) -> None:
    """Raise OutboundRefused unless host and port of `url` (http or https) are listed."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    port = parts.port or _PORTS.get(parts.scheme, 0)
    if parts.scheme not in _PORTS or f"{host}:{port}" not in allowed_targets():
        target = f"{host}:{port}" if host and port else url
        raise OutboundRefused(
            f"{target} への接続は許可されていません。必要なら管理者が {VARIABLE} に {target} を加えてください。"
        )


def require_relay(address: str) -> tuple[str, int]:
    """Host and port of a mail relay (`host:port`, 25 where none is said). Raises OutboundRefused unless they are
    listed."""
    parts = urlsplit(f"//{address.strip().lower()}")
    try:
        host, port = parts.hostname or "", parts.port or 25
    except ValueError:  # no number
        host, port = "", 0
    if f"{host}:{port}" not in allowed_targets():
        raise OutboundRefused(
            f"{address} への接続は許可されていません。必要なら管理者が {VARIABLE} に {host}:{port} を加えてください。"
        )
    return host, port


def allow_here(url: str) -> None:
    """Let this process, and those that it starts from here on, contact host and port of `url` (the demo's own
    core system, whose port is known only once it listens)."""
    parts = urlsplit(url)
    listed = f"{settings.YAKUBA.outbound_hosts},{parts.hostname}:{parts.port or _PORTS[parts.scheme]}"
    settings.YAKUBA.outbound_hosts = os.environ[VARIABLE] = listed.strip(",")
