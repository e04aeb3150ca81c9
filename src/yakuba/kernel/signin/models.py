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


class Passkey(MunicipalityModel):
    """A passkey of a person. key: the credential's id in base64url; public_key: COSE; sign_count: the last that it told, 0
    for a key that does not count; synced: its maker keeps copies; blocked_at: since when it is held to be copied."""

    user = person("職員")
    name = models.CharField("名前", max_length=60)
    key = models.CharField(max_length=1400, unique=True)
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    synced = models.BooleanField("複数の機器で使える", default=False)
    made_at = models.DateTimeField("登録日時", auto_now_add=True)
    last_used_at = models.DateTimeField("最後に使った日時", null=True)
    blocked_at = models.DateTimeField("止めた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "パスキー"
        indexes = [models.Index(fields=["municipality", "user"], name="signin_passkey_user")]


class Challenge(models.Model):
    """What a passkey is to answer. digest: SHA-256 of the session's word, the purpose and the challenge; of no town, since
    at the login nobody is known yet."""

    digest = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)


class DirectoryRule(MunicipalityModel):
    """What the town makes of what its directory says. groups: group -> name of a role; factors: words of `amr` or `acr` that
    count as a second factor. One row a town."""

    groups = models.JSONField("グループと役割", default=dict)
    factors = models.JSONField("二つ目の確認として認める言葉", default=list)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "庁内の認証サーバー"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="signin_directory_rule_once")]


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
