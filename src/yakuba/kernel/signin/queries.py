"""What second factors a person has. Asked before anybody is logged in as well, so the municipality is the person's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from yakuba.kernel.accounts import demands_passkey, demands_second_factor
from yakuba.kernel.accounts.models import User
from yakuba.kernel.signin.models import Authenticator, Passkey, RecoveryCode
from yakuba.kernel.tenancy import every_municipality


@dataclass(frozen=True)
class Factors:
    """phone: shows codes; codes: how many recovery codes are left; passkeys: how many can be used; blocked: how many are
    held to be copied."""

    phone: bool
    codes: int
    passkeys: int = 0
    blocked: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none. A blocked passkey is one: who has no other is
        let in by a recovery code, and never by the password alone."""
        return self.phone or bool(self.passkeys or self.blocked)


@every_municipality("a person's own factors, asked before anybody is in")
def authenticator(user: User) -> Authenticator | None:
    """The telephone that counts; None without one."""
    rows = Authenticator.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, confirmed_at__isnull=False
    )
    found: Authenticator | None = rows.order_by("-pk").first()
    return found


@every_municipality("a person's own factors, asked before anybody is in")
def unconfirmed(user: User) -> Authenticator | None:
    """The telephone that is being set up."""
    rows = Authenticator.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, confirmed_at__isnull=True
    )
    found: Authenticator | None = rows.order_by("-pk").first()
    return found


@every_municipality("a person's own factors, asked before anybody is in")
def passkeys_of(user: User) -> list[Passkey]:
    """All of them, the oldest first, those that are blocked included."""
    rows = Passkey.all_municipalities.filter(municipality=F("user__municipality"), user=user)
    return list(rows.order_by("pk"))


@every_municipality("a person's own factors, asked before anybody is in")
def factors(user: User) -> Factors:
    """All of them."""
    codes = RecoveryCode.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, used_at__isnull=True
    )
    passkeys = passkeys_of(user)
    blocked = sum(row.blocked_at is not None for row in passkeys)
    return Factors(authenticator(user) is not None, codes.count(), len(passkeys) - blocked, blocked)


@every_municipality("a person's own factors, asked before anybody is in")
def has_second_factor(user: User) -> bool:
    """Whether the person has one."""
    passkeys = Passkey.all_municipalities.filter(municipality=F("user__municipality"), user=user)
    return authenticator(user) is not None or passkeys.exists()


def has_passkey(user: User) -> bool:
    """Whether the person has one that can be used."""
    return factors(user).passkeys > 0


def lacks_a_factor(user: User) -> bool:
    """Whether one of the person's roles demands a factor that the person has not set up."""
    if demands_passkey(user):
        return not has_passkey(user)
    return demands_second_factor(user) and not has_second_factor(user)
