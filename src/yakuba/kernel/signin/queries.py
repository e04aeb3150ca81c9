"""What second factors a person has. Asked before anybody is logged in as well, so the municipality is the person's own."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from yakuba.kernel.accounts.models import User
from yakuba.kernel.signin.models import Authenticator, RecoveryCode


@dataclass(frozen=True)
class Factors:
    """phone: shows codes; codes: how many recovery codes are left."""

    phone: bool
    codes: int

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.phone


def authenticator(user: User) -> Authenticator | None:
    """The telephone that counts; None without one."""
    rows = Authenticator.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, confirmed_at__isnull=False
    )
    found: Authenticator | None = rows.order_by("-pk").first()
    return found


def unconfirmed(user: User) -> Authenticator | None:
    """The telephone that is being set up."""
    rows = Authenticator.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, confirmed_at__isnull=True
    )
    found: Authenticator | None = rows.order_by("-pk").first()
    return found


def factors(user: User) -> Factors:
    """All of them."""
    codes = RecoveryCode.all_municipalities.filter(
        municipality=F("user__municipality"), user=user, used_at__isnull=True
    )
    return Factors(authenticator(user) is not None, codes.count())


def has_second_factor(user: User) -> bool:
    """Whether the person has one."""
    return authenticator(user) is not None
