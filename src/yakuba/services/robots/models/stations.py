"""Stations (別の端末): installations of this program on other PCs that enter rows for this one, or for which this one does."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class StationKey(MunicipalityModel):
    """A pair of keys of this installation, by which it signs and opens the files of stations. sealed: both private halves, under
    the town's key; sign, seal: the public ones, base64. The newest is in use; older ones still open what was sealed to them."""

    generation = models.PositiveIntegerField("世代")
    sign = models.CharField("署名を確かめる鍵", max_length=64)
    seal = models.CharField("封をする鍵", max_length=64)
    sealed = models.BinaryField("秘密の半分")
    made_at = models.DateTimeField("作った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "別の端末との鍵"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "generation"], name="robots_station_key_generation_once"
            )
        ]


class Station(MunicipalityModel):
    """The other installation. role: whether it enters our rows, or hands rows over to us.  sign, seal: its public keys.

    folder: below `YAKUBA_ARRIVAL_ROOT`, where files of both lie; empty where they are carried.  sent: number of our last file;
    seen: of the last of theirs that was taken whole, which was made at `heard_at` and taken at `took_at`.  touched: counts what
    they have to be told; written: how much of it stands in a file.  told: what they said of parcels, by mark: `refused` (a
    sentence), `standing` (why the run stands still), `counts` (rows by state).  fault: why the last file could not be taken or
    written.
    """

    class Role(models.TextChoices):
        STATION = "station", "入力を任せる端末"
        SENDER = "sender", "受付を渡してくる設備"

    name = models.CharField("名称", max_length=60)
    role = models.CharField("役割", max_length=8, choices=Role.choices)
    in_use = models.BooleanField("使用中", default=True)
    sign = models.CharField("相手の署名を確かめる鍵", max_length=64)
    seal = models.CharField("相手に封をする鍵", max_length=64)
    accepted_at = models.DateTimeField("鍵を確かめた日時")
    folder = models.CharField("フォルダ", max_length=60, blank=True)
    sent = models.PositiveBigIntegerField("最後に書いた番号", default=0)
    seen = models.PositiveBigIntegerField("最後に取り込んだ番号", default=0)
    heard_at = models.DateTimeField("相手の最後のファイルの日時", null=True)
    took_at = models.DateTimeField("最後に取り込んだ日時", null=True)
    touched = models.PositiveBigIntegerField(default=0)
    written = models.PositiveBigIntegerField(default=0)
    written_at = models.DateTimeField("最後に書いた日時", null=True)
    told = models.JSONField("相手の言ったこと", default=dict)
    fault = models.CharField("できなかった理由", max_length=500, blank=True)
    fault_at = models.DateTimeField("できなかった日時", null=True)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "別の端末"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="robots_station_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_sender(self) -> bool:
        """Whether it hands rows over to us."""
        return self.role == self.Role.SENDER

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"station-{self.pk}"


class HandedRow(MunicipalityModel):
    """At the station: a row that a sender has handed over, by the sender's own mark. It is taken once, whatever comes again.

    row: what enters it; one row may be handed over again under another turn or in another parcel.  refused: why there is none; beside a
    row, why a person has to look at it although it is in.
    reported: number of our file that told first how it ended.  acknowledged_at: the sender is known to have read that.  over_at:
    the sender wants nothing of it any more.
    """

    sender = models.ForeignKey(Station, models.CASCADE, related_name="handed", verbose_name="渡した設備")
    parcel = models.CharField("小包", max_length=32)
    number = models.PositiveIntegerField("行")
    turn = models.PositiveIntegerField("何度目か")
    row = models.ForeignKey(
        "robots.Row", models.CASCADE, null=True, related_name="handed", verbose_name="入力する行"
    )
    refused = models.TextField("受けられない理由", blank=True)
    reported = models.PositiveBigIntegerField("知らせた番号", null=True)
    acknowledged_at = models.DateTimeField("届いたと分かった日時", null=True)
    over_at = models.DateTimeField("用が済んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "任された行"
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "parcel", "number", "turn"], name="robots_handed_row_taken_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "sender", "over_at"], name="robots_handed_open")]
