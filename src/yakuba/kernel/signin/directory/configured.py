"""Which towns have a directory, as the installation says: never a page, since whoever names the issuer can be anybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from yakuba.kernel.addresses import listed


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
    secrets = dict(one.split("=", 1) for one in listed(settings.YAKUBA.oidc_secrets or ""))
    found = {}
    for one in listed(settings.YAKUBA.oidc_directories):
        code, rest = one.split("=", 1)
        issuer, client, *claim = rest.split()
        found[code] = Directory(
            code, issuer, client, claim[0] if claim else "preferred_username", secrets.get(code, "")
        )
    return found
