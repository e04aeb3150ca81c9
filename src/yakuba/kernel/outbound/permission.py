"""What may go out, by the deployment profile, or where there is none by `YAKUBA_OUTBOUND_HOSTS`; and what may be kept here."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from django.conf import settings

from yakuba.kernel.addresses import listed
from yakuba.kernel.outbound import profile
from yakuba.kernel.outbound.allowed import Allowed
from yakuba.kernel.outbound.classes import HIGHEST, DataClass, Zone
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.outbound.profile import OutboundRefused, ProfileUnreadable
from yakuba.kernel.outbound.target import Target, Unclear, target_at, target_of
from yakuba.kernel.refusals import Conflict

VARIABLE = "YAKUBA_OUTBOUND_HOSTS"
_WITH_PORT = re.compile(r":[0-9]+\Z")
_BOTH = (80, 443)  # of a host that is listed without a port


class ZoneRefused(Conflict):
    """Data of a higher class than this installation's zone may hold."""


def named() -> tuple[Allowed, ...]:
    """The entries of `YAKUBA_OUTBOUND_HOSTS`. A host that is listed without a port has the ports of http and https and no
    other: what else listens there, on this machine above all, is nobody's business. What is no host allows nothing."""
    found = []
    for one in listed(settings.YAKUBA.outbound_hosts):
        try:
            target = target_at(one, "http")
        except Unclear:
            continue
        ports = (target.port,) if _WITH_PORT.search(one) else _BOTH
        found += [Allowed(target.host, port, inside=True) for port in ports]
    return tuple(found)


def allowed() -> tuple[Allowed, ...]:
    """What may be contacted. With a profile its outward flows alone. Raises ProfileUnreadable."""
    here = profile.current()
    return named() if here is None else tuple(one.allowed for one in here.flows if one.outward)


def contradicted() -> tuple[Allowed, ...]:
    """What `YAKUBA_OUTBOUND_HOSTS` names and the profile does not: it is refused, and `yakuba check` says so."""
    here = profile.current()
    if here is None:
        return ()
    known = {(one.host, one.port) for one in here.flows if one.outward}
    return tuple(one for one in named() if (one.host, one.port) not in known)


def allowed_targets(holds: DataClass = DataClass.PUBLIC) -> frozenset[str]:
    """What may be contacted with data of that class, as `host:port`."""
    return frozenset(f"{one.host}:{one.port}" for one in allowed() if one.most >= holds)


def allowed_hosts(holds: DataClass = DataClass.PUBLIC) -> frozenset[str]:
    """The hosts of those, without ports."""
    return frozenset(one.host for one in allowed() if one.most >= holds)


def spelt_out(holds: DataClass) -> list[dict[str, object]]:
    """The same with protocols and addresses, for a process of its own (the robots' egress)."""
    return [one.plain() for one in allowed() if one.most >= holds]


def permitted(target: Target, holds: DataClass) -> Allowed:
    """The entry by which the target may be sent data of that class. Raises OutboundRefused and ProfileUnreadable."""
    fitting = [one for one in allowed() if one.fits(target)]
    if not fitting:
        raise OutboundRefused(_not_listed(target))
    best = max(fitting, key=lambda one: one.most)
    if best.most < holds:
        raise OutboundRefused(
            f"{target} へは{best.most.label}までしか送れません（配置プロファイルの通信「{best.name}」）。"
            f"送ろうとした情報は{holds.label}です。"
        )
    return best


def require_target(url: str, holds: DataClass = DataClass.PUBLIC) -> None:
    """Raise OutboundRefused unless protocol, host and port of `url` are listed for data of that class."""
    permitted(_named_by(url), holds)


def require_relay(address: str, holds: DataClass = DataClass.PUBLIC) -> tuple[str, int]:
    """Host and port of a mail relay (`host:port`, 25 where none is said). Raises OutboundRefused unless they are
    listed."""
    target = _named_by(f"smtp://{address.strip()}", address)
    permitted(target, holds)
    return target.host, target.port


def allow_here(url: str) -> None:
    """Let this process, and those that it starts from here on, contact host and port of `url` (the demo's own
    core system, whose port is known only once it listens). Raises OutboundRefused where a profile decides."""
    target = target_of(url)
    if profile.current() is not None:
        raise OutboundRefused(
            f"配置プロファイルがあるため、{target} を加えられません。見本は、{profile.VARIABLE} を空にして動かしてください。"
        )
    spelled = f"[{target.host}]" if ":" in target.host else target.host
    known = f"{settings.YAKUBA.outbound_hosts},{spelled}:{target.port}"
    settings.YAKUBA.outbound_hosts = os.environ[VARIABLE] = known.strip(",")


def require_class(holds: DataClass, what: str) -> None:
    """Raise ZoneRefused where this installation's zone may not hold data of that class, and ProfileUnreadable. what: named
    in the sentence (手続「…」)."""
    here = profile.current()
    if is_outside() and holds > HIGHEST[Zone.INTERNET]:
        raise ZoneRefused(f"{what}は{holds.label}です。住民の受付だけの設備では受け入れません。")
    if here is not None and holds > here.most:
        raise ZoneRefused(
            f"{what}は{holds.label}です。この設備（{here.zone.label}）で扱えるのは{here.most.label}までなので、受け入れません。"
            "上の系の設備で扱ってください。"
        )


def is_held_here(holds: Callable[[], DataClass]) -> bool:
    """Whether `require_class` would let data of that class in. holds: asked only where there is a profile."""
    try:
        here = profile.current()
    except ProfileUnreadable:
        return False
    if is_outside() and holds() > HIGHEST[Zone.INTERNET]:
        return False
    return here is None or holds() <= here.most


def _named_by(url: str, shown: str = "") -> Target:
    try:
        return target_of(url)
    except Unclear as error:
        raise OutboundRefused(
            f"{shown or url} への接続は許可されていません。{error}{VARIABLE} か配置プロファイルに書ける形に直してください。"
        ) from None


def _not_listed(target: Target) -> str:
    said = f"{target} への接続は許可されていません。"
    if profile.current() is None:
        return f"{said}必要なら管理者が {VARIABLE} に {target} を加えてください。"
    also = f"{VARIABLE} に書いてあっても、プロファイルにないものはつなぎません。"
    return (
        f"{said}必要なら管理者が、配置プロファイル（{profile.VARIABLE}）の「通信」に、"
        f"{target.protocol} の通信として加えてください。{also}"
    )
