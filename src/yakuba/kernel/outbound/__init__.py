"""Outbound: the only way out. A host that the installation does not list is refused."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


class OutboundRefused(PermissionError):
    """A connection to a host that `YAKUBA_OUTBOUND_HOSTS` does not list."""


def allowed_hosts() -> frozenset[str]:
    """The hosts that may be contacted, in lower case."""
    hosts = settings.YAKUBA.outbound_hosts.split(",")
    return frozenset(host.strip().lower() for host in hosts if host.strip())


def require_host(url: str) -> None:
    """Raise OutboundRefused unless the host of `url` (http or https) is listed."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if parts.scheme not in {"http", "https"} or host not in allowed_hosts():
        raise OutboundRefused(
            f"{host or url} への接続は許可されていません。必要なら管理者が YAKUBA_OUTBOUND_HOSTS に加えてください。"
        )
