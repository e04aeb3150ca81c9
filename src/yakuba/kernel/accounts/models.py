"""Staff, the roles they hold, and the tokens of programs that act for them."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from yakuba.kernel.tenancy.models import Department, Municipality, MunicipalityModel


def person(label: str, **options: Any) -> Any:
    """A foreign key to a member of staff."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


class Role(MunicipalityModel):
    """A named set of the permissions that the rooms' manifests declare."""

    name = models.CharField("名称", max_length=60)
    permissions = models.JSONField("権限", default=list)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "役割"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="role_once")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A member of staff. Belongs to one municipality; without one, every page with data is refused."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="自治体"
    )
    department = models.ForeignKey(
        Department, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="課"
    )
    display_name = models.CharField("氏名", max_length=60, blank=True)
    roles = models.ManyToManyField(Role, blank=True, related_name="users", verbose_name="役割")

    class Meta:
        verbose_name = "職員"

    def __str__(self) -> str:
        return self.display_name or self.username


class ApiToken(models.Model):
    """A program's key. Only its SHA-256 is kept; the scopes are permission names, never more than its user's."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name="職員")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField("範囲", default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "APIトークン"

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256 of the token in hex. Tokens are 256 random bits, so no salt is needed."""
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def issue(cls, user: User, name: str, scopes: list[str]) -> tuple[ApiToken, str]:
        """Make a token. Returns the row and the token itself, which is shown only this once."""
        token = secrets.token_urlsafe(32)
        return cls.objects.create(user=user, name=name, digest=cls.digest_of(token), scopes=scopes), token

    @property
    def valid(self) -> bool:
        """Whether the token has not expired and its user still works here."""
        return self.user.is_active and (self.expires_at is None or self.expires_at > timezone.now())


class LoginTally(models.Model):
    """How many tries to log in one budget has seen since when, and until when it is locked (see `throttle`).

    `key` is a digest; `locks` counts those of the last days; `refused` counts tries during the lock."""

    scope = models.CharField(max_length=20)
    key = models.CharField(max_length=64)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    since = models.DateTimeField(db_index=True)
    tries = models.PositiveIntegerField(default=0)
    locks = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)
    refused = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="login_tally_once")]
