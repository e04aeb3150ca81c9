"""The staff of the active municipality. The table of users has all towns: whoever lists or names people asks here."""

from __future__ import annotations

from django.db.models import QuerySet

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tenancy import current_municipality


def staff() -> QuerySet[User]:
    """All of them, those who have left included."""
    return User.objects.filter(municipality=current_municipality())


def at_work() -> QuerySet[User]:
    """Those who may log in."""
    return staff().filter(is_active=True)
