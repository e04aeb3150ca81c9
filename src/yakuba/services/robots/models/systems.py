"""The target systems that robots enter into."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class System(MunicipalityModel):
    """A target system (接続先). `credentials` are encrypted and leave only towards a robot's log-in form.

    settle_seconds: how long the target may take to store a request that the robot has lost sight of.  idempotent:
    whether it refuses a receipt number that it has.
    """

    name = models.CharField("名称", max_length=60)
    base_url = models.URLField("アドレス", max_length=200)
    settle_seconds = models.FloatField("落ち着くまでの秒数", default=60.0)
    idempotent = models.BooleanField("同じ受付番号を断る", default=False)
    credentials = models.BinaryField(default=b"", editable=False)
    credential_names = models.JSONField("登録済みの秘密", default=list)
    credentials_at = models.DateTimeField("秘密の登録日時", null=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "接続先"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="robots_system_once")]

    def __str__(self) -> str:
        return self.name
