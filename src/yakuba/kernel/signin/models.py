"""What a person proves to be the one with."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Authenticator(MunicipalityModel):
    """A telephone that shows codes (TOTP). secret: encrypted under the municipality's key; last_counter: the step of the
    last code that was taken, which is never taken again; confirmed_at: None until the person has typed a first code."""

    user = person("職員")
    secret = models.BinaryField("秘密")
    last_counter = models.BigIntegerField("最後に使った番号", default=-1)
    made_at = models.DateTimeField("登録日時", auto_now_add=True)
    confirmed_at = models.DateTimeField("確かめた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "確認アプリ"
        indexes = [models.Index(fields=["municipality", "user"], name="signin_authenticator_user")]


class RecoveryCode(MunicipalityModel):
    """A code on paper that opens once. digest: HMAC-SHA256 under a key of the municipality."""

    user = person("職員")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField("使った日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "予備の番号"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "user", "digest"], name="signin_code_once")
        ]


class Invitation(MunicipalityModel):
    """A link by which a person sets the own password, once and until a day. digest: SHA-256 of the link's code."""

    user = person("職員")
    digest = models.CharField(max_length=64, unique=True)
    made_by = person("招いた職員")
    made_at = models.DateTimeField("招いた日時", auto_now_add=True)
    until = models.DateTimeField("期限")
    used_at = models.DateTimeField("使った日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "招待"
