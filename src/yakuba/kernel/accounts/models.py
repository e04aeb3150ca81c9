"""Staff, the roles they hold, and the tokens of programs that act for them."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone

from yakuba.kernel.accounts import proof
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import Department, Municipality, MunicipalityModel


def person(label: str, **options: Any) -> Any:
    """A foreign key to a member of staff."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **options
    )


class Role(MunicipalityModel):
    """A named set of the permissions that the rooms' manifests declare. second_factor: who holds it must have
    one; passkey: it must be a passkey."""

    name = models.CharField("名称", max_length=60)
    permissions = models.JSONField("権限", default=list)
    second_factor = models.BooleanField("二つ目の確認を求める", default=False)
    passkey = models.BooleanField("パスキーを求める", default=False)

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

    def save(self, *args: Any, **kwargs: Any) -> None:
        if getattr(self, "_visits", False):  # carries another town for as long as the request lasts
            raise RuntimeError("a visitor is never written")
        super().save(*args, **kwargs)

    def __str__(self) -> str:
        return self.display_name or self.username


class ApiToken(models.Model):
    """A program's key. Only its SHA-256 is kept; the scopes are permission names, never more than its user's.

    proved: whoever issued it had just proved to be the one (see `proof`). issued_by: a person, or nobody for whoever
    operates the machine. last_used_at is exact to `USED_STEP`.
    """

    USED_STEP = timedelta(minutes=5)

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens", verbose_name="職員")
    name = models.CharField("用途", max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField("範囲", default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField("最後に使われた日時", null=True, blank=True)
    proved = models.BooleanField("本人の確認をして発行", default=False)
    issued_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="発行した人"
    )

    class Meta:
        verbose_name = "APIトークン"

    @staticmethod
    def digest_of(token: str) -> str:
        """SHA-256 of the token in hex. Tokens are 256 random bits, so no salt is needed."""
        # Bytes of an environment that are no UTF-8 come as halves of characters.
        return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()

    @classmethod
    def issue(
        cls, user: User, name: str, scopes: list[str], *, proved: bool = False, by: User | None = None
    ) -> tuple[ApiToken, str]:
        """Make a token; `by` is the person where nobody is named. Returns the row and the token itself, which is shown
        only this once."""
        token = secrets.token_urlsafe(32)
        row = cls.objects.create(
            user=user,
            name=name,
            digest=cls.digest_of(token),
            scopes=scopes,
            proved=proved,
            issued_by=by or user,
        )
        return row, token

    @classmethod
    @every_municipality("whose town it is, the token says")
    def of(cls, token: str) -> ApiToken | None:
        """The valid token of a person of some municipality that reads so, or None."""
        rows = cls.objects.select_related("user__municipality").filter(digest=cls.digest_of(token))
        found = rows.first()
        return found if found and found.valid and found.user.municipality else None

    def carry(self, person: User) -> None:
        """Let the object of the token's person carry what the token proves."""
        if self.proved:
            proof.give_for_good(person)
        if self.issued_by_id != self.user_id:
            proof.not_in_own_name(person)

    def note_use(self) -> None:
        """It was used just now."""
        now = timezone.now()
        if self.last_used_at is None or now - self.last_used_at > self.USED_STEP:
            with every_municipality("whose town it is, the token says"):
                type(self).objects.filter(pk=self.pk).update(last_used_at=now)

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


class SignedIn(MunicipalityModel):
    """A session of a person (see `sessions`). digest: SHA-256 of the word that it carries; seen_at is exact to a minute;
    browser: as it names itself."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="職員")
    digest = models.CharField(max_length=64, unique=True)
    began_at = models.DateTimeField("ログインした日時", auto_now_add=True)
    seen_at = models.DateTimeField("最後に使った日時")
    address = models.CharField("場所", max_length=45, blank=True)
    browser = models.CharField("ブラウザー", max_length=200, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ログイン中"
        indexes = [models.Index(fields=["municipality", "user"], name="signed_in_user")]
