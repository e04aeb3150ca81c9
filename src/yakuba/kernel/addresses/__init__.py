"""Network addresses: whose a request is where a reverse proxy stands before the house, in which networks it lies, and what
counts as one place; and how an installation lists them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


def listed(text: str) -> list[str]:
    """The entries of a list with commas, as settings of the installation and of a town hold them."""
    return [one.strip() for one in text.split(",") if one.strip()]


def networks(text: str) -> tuple[Network, ...]:
    """The networks of a list with commas. Raises ValueError, naming the wrong entry."""
    return tuple(ip_network(one, strict=False) for one in listed(text))


def client_of(peer: str, forwarded_for: str, trusted: Sequence[Network]) -> str:
    """The nearest address that no trusted proxy has: `forwarded_for` (X-Forwarded-For) is read from its end, and
    only as far as trusted proxies wrote it; what a stranger puts in front of it changes nothing."""
    client = peer
    for said in reversed(listed(forwarded_for)):
        if not is_within(client, trusted):
            break
        if _parsed(said) is None:
            break
        client = said
    return client


def is_within(address: str, named: Sequence[Network]) -> bool:
    """Whether it lies in one of these networks; what is no address lies in none."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in named)


def place_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 one, which one subscriber owns whole."""
    parsed = _parsed(address)
    if parsed is None:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def _parsed(address: str) -> Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
