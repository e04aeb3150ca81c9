"""The device register (機器台帳): which device writes what, in which unit, calibrated how; and what of it was put aside."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Device(MunicipalityModel):
    """A device with a key of its own, which writes its one entity and nothing else. digest: SHA-256 of the key, which is kept
    nowhere; lag: seconds from the newest moment of its last message to its arrival (negative: its clock is ahead)."""

    code = models.CharField("機器番号", max_length=60)
    name = models.CharField("名前", max_length=80)
    entity_id = models.CharField("実体の id", max_length=256)
    entity_type = models.CharField("実体の型", max_length=256)
    place = models.CharField("場所", max_length=120, blank=True)
    latitude = models.FloatField("緯度", null=True, blank=True)
    longitude = models.FloatField("経度", null=True, blank=True)
    note = models.CharField("メモ", max_length=300, blank=True)
    active = models.BooleanField("使う", default=True)
    digest = models.CharField(max_length=64, blank=True)
    keyed_at = models.DateTimeField("鍵を作った日時", null=True)
    heard_at = models.DateTimeField("最後に届いた日時", null=True)
    lag = models.FloatField("届くまでの秒", null=True)
    entered_by = person("登録した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "機器"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="cityhub_device_once"),
            models.UniqueConstraint(
                fields=["municipality", "digest"], condition=~models.Q(digest=""), name="cityhub_device_key"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "entity_id"], name="cityhub_device_entity")]

    def __str__(self) -> str:
        return self.code


class Measure(MunicipalityModel):
    """What a device measures. sent: the name under which it sends it; least, most: what can be at all, after calibration."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="measures", verbose_name="機器")
    attribute = models.CharField("属性", max_length=256)
    sent = models.CharField("機器が送る名前", max_length=256)
    unit = models.CharField("単位", max_length=40, blank=True)
    least = models.FloatField("最小", null=True, blank=True)
    most = models.FloatField("最大", null=True, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "機器が測るもの"
        constraints = [
            models.UniqueConstraint(fields=["device", "attribute"], name="cityhub_measure_once"),
            models.UniqueConstraint(fields=["device", "sent"], name="cityhub_measure_sent_once"),
        ]

    def __str__(self) -> str:
        return self.attribute


class Calibration(MunicipalityModel):
    """value = sent × factor + offset, for what is measured from `from_at` on, until the next one holds."""

    measure = models.ForeignKey(Measure, models.CASCADE, related_name="calibrations", verbose_name="測るもの")
    from_at = models.DateTimeField("いつから")
    factor = models.FloatField("係数", default=1.0)
    offset = models.FloatField("ずれ", default=0.0)
    note = models.CharField("根拠", max_length=200, blank=True)
    entered_by = person("登録した職員", null=True)
    entered_at = models.DateTimeField("登録した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "校正"
        constraints = [
            models.UniqueConstraint(fields=["measure", "from_at"], name="cityhub_calibration_once")
        ]

    def __str__(self) -> str:
        return f"×{self.factor:g} {self.offset:+g}"


class RawReading(MunicipalityModel):
    """What was sent, where another value was made of it: by a device's calibration, or (then with `unit`) because it came in
    another unit than its series has. at: microseconds since 1970 UTC, as of `Reading`."""

    series = models.ForeignKey("cityhub.Series", models.CASCADE, related_name="raw", verbose_name="系列")
    at = models.BigIntegerField("時刻（マイクロ秒）")
    number = models.FloatField("送られた値")
    unit = models.CharField("送られた単位", max_length=90, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "校正前の値"
        constraints = [models.UniqueConstraint(fields=["series", "at"], name="cityhub_raw_once")]

    def __str__(self) -> str:
        return f"{self.series_id} {self.at}"


class PutAside(MunicipalityModel):
    """What a device sent and nothing was made of, with its reason. The same reason on one day is one row that counts; `given`
    is the newest of them."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="put_aside", verbose_name="機器")
    day = models.DateField("日")
    name = models.CharField("名前", max_length=60, blank=True)
    reason = models.CharField("わけ", max_length=200)
    given = models.CharField("送られたもの", max_length=200, blank=True)
    count = models.PositiveBigIntegerField("回数", default=1)
    last_at = models.DateTimeField("最後の日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "よけた値"
        constraints = [
            models.UniqueConstraint(fields=["device", "day", "name", "reason"], name="cityhub_aside_once")
        ]
        indexes = [models.Index(fields=["municipality", "last_at"], name="cityhub_aside_last")]

    def __str__(self) -> str:
        return self.reason
