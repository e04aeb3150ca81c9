"""Which towns have a directory, as the installation says: never a page, since whoever names the issuer can be anybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Directory:
    """code: of the municipality (団体コード); claim: which one is the 職員ID; secret: empty for a public client."""

    code: str
    issuer: str
    client: str
    claim: str
    secret: str = ""


def directories() -> dict[str, Directory]:
    """By the municipality's code. What cannot be read, the settings have refused."""
    secrets = dict(one.strip().split("=", 1) for one in _parts(settings.YAKUBA.oidc_secrets))
    found = {}
    for one in _parts(settings.YAKUBA.oidc_directories):
        code, rest = one.split("=", 1)
        issuer, client, *claim = rest.split()
        found[code] = Directory(
            code, issuer, client, claim[0] if claim else "preferred_username", secrets.get(code, "")
        )
    return found


def _parts(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]
