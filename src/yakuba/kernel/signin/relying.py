"""For which addresses of the house passkeys are made: a browser binds each to a domain, and tells the address that it shows."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from yakuba.kernel.addresses import listed
from yakuba.kernel.refusals import Unavailable, attempt

VARIABLE = "YAKUBA_PASSKEY_ORIGINS"


class NoPasskeysHere(Unavailable):
    """Passkeys cannot be used at this address; `str()` says why and what to do."""

    def __init__(self, why: str) -> None:
        super().__init__(why, remedy="確認アプリか、予備の番号を使ってください。")


@dataclass(frozen=True)
class RelyingParty:
    """domain: what passkeys are bound to (RP ID); origins: the addresses (`https://host[:port]`) from which they are taken."""

    domain: str
    origins: tuple[str, ...]


def relying_party() -> RelyingParty | None:
    """What the installation says. Where it says nothing: this machine's own browser, and nobody behind a proxy, whose
    address the house cannot know."""
    said = settings.YAKUBA
    origins = tuple(listed(said.passkey_origins))
    if not origins and not said.https and not said.trusted_proxies:
        origins = (f"http://localhost:{said.port}",)
    if not origins:
        return None
    return RelyingParty(said.passkey_domain or urlsplit(origins[0]).hostname or "", origins)


def here(request: HttpRequest) -> RelyingParty:
    """The one for the address at which this page is open. Raises NoPasskeysHere."""
    party = relying_party()
    if party is None:
        raise NoPasskeysHere(
            f"この設置では、まだパスキーを使えません。管理者が {VARIABLE} に画面のアドレス（https://…）を設定すると使えます。"
        )
    origin = f"{request.scheme}://{request.get_host()}"
    if origin not in party.origins:
        raise NoPasskeysHere(
            f"この画面は {origin} で開いています。パスキーは {'、'.join(party.origins)} で開いたときだけ使えます。"
            "HTTPSでない庁内の画面では、ブラウザーがパスキーを使わせません。"
        )
    return party


def trouble(request: HttpRequest) -> str:
    """Why passkeys cannot be used here; empty where they can."""
    return str(attempt(here, request)[1] or "")
