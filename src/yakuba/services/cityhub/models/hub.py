"""Tables of the hub. Moments that the protocols reckon with are seconds since 1970 UTC; of readings, microseconds.

What an entity is stands in one document, because a hub reads and writes entities whole; what is searched for stands beside it
in columns. Nothing here is written but through `actions.space` and the actions of pages.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class Entity(MunicipalityModel):
    """An entity as it is now. document: attributes as JSON (see `engine.entities`); west … north: the box around its place,
    empty without one; cell: the square of .01° that a point lies in, -1 for other shapes (see `queries.cells`)."""

    path = models.CharField("パス", max_length=520)
    entity_id = models.CharField("id", max_length=256)
    entity_type = models.CharField("型", max_length=256)
    document = models.TextField("属性")
    created_at = models.FloatField("作られた時刻")
    modified_at = models.FloatField("変わった時刻")
    expires_at = models.FloatField("消える時刻", null=True)
    west = models.FloatField(null=True)
    south = models.FloatField(null=True)
    east = models.FloatField(null=True)
    north = models.FloatField(null=True)
    cell = models.BigIntegerField(null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "実体"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "entity_id", "entity_type", "path"], name="cityhub_entity_once"
            )
        ]
        indexes = [
            models.Index(fields=["municipality", "entity_type"], name="cityhub_entity_type"),
            models.Index(fields=["municipality", "cell"], name="cityhub_entity_cell"),
            models.Index(fields=["municipality", "expires_at"], name="cityhub_entity_expires"),
        ]

    def __str__(self) -> str:
        return self.entity_id


class Series(MunicipalityModel):
    """The readings of one attribute. last_at, last_number: the newest reading; prepared_to: up to where `Hour` is complete
    (microseconds, full hours); unit: as shown, from the metadata `unitCode` or `unit`."""

    path = models.CharField("パス", max_length=520)
    entity_id = models.CharField("id", max_length=256)
    entity_type = models.CharField("型", max_length=256)
    attribute = models.CharField("属性", max_length=256)
    unit = models.CharField("単位", max_length=40, blank=True)
    last_at = models.BigIntegerField("最後の値の時刻", default=0)
    last_number = models.FloatField("最後の値", null=True)
    prepared_to = models.BigIntegerField(default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測定の系列"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "entity_id", "entity_type", "path", "attribute"],
                name="cityhub_series_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.attribute}"


class Reading(MunicipalityModel):
    """One measured value. doubtful: the sensor's own clock was not to be believed, so `at` is when it arrived."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="readings", verbose_name="系列")
    at = models.BigIntegerField("時刻（マイクロ秒）")
    number = models.FloatField("値")
    doubtful = models.BooleanField("時計が疑わしい", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "測定値"
        constraints = [models.UniqueConstraint(fields=["series", "at"], name="cityhub_reading_once")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.at}"


class Hour(MunicipalityModel):
    """An hour of readings, made ready for charts. hour: hours since 1970 UTC."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="hours", verbose_name="系列")
    hour = models.IntegerField()
    count = models.IntegerField()
    total = models.FloatField()
    least = models.FloatField()
    most = models.FloatField()

    class Meta(MunicipalityModel.Meta):
        verbose_name = "1時間の測定値"
        constraints = [models.UniqueConstraint(fields=["series", "hour"], name="cityhub_hour_once")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.hour}"


class Subscription(MunicipalityModel):
    """Who is told what (see `engine.space.Subscription`). revision: counted up when its definition or status changes;
    retry_at: nothing is sent before; thrown_away: notifications that waited for too long and went unsent."""

    identifier = models.CharField("番号", max_length=24)
    path = models.CharField("パス", max_length=522, default="/#")
    definition = models.TextField("定義")
    status = models.CharField("状態", max_length=10, default="active")
    expires_at = models.FloatField("期限", null=True)
    times_sent = models.PositiveBigIntegerField("送った回数", default=0)
    last_notification = models.FloatField("最後の通知", default=0.0)
    last_success = models.FloatField("最後に届いた時刻", default=0.0)
    last_success_code = models.PositiveIntegerField(default=0)
    last_failure = models.FloatField("最後に失敗した時刻", default=0.0)
    last_failure_reason = models.CharField("失敗のわけ", max_length=300, blank=True)
    fails = models.PositiveIntegerField("続けて失敗した回数", default=0)
    revision = models.PositiveIntegerField(default=0)
    retry_at = models.FloatField("次に送る時刻", default=0.0)
    thrown_away = models.PositiveBigIntegerField("届かずに捨てた数", default=0)
    thrown_away_at = models.FloatField("最後に捨てた時刻", default=0.0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "サブスクリプション"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "identifier"], name="cityhub_subscription_once")
        ]

    def __str__(self) -> str:
        return self.identifier


class Delivery(MunicipalityModel):
    """A notification that waits to be sent; the row goes when it has arrived. Written in the transaction of the update that
    it tells of. held_until: a sender has it in hand so long."""

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="deliveries")
    method = models.CharField(max_length=10)
    url = models.TextField("送り先")
    headers = models.TextField()
    body = models.BinaryField()
    timeout = models.PositiveIntegerField(default=0)
    made_at = models.FloatField("できた時刻")
    held_until = models.FloatField(default=0.0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "送る通知"
        indexes = [models.Index(fields=["subscription", "id"], name="cityhub_delivery_turn")]

    def __str__(self) -> str:
        return f"{self.subscription_id} {self.pk}"


class Registration(MunicipalityModel):
    """A context provider as somebody registered it, and what came of asking it."""

    identifier = models.CharField("番号", max_length=24)
    path = models.CharField("パス", max_length=522, default="/")
    definition = models.TextField("定義")
    expires_at = models.FloatField("期限", null=True)
    times_sent = models.PositiveBigIntegerField("聞いた回数", default=0)
    last_forwarding = models.FloatField("最後に聞いた時刻", default=0.0)
    last_success = models.FloatField("最後に答えた時刻", default=0.0)
    last_failure = models.FloatField("最後に失敗した時刻", default=0.0)
    last_failure_reason = models.CharField("失敗のわけ", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "情報源の登録"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "identifier"], name="cityhub_registration_once")
        ]

    def __str__(self) -> str:
        return self.identifier


class WatchRules(MunicipalityModel):
    """A version of the town's rules that watch, as somebody wrote them (see `engine.watchrules`); the newest holds."""

    version = models.PositiveIntegerField("版")
    text = models.TextField("見張りの決まり")
    created_at = models.DateTimeField("登録した日時", auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="職員"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "見張りの決まり"
        constraints = [models.UniqueConstraint(fields=["municipality", "version"], name="cityhub_rules_once")]

    def __str__(self) -> str:
        return f"見張りの決まり 第{self.version}版"


class WatchState(MunicipalityModel):
    """What a rule remembers of a series between two looks (see `engine.watching.State`). seen: the last reading that was
    stored when it looked; where that is gone it looks again at all, and what is not newer begins nothing."""

    rule = models.CharField("決まり", max_length=100)
    series = models.ForeignKey(Series, models.CASCADE, related_name="+")
    state = models.JSONField(default=dict)
    seen = models.ForeignKey(Reading, models.SET_NULL, null=True, related_name="+")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "見張りの覚え"
        constraints = [models.UniqueConstraint(fields=["series", "rule"], name="cityhub_state_once")]

    def __str__(self) -> str:
        return f"{self.rule} {self.series_id}"


class Alarm(MunicipalityModel):
    """A rule came true of a series. It goes on until `ended_at`; it waits until somebody has acknowledged it.
    step: how many of the duty roster have been told."""

    rule = models.CharField("決まり", max_length=100)
    series = models.ForeignKey(Series, models.CASCADE, related_name="alarms", verbose_name="系列")
    began_at = models.DateTimeField("始まった日時")
    ended_at = models.DateTimeField("終わった日時", null=True)
    number = models.FloatField("値", null=True)
    sentence = models.CharField("知らせ", max_length=300)
    step = models.PositiveIntegerField("知らせた段", default=0)
    told_at = models.DateTimeField("最後に知らせた日時", null=True)
    acknowledged_at = models.DateTimeField("確認した日時", null=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="確認した人"
    )
    remark = models.CharField("したこと", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "警報"
        indexes = [models.Index(fields=["municipality", "acknowledged_at"], name="cityhub_alarm_waits")]

    def __str__(self) -> str:
        return self.sentence
