"""The town's broker (MQTT): the rules by which its messages are read, what was found there, and what nothing was made of."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class BrokerRules(MunicipalityModel):
    """A version of the file (see `engine.brokerfile`); the newest holds. An empty text: no broker any more."""

    version = models.PositiveIntegerField("版")
    text = models.TextField("MQTTの決まり", blank=True)
    created_at = models.DateTimeField("登録した日時", auto_now_add=True)
    created_by = person("登録した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "MQTTの決まり"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="cityhub_broker_rules_once")
        ]

    def __str__(self) -> str:
        return f"MQTTの決まり 第{self.version}版"


class BrokerLine(MunicipalityModel):
    """The one connection of the town to its broker. holder: the process that has it, until `held_until` (seconds since 1970 UTC).
    filters: what the broker has been asked for under this client name; found: what was found at the broker (see
    `engine.brokerfindings`); dropped: its counter of thrown away messages, rises: by how much it rose while we watched."""

    client = models.CharField("名前", max_length=30, blank=True)
    holder = models.CharField(max_length=80, blank=True)
    held_until = models.FloatField(default=0.0)
    version = models.PositiveIntegerField("決まりの版", default=0)
    connected = models.BooleanField("つながっている", default=False)
    changed_at = models.DateTimeField("変わった日時", null=True)
    trouble = models.CharField("困りごと", max_length=300, blank=True)
    filters = models.JSONField(default=list)
    found = models.JSONField(default=list)
    dropped = models.BigIntegerField(null=True)
    rises = models.PositiveBigIntegerField("ブローカーが捨てた数", default=0)
    rose_at = models.DateTimeField("捨てた数が増えた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "MQTTの接続"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="cityhub_broker_line_once")]

    def __str__(self) -> str:
        return self.client


class BrokerTaken(MunicipalityModel):
    """A message that was stored, by the number under which the broker sends it again if it hears nothing. digest: SHA-256 of topic
    and payload; number: counts the town's messages."""

    mid = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    number = models.BigIntegerField()
    at = models.FloatField("時刻")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "MQTTで受けたもの"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "mid"], name="cityhub_broker_taken_once")
        ]
        indexes = [models.Index(fields=["municipality", "number"], name="cityhub_broker_taken_number")]

    def __str__(self) -> str:
        return str(self.mid)


class BrokerAside(MunicipalityModel):
    """A message that nothing was made of, with its reason. The same reason for one topic on one day is one row that counts."""

    day = models.DateField("日")
    topic = models.CharField("トピック", max_length=200)
    rule = models.CharField("受け取り", max_length=100, blank=True)
    reason = models.CharField("わけ", max_length=200)
    given = models.CharField("届いたもの", max_length=200, blank=True)
    count = models.PositiveBigIntegerField("回数", default=1)
    last_at = models.DateTimeField("最後の日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "MQTTでよけたもの"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "day", "topic", "reason"], name="cityhub_broker_aside_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "last_at"], name="cityhub_broker_aside_last")]

    def __str__(self) -> str:
        return self.reason
