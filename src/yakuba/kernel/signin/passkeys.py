"""Passkeys (WebAuthn): a key pair in a telephone, a PC or a stick, which its person opens with a finger, a face or a PIN.

The browser answers a challenge; whose key it was, and that its person opened it, is checked here. The library is loaded
when the first passkey is used: no page and no command needs it before.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from yakuba.kernel.accounts import demands_passkey, demands_second_factor, proof
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.privacy.keys import town_key
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.signin import challenges, relying
from yakuba.kernel.signin.models import Passkey, RecoveryCode
from yakuba.kernel.signin.queries import factors, passkeys_of
from yakuba.kernel.tenancy import active_municipality, every_municipality

MOST = 10  # of one person
LONGEST = 10_000  # characters of an answer; the largest keys need a third
NEW, LOGIN = "new", "login"
ISSUER = "Yakuba 役場"


class PasskeyRefused(Invalid):
    """The answer proves nothing."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            why or "パスキーで確かめられませんでした。画面を開き直して、もう一度試してください。",
            remedy="ほかのパスキー、確認アプリ、予備の番号のどれかも使えます。",
        )


class PasskeyCopied(PasskeyRefused):
    """The key has counted backwards: there may be two of it."""

    def __init__(self) -> None:
        super().__init__(
            "このパスキーは写しが作られたおそれがあるので、使えないようにしました。Yakubaの管理者に知らせてください。"
        )


def options_for_new(request: HttpRequest, user: User) -> dict[str, Any]:
    """What the browser makes a passkey from. Raises NoPasskeysHere."""
    import webauthn
    from webauthn.helpers import structs

    party = relying.here(request)
    options = webauthn.generate_registration_options(
        rp_id=party.domain,
        rp_name=ISSUER,
        user_id=handle_of(user),
        user_name=user.username,
        user_display_name=str(user),
        challenge=challenges.issue(request, _purpose(NEW, user)),
        timeout=int(challenges.LASTS.total_seconds() * 1000),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(passkeys_of(user)),
    )
    return _plain(options)


def options_for_proof(request: HttpRequest, user: User | None) -> dict[str, Any]:
    """What the browser asks a passkey of this person, or of anybody, with. Raises NoPasskeysHere."""
    import webauthn
    from webauthn.helpers import structs

    party = relying.here(request)
    options = webauthn.generate_authentication_options(
        rp_id=party.domain,
        challenge=challenges.issue(request, _purpose(LOGIN, user)),
        timeout=int(challenges.LASTS.total_seconds() * 1000),
        allow_credentials=_described(passkeys_of(user)) if user else None,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return _plain(options)


@transaction.atomic
def register(request: HttpRequest, user: User, name: str, answer: str) -> Passkey:
    """Keep the passkey that the browser has made. Raises ProofNeeded, Conflict for too many or one that is known,
    PasskeyRefused, NoPasskeysHere."""
    import webauthn

    proof.require(user)
    party = relying.here(request)
    given, challenge = _read(request, _purpose(NEW, user), answer)
    if len(passkeys_of(user)) >= MOST:
        raise Conflict(f"パスキーは1人{MOST}個までです。使っていないものを外してください。")
    try:
        made = webauthn.verify_registration_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            require_user_verification=True,
        )
    except Exception as error:  # whatever a hostile answer breaks in the library, it proves nothing
        raise PasskeyRefused from error
    row = Passkey(
        user=user,
        name=name,
        key=_spelled(made.credential_id),
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        synced=made.credential_backed_up,
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict("このパスキーは、もう登録してあります。") from error
    record("signin.factor_added", subject=f"user:{user.pk}", actor=user, kind="passkey", passkey=row.pk)
    return row


def proves(request: HttpRequest, user: User, answer: str) -> None:
    """The answer is one of this person's passkeys, opened by its person just now. The person's municipality must be active.
    Raises PasskeyRefused and its kinds, NoPasskeysHere."""
    given, challenge = _read(request, _purpose(LOGIN, user), answer)
    row = Passkey.objects.filter(user=user, key=given["id"]).first()
    if row is None:
        raise PasskeyRefused
    _check(request, row, given, challenge)


def who(request: HttpRequest, answer: str) -> User:
    """Whose passkey it is, where nobody has said a name. Raises PasskeyRefused and its kinds, NoPasskeysHere."""
    given, challenge = _read(request, _purpose(LOGIN, None), answer)
    rows = Passkey.all_municipalities.filter(key=given["id"], user__is_active=True)
    with every_municipality("whose town it is, the passkey says"):
        row = rows.select_related("user__municipality").first()
    if row is None or row.user.municipality_id != row.municipality_id:
        raise PasskeyRefused("このパスキーは登録されていません。パスワードで入って、登録し直してください。")
    with active_municipality(row.user.municipality):
        told = (given.get("response") or {}).get("userHandle")
        if told != _spelled(handle_of(row.user)):
            raise PasskeyRefused
        _check(request, row, given, challenge)
    found: User = row.user
    return found


@transaction.atomic
def remove(user: User, passkey: Passkey) -> None:
    """Do without one. Raises ProofNeeded, and Conflict where a role needs it."""
    proof.require(user)
    passkey.delete()
    left = factors(user)
    lacking = demands_passkey(user) and not left.passkeys
    if lacking or (demands_second_factor(user) and not left.any):
        raise Conflict(
            "あなたの役割には必要なので、最後の1つは外せません。替えるときは、先に新しいパスキーを登録してください。"
        )
    if not left.any:
        RecoveryCode.objects.filter(user=user).delete()
    record("signin.factor_removed", subject=f"user:{user.pk}", actor=user, kind="passkey", passkey=passkey.pk)


def handle_of(user: User) -> bytes:
    """What the key keeps of its person: tells nothing, and is the same for all keys of one person."""
    town = user.municipality.code if user.municipality else ""
    return hmac.digest(town_key("passkey", town), str(user.pk).encode(), hashlib.sha256)


def _check(request: HttpRequest, row: Passkey, given: dict[str, Any], challenge: bytes) -> None:
    import webauthn

    party = relying.here(request)
    if row.blocked_at is not None:
        raise PasskeyCopied
    try:
        seen = webauthn.verify_authentication_response(
            credential=given,
            expected_challenge=challenge,
            expected_rp_id=party.domain,
            expected_origin=list(party.origins),
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=0,  # `_count` knows, and tells
            require_user_verification=True,
        )
    except Exception as error:  # as above
        raise PasskeyRefused from error
    _count(row, seen.new_sign_count)


def _count(row: Passkey, seen: int) -> None:
    """A key that counts counts upwards; one that is kept by a telephone's maker does not count."""
    rows, now = Passkey.objects.filter(pk=row.pk, blocked_at__isnull=True), timezone.now()
    if seen == 0 and rows.filter(sign_count=0).update(last_used_at=now):
        return
    if rows.filter(sign_count__lt=seen).update(sign_count=seen, last_used_at=now):
        return
    rows.update(blocked_at=now)
    record("signin.passkey_copied", subject=f"user:{row.user_id}", actor=row.user, passkey=row.pk, seen=seen)
    raise PasskeyCopied


def _read(request: HttpRequest, purpose: str, answer: str) -> tuple[dict[str, Any], bytes]:
    """The answer and the challenge that it answers, which is used up by it."""
    from webauthn.helpers import base64url_to_bytes

    try:
        if len(answer) > LONGEST:
            raise ValueError("too long")
        given = json.loads(answer)
        told = json.loads(base64url_to_bytes(given["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(told["challenge"])
        if not isinstance(given["id"], str) or not given["id"].isascii() or "\0" in given["id"]:
            raise TypeError("id")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise PasskeyRefused from error
    if not challenges.take(request, purpose, challenge):
        raise PasskeyRefused(
            "時間が過ぎたか、もう使われた確認です。画面を開き直して、もう一度試してください。"
        )
    return given, challenge


def _purpose(kind: str, user: User | None) -> str:
    return f"{kind}:{user.pk if user else ''}"


def _described(rows: list[Passkey]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes, structs

    return [
        structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.key))
        for row in rows
        if not row.blocked_at
    ]


def _plain(options: Any) -> dict[str, Any]:
    import webauthn

    return dict(json.loads(webauthn.options_to_json(options)))


def _spelled(raw: bytes) -> str:
    from webauthn.helpers import bytes_to_base64url

    return bytes_to_base64url(raw)
