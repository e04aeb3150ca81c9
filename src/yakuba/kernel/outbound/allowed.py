"""One entry of what may be contacted, and at which addresses its host may be found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from yakuba.kernel.addresses import Address, Network
from yakuba.kernel.outbound.classes import DataClass
from yakuba.kernel.outbound.target import Target, target_at

# Where clouds tell a machine its own secrets. Most lie in ranges that are refused anyway; these do not.
_METADATA = frozenset(map(ip_address, ("168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254")))
# IPv6 addresses that stand for an IPv4 one: what is behind them is not what they look like.
_MAPPED = IPv6Network("::ffff:0:0/96")  # unwrapped before it is compared
_WRAPPED = tuple(map(IPv6Network, ("::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))


@dataclass(frozen=True)
class Allowed:
    """protocols: as they go over the wire; empty for whatever stands in YAKUBA_OUTBOUND_HOSTS, which names none.
    networks: where the host's address has to lie.  inside: without `networks`, private addresses are good as well.
    most: the highest class of data that may go there.  name: of the flow."""

    host: str
    port: int
    protocols: frozenset[str] = frozenset()
    networks: tuple[Network, ...] = ()
    inside: bool = False
    most: DataClass = DataClass.MY_NUMBER
    name: str = ""

    def fits(self, target: Target) -> bool:
        """Whether it is about this host, port and protocol."""
        same = (self.host, self.port) == (target.host, target.port)
        return same and (not self.protocols or target.protocol in self.protocols)

    def found_at(self, answers: Iterable[str]) -> list[str]:
        """Those of a name's addresses that it may have, in their order."""
        found = []
        for text in answers:
            try:
                address = ip_address(text)  # with a scope (fe80::1%eth0) too
            except ValueError:
                continue
            address = getattr(address, "ipv4_mapped", None) or address
            if self._may_be(address):
                found.append(str(address))
        return list(dict.fromkeys(found))

    def _may_be(self, address: Address) -> bool:
        if self.networks:
            return any(address in one for one in self.networks)
        if is_address(self.host):
            return str(address) == self.host
        if self.host == "localhost" or self.host.endswith(".localhost"):  # RFC 6761, 6.3
            return address.is_loopback
        if _is_never_meant(address):
            return False
        return address.is_global or (self.inside and address.is_private)

    def plain(self) -> dict[str, Any]:
        """The same for another process."""
        return {
            "host": self.host,
            "port": self.port,
            "protocols": sorted(self.protocols),
            "networks": [str(one) for one in self.networks],
            "inside": self.inside,
        }


def from_plain(said: str | Mapping[str, Any]) -> Allowed:
    """What `plain` wrote, or `host:port`. Raises ValueError, KeyError and TypeError for anything else."""
    if isinstance(said, str):
        target = target_at(said, "http")
        return Allowed(target.host, target.port, inside=True)
    return Allowed(
        str(said["host"]),
        int(said["port"]),
        frozenset(map(str, said["protocols"])),
        tuple(ip_network(one) for one in said["networks"]),
        bool(said["inside"]),
    )


def is_address(host: str) -> bool:
    """Whether a host in its one spelling is an address and no name."""
    return ":" in host or host.rpartition(".")[2].isdigit()


def stands_for_others(network: Network) -> bool:
    """Whether it is nobody's own: all of this machine (0.0.0.0), many at once, a cloud's own service, or IPv6 around IPv4,
    which is never compared as that. This machine (127.0.0.1, ::1) may be meant, and the wire too."""
    first = network.network_address
    if first.is_loopback:
        return False
    if first.version == 6 and any(network.overlaps(one) for one in (*_WRAPPED, _MAPPED)):
        return True
    around = (
        [ip_network("0.0.0.0/8"), ip_network("224.0.0.0/3")]
        if first.version == 4
        else [ip_network("ff00::/8")]
    )
    known = [one for one in (*_METADATA, ip_address("169.254.169.254")) if one.version == first.version]
    return any(network.overlaps(one) for one in around) or (
        network.num_addresses == 1 and any(first == one for one in known)
    )


def _is_never_meant(address: IPv4Address | IPv6Address) -> bool:
    """This machine itself, the neighbours on the wire, a cloud's own service, many at once, or another behind it."""
    return (
        address.is_loopback
        or address.is_link_local
        or address.is_unspecified
        or address.is_multicast
        or address.is_reserved
        or address in _METADATA
        or any(address in one for one in _WRAPPED)
        or str(address) == "255.255.255.255"
    )
