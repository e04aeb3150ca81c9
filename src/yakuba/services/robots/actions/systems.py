"""Target systems and their secrets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.outbound import require_target
from yakuba.kernel.privacy.encryption import WrongKey, decrypt, encrypt
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.models import Station, System

SETTLE_SECONDS = (1.0, 3600.0)  # shortest and longest wait, as in the scenario language


@transaction.atomic
def set_system(
    name: str,
    base_url: str,
    settle_seconds: float,
    secrets: Mapping[str, str],
    *,
    idempotent: bool = False,
    actor: Actor,
) -> System:
    """Register a target system or change it. `secrets` are added to those that stand; an empty one is left
    as it was. Raises Invalid for an address that is malformed or a wait out of range, OutboundRefused for a host that is not allowed."""
    base_url = checked_address(base_url)
    if not SETTLE_SECONDS[0] <= settle_seconds <= SETTLE_SECONDS[1]:
        raise Invalid("落ち着くまでの秒数は1～3600で指定してください。")
    system = System.objects.select_for_update().filter(name=name).first() or System(name=name)
    moved = bool(system.pk) and system.base_url != base_url
    system.base_url, system.settle_seconds, system.idempotent = base_url, settle_seconds, idempotent
    if moved:
        # Secrets of one system are never sent to another address: they have to be given anew.
        system.credentials, system.credential_names, system.credentials_at = b"", [], None
    system.save()
    given = {key.strip(): value for key, value in secrets.items() if key.strip() and value}
    if given:
        _keep_secrets(system, given)
    record(
        "robots.system_set",
        subject=f"system:{system.pk}",
        actor=actor,
        address=base_url,
        settle_seconds=settle_seconds,
        idempotent=idempotent,
        secrets_changed=sorted(given),
        secrets_dropped=moved,
    )
    return system


def secrets_of(system: System) -> dict[str, str]:
    """The secrets in clear, for a robot's log-in only. Raises Conflict when the key does not fit."""
    if not system.credentials:
        return {}
    try:
        return dict(json.loads(decrypt(_label(system), bytes(system.credentials))))
    except WrongKey as error:
        raise Conflict(f"接続先「{system.name}」の秘密を開けません。登録し直してください。") from error


def checked_address(base_url: str) -> str:
    """The address without a path. Raises Invalid for another scheme or a user name in it, OutboundRefused for a host that the
    installation does not allow. Where there is a station, the address may be one that only it reaches: a run from here asks
    again (`register.obstacles`), and the egress lets nothing through."""
    base_url = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(base_url)
        plain = not (parts.username or parts.path or parts.query or parts.fragment or parts.port == 0)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and plain
    except ValueError:
        usable = False
    if not usable:
        raise Invalid("アドレスは http://ホスト名:ポート の形で、後ろに何も付けずに書いてください。")
    if not Station.objects.filter(role=Station.Role.STATION, in_use=True).exists():
        require_target(base_url)
    return base_url


def _keep_secrets(system: System, given: Mapping[str, str]) -> None:
    everything = secrets_of(system) | dict(given)
    system.credentials = encrypt(_label(system), json.dumps(everything, ensure_ascii=False).encode())
    system.credential_names = sorted(everything)
    system.credentials_at = timezone.now()
    system.save()


def _label(system: System) -> str:
    return f"robots.system:{system.pk}"
