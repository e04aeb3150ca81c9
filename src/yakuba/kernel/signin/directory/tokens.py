"""ID tokens: a signed JSON Web Token of an issuer, checked against the keys that the issuer shows (RFC 7515, 7517, 7519).

Two algorithms, which every directory can do; the token does not choose beyond them. "none" and keyed hashes are no
signature of an issuer.
"""

from __future__ import annotations

import binascii
import hmac
import json
import time
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from yakuba.kernel.refusals import Forbidden

DRIFT = 60  # seconds by which the clocks may differ
OLDEST = 600  # seconds since the token was made
LARGEST = 50_000  # characters
SMALLEST_RSA = 2048  # bits
COORDINATE = 32  # bytes, of P-256


class TokenRefused(Forbidden):
    """The token does not say who it is."""

    heading = "ログインできませんでした"

    def __init__(self, why: str) -> None:
        super().__init__(
            f"庁内の認証サーバーの返事を確かめられませんでした（{why}）。",
            remedy="はじめからやり直してください。続くときは、職員IDとパスワードで入り、管理者に知らせてください。",
        )


def claims_of(token: Any, keys: Any, *, issuer: str, client: str, nonce: str) -> dict[str, Any]:
    """What the token says, if the issuer has said it to this client for this login, just now. Raises TokenRefused."""
    if not isinstance(token, str) or len(token) > LARGEST or token.count(".") != 2:
        raise TokenRefused("形")
    head, body, signature = token.split(".")
    header, claims = _object(head), _object(body)
    if not _is_signed(header, keys, f"{head}.{body}".encode(), _bytes(signature)):
        raise TokenRefused("署名")
    _check(claims, issuer, client, nonce)
    return claims


def _is_signed(header: dict[str, Any], keys: Any, content: bytes, signature: bytes) -> bool:
    verify = {"RS256": _rsa_holds, "ES256": _ec_holds}.get(str(header.get("alg")))
    if verify is None or "crit" in header or not isinstance(keys, list):
        return False
    kid = header.get("kid")
    for key in keys:
        if not isinstance(key, dict) or key.get("use", "sig") != "sig":
            continue
        if kid is not None and key.get("kid") != kid:
            continue
        try:
            if verify(key, content, signature):
                return True
        except (InvalidSignature, ValueError, TypeError, KeyError, TokenRefused):
            continue
    return False


def _rsa_holds(key: dict[str, Any], content: bytes, signature: bytes) -> bool:
    if key.get("kty") != "RSA":
        return False
    public = rsa.RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
    if public.key_size < SMALLEST_RSA:
        return False
    public.verify(signature, content, padding.PKCS1v15(), SHA256())
    return True


def _ec_holds(key: dict[str, Any], content: bytes, signature: bytes) -> bool:
    if (key.get("kty"), key.get("crv")) != ("EC", "P-256") or len(signature) != 2 * COORDINATE:
        return False
    numbers = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
    halves = (signature[:COORDINATE], signature[COORDINATE:])
    pair = encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))
    numbers.public_key().verify(pair, content, ec.ECDSA(SHA256()))
    return True


def _check(claims: dict[str, Any], issuer: str, client: str, nonce: str) -> None:
    now = time.time()
    audience = claims.get("aud")
    several = audience if isinstance(audience, list) else [audience]
    if claims.get("iss") != issuer:
        raise TokenRefused("発行者")
    if client not in several or claims.get("azp", client) != client:
        raise TokenRefused("相手")
    if len(several) > 1 and "azp" not in claims:
        raise TokenRefused("相手")
    if not hmac.compare_digest(str(claims.get("nonce", "")).encode(errors="replace"), nonce.encode()):
        raise TokenRefused("求めた人")
    if not now - DRIFT < _moment(claims, "exp"):
        raise TokenRefused("期限")
    if not now - OLDEST - DRIFT < _moment(claims, "iat") < now + DRIFT:
        raise TokenRefused("作られた時刻。時計が合っているか")
    if "nbf" in claims and _moment(claims, "nbf") > now + DRIFT:
        raise TokenRefused("始まり")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise TokenRefused("だれか")


def _moment(claims: dict[str, Any], name: str) -> float:
    given = claims.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise TokenRefused("時刻")
    try:
        return float(given)
    except OverflowError:
        raise TokenRefused("時刻") from None


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(_bytes(part))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise TokenRefused("形")
    return found


def _bytes(part: str) -> bytes:
    try:
        return urlsafe_b64decode(part.encode("ascii") + b"=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        raise TokenRefused("形") from None


def _number(text: Any) -> int:
    return int.from_bytes(_bytes(str(text)), "big")
