"""Authorisation code with PKCE (OpenID Connect Core, RFC 7636): leading a browser to the directory, and what it brings back.

Nothing of the issuer is kept: where it answers and its keys are asked for at each login, so that a new key counts at once
and an old one no longer. What was asked stands in the browser's session and is used up by the first answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from yakuba.kernel.signin.directory import wire
from yakuba.kernel.signin.directory.configured import Directory, directories
from yakuba.kernel.signin.directory.tokens import TokenRefused, claims_of

ASKED = "directory_asked"  # in the session
LASTS = 600.0  # seconds in which somebody must have come back


@dataclass(frozen=True)
class Answered:
    """Of which directory, what it says of the person, and where the person wanted to go."""

    directory: Directory
    claims: dict[str, Any]
    then: str


def begin(request: HttpRequest, directory: Directory, then: str) -> str:
    """The address at the directory to which the browser goes. Raises DirectoryFailed."""
    found = _discovered(directory)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    request.session[ASKED] = {
        "code": directory.code,
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "at": time.time(),
        "then": then,
    }
    asked = {
        "response_type": "code",
        "client_id": directory.client,
        "redirect_uri": _back(request),
        "scope": "openid profile",
        "state": state,
        "nonce": nonce,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
    }
    address = wire.require_safe(found.get("authorization_endpoint"))
    return address + ("&" if "?" in address else "?") + urlencode(asked)


def finish(request: HttpRequest) -> Answered:
    """Who has come back. Raises TokenRefused and DirectoryFailed."""
    asked = request.session.pop(ASKED, None)
    directory = directories().get(asked["code"]) if asked else None
    if not asked or directory is None or not 0 <= time.time() - asked["at"] <= LASTS:
        raise TokenRefused("時間が過ぎたか、この画面から始めていません")
    given = request.GET
    if not hmac.compare_digest(given.get("state", "").encode(errors="replace"), asked["state"].encode()):
        raise TokenRefused("この画面から始めていません")
    if given.get("iss", directory.issuer) != directory.issuer:
        raise TokenRefused("発行者")
    if not given.get("code"):
        raise TokenRefused("取りやめられました")
    found = _discovered(directory)
    fields = {
        "grant_type": "authorization_code",
        "code": given["code"],
        "redirect_uri": _back(request),
        "client_id": directory.client,
        "code_verifier": asked["verifier"],
    }
    answer = wire.post(str(found.get("token_endpoint")), fields, directory.client, directory.secret)
    keys = wire.fetch(str(found.get("jwks_uri"))).get("keys")
    claims = claims_of(
        answer.get("id_token"), keys, issuer=directory.issuer, client=directory.client, nonce=asked["nonce"]
    )
    return Answered(directory, claims, asked["then"])


def _discovered(directory: Directory) -> dict[str, Any]:
    found = wire.fetch(directory.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != directory.issuer:
        raise wire.DirectoryFailed("庁内の認証サーバーが、設定と別の名前を名乗っています。")
    return found


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _back(request: HttpRequest) -> str:
    """The host is one that the installation lists, and the directory lets back only to what is registered there."""
    return request.build_absolute_uri(reverse("login-directory-back"))
