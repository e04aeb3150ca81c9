"""Second factors: setting up, taking away, proving. Each is one transaction and leaves an event."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from yakuba.kernel.accounts import demands_passkey, demands_second_factor, proof, sessions, throttle
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.privacy.keys import town_key
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid, Refused
from yakuba.kernel.signin import passkeys, totp
from yakuba.kernel.signin.models import Authenticator, Passkey, RecoveryCode
from yakuba.kernel.signin.queries import authenticator, factors, has_second_factor, unconfirmed
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.values.widths import WIDTHS

CODES = 10
CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another
CODE_LENGTH = 12  # of 31 letters: 59 bits
BETWEEN = re.compile(r"[\s-]")


class WrongProof(Invalid):
    """What was given proves nothing."""

    def __init__(self, second: bool) -> None:
        super().__init__(
            "確認の番号が違うか、もう使われています。次の番号が出るのを待って、入れ直してください。"
            if second
            else "パスワードが違います。"
        )


class TooManyTries(Forbidden):
    """The budget of tries is used up (`accounts.throttle`)."""

    status = 429
    heading = "しばらくお待ちください"

    def __init__(self) -> None:
        super().__init__(
            "失敗が続いたため、確認を一時止めています。", remedy="15分ほど待ってから、試してください。"
        )


@dataclass(frozen=True)
class Given:
    """What a person gives as a proof: a code of the telephone or of the paper, what a passkey answered (JSON), or the
    password where there is no second factor."""

    code: str = ""
    password: str = ""
    passkey: str = ""

    def __bool__(self) -> bool:
        return bool(self.code or self.password or self.passkey)


class PasskeyDemanded(Invalid):
    """A role asks for more than the codes of a telephone."""

    def __init__(self) -> None:
        super().__init__(
            "あなたの役割には、パスキーでの確認が必要です。確認アプリの番号では入れません。",
            remedy="パスキーをなくしたときは、予備の番号を1つ入れてください。",
        )


def prove(request: HttpRequest, user: User, given: Given) -> None:
    """Raises WrongProof, PasskeyRefused, PasskeyDemanded, and TooManyTries; counts the try as one to log in."""
    tried = throttle.try_of(request, user.username)
    if not throttle.begin(tried):
        raise TooManyTries
    with active_municipality(user.municipality):  # type: ignore[arg-type]  # without one there are no factors
        refused: Refused
        try:
            if _answers(request, user, given):
                throttle.passed(tried)
                return
            refused = WrongProof(has_second_factor(user))
        except Refused as error:
            refused = error
        record("signin.proof_failed", subject=f"user:{user.pk}", actor=user)
    throttle.failed(tried)
    raise refused


def _answers(request: HttpRequest, user: User, given: Given) -> bool:
    if given.passkey and has_second_factor(user):
        passkeys.proves(request, user, given.passkey)
        return True
    return holds(user, given)


def holds(user: User, given: Given) -> bool:
    """Whether the password or code proves that the person is the one; a code is used up by it. Counts nothing: see `prove`.
    Raises PasskeyDemanded."""
    if not has_second_factor(user):
        return bool(given.password) and user.check_password(given.password)
    code = BETWEEN.sub("", WIDTHS["半角"](given.code)).lower()
    if code.isascii() and code.isdigit() and len(code) == totp.DIGITS:
        mine = factors(user)
        if demands_passkey(user) and (mine.passkeys or mine.blocked):
            raise PasskeyDemanded
        return _code_holds(authenticator(user), code)
    return _recovery_holds(user, code)


def _code_holds(row: Authenticator | None, code: str) -> bool:
    counter = totp.counter_of(_secret(row), code, time.time()) if row else None
    if row is None or counter is None:
        return False
    # One statement: of two who show the same code at once, one is let in.
    fresh = Authenticator.objects.filter(pk=row.pk, last_counter__lt=counter)
    return fresh.update(last_counter=counter) == 1


@transaction.atomic
def _recovery_holds(user: User, code: str) -> bool:
    rows = RecoveryCode.objects.filter(user=user, digest=_digest(code), used_at__isnull=True)
    if rows.update(used_at=timezone.now()) != 1:
        return False
    left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()
    record("signin.code_used", subject=f"user:{user.pk}", actor=user, left=left)
    return True


@transaction.atomic
def begin_phone(user: User) -> None:
    """A new secret, to be confirmed by a first code. Raises ProofNeeded."""
    proof.require(user)
    Authenticator.objects.filter(user=user, confirmed_at__isnull=True).delete()
    secret = secrets.token_bytes(totp.SECRET_BYTES)
    Authenticator.objects.create(user=user, secret=encrypt(_name(user), secret))


def secret_of(row: Authenticator) -> bytes:
    """To be shown once, while it is set up. Raises Conflict afterwards."""
    if row.confirmed_at is not None:
        raise Conflict("この確認アプリは、もう設定されています。")
    return _secret(row)


@transaction.atomic
def confirm_phone(user: User, code: str) -> list[str]:
    """The telephone shows the right codes: it counts from now on. Returns recovery codes where the person had none.
    Raises Invalid, Conflict, and ProofNeeded: the secret may have been asked for long ago, and by somebody else."""
    proof.require(user)
    row = unconfirmed(user)
    if row is None:
        raise Conflict("設定を、はじめからやり直してください。")
    counter = totp.counter_of(_secret(row), BETWEEN.sub("", WIDTHS["半角"](code)), time.time())
    if counter is None:
        raise Invalid(
            "番号が違います。アプリに今出ている6けたを入れてください。時計が合っているかも確かめてください。"
        )
    Authenticator.objects.filter(user=user).exclude(pk=row.pk).delete()
    row.confirmed_at, row.last_counter = timezone.now(), counter
    row.save(update_fields=["confirmed_at", "last_counter"])
    record("signin.factor_added", subject=f"user:{user.pk}", actor=user, kind="phone")
    return codes_for_the_first(user)


def codes_for_the_first(user: User) -> list[str]:
    """Recovery codes for who has just got a factor and has none left. Raises ProofNeeded."""
    left = RecoveryCode.objects.filter(user=user, used_at__isnull=True).exists()
    return [] if left else make_codes(user)


@transaction.atomic
def make_codes(user: User) -> list[str]:
    """Ten new codes, shown only now; those before are void. Raises ProofNeeded, and Conflict without a second factor."""
    proof.require(user)
    if not has_second_factor(user):
        raise Conflict("先に、確認アプリかパスキーを設定してください。")
    codes = ["".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, digest=_digest(code)) for code in codes])
    record("signin.codes_made", subject=f"user:{user.pk}", actor=user)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in codes]


@transaction.atomic
def remove_phone(user: User) -> None:
    """Do without it. Raises ProofNeeded, and Conflict where a role demands a second factor and there is no other."""
    proof.require(user)
    mine = factors(user)
    if demands_second_factor(user) and not mine.passkeys:
        raise Conflict(
            "あなたの役割には二つ目の確認が必要なので、外せません。電話を替えるときは「設定し直す」を選んでください。"
        )
    if mine.passkeys or mine.blocked:
        Authenticator.objects.filter(user=user).delete()
    else:
        _forget(user)
    record("signin.factor_removed", subject=f"user:{user.pk}", actor=user, kind="phone")


@transaction.atomic
def reset(person: User, *, actor: Actor) -> None:
    """The person has lost the telephone and the codes: nothing of it counts any more, and sessions end, one of which may
    be on that telephone. Raises ProofNeeded; whoever operates the machine, nobody, needs none."""
    if actor is not None:
        proof.require(actor)
    _forget(person)
    if person != actor:
        sessions.end_all(person)
    record("signin.factor_removed", subject=f"user:{person.pk}", actor=actor)


def _forget(user: User) -> None:
    Authenticator.objects.filter(user=user).delete()
    Passkey.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


def _name(user: User) -> str:
    return f"totp:{user.pk}"


def _secret(row: Authenticator) -> bytes:
    return decrypt(_name(row.user), bytes(row.secret))


def _digest(code: str) -> str:
    key = town_key("recovery")
    return hmac.new(key, code.encode(errors="surrogatepass"), hashlib.sha256).hexdigest()
