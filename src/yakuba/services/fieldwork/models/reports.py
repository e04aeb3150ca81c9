"""Reports of residents. What a report says stands in the ledger; here stands where it is, who has it, and what happened."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import Department, MunicipalityModel
from yakuba.services.fieldwork.contracts import Happened, ReportState, Source


class ReportRules(MunicipalityModel):
    """A version of the town's rules (通報の決まり); the newest is in force. None is changed."""

    text = models.TextField("決まり")
    set_by = person("決めた職員", null=True)
    set_at = models.DateTimeField("決めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通報の決まり"


class ReportSerial(MunicipalityModel):
    """The last serial number that a fiscal year's reports got. year: 令和."""

    year = models.PositiveIntegerField("年度（令和）")
    last = models.PositiveIntegerField("最後の番号")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通報の受付番号"
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="fieldwork_serial_once")]


class Report(MunicipalityModel):
    """A report (通報). secret: hash of the code beside the receipt number; key: hash of the key that the phone made, so that one
    report sent again stays one; latitude, longitude: degrees, or None where only words say where; category_label: as it was
    called then; state: what the newest events say; due_at: the end of its last day; public_text, released_at: what everybody
    reads, once a person has looked."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    key = models.CharField("送った印", max_length=64)
    source = models.CharField("届いた道", max_length=10, choices=Source.choices(), default=Source.WEB)
    language = models.CharField("ことば", max_length=10, default="ja")
    category = models.CharField("分類の符号", max_length=30)
    category_label = models.CharField("分類", max_length=60)
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    district = models.CharField("地区", max_length=60, blank=True)
    section = models.ForeignKey(Department, models.PROTECT, related_name="+", verbose_name="課")
    state = models.CharField(
        "状態", max_length=10, choices=ReportState.choices(), default=ReportState.RECEIVED
    )
    urgent = models.BooleanField("急ぎ", default=False)
    received_at = models.DateTimeField("届いた日時")
    due_at = models.DateTimeField("期限")
    done_at = models.DateTimeField("対応を終えた日時", null=True)
    changed_at = models.DateTimeField("変わった日時", auto_now=True)
    public_text = models.TextField("公開する文", blank=True)
    released_at = models.DateTimeField("公開した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通報"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="fieldwork_number_once"),
            models.UniqueConstraint(fields=["municipality", "key"], name="fieldwork_sent_once"),
            models.UniqueConstraint(fields=["case"], name="fieldwork_case_once"),
        ]
        indexes = [
            models.Index(fields=["municipality", "state", "due_at"], name="fieldwork_due"),
            models.Index(fields=["municipality", "received_at"], name="fieldwork_received"),
            models.Index(fields=["municipality", "category", "latitude"], name="fieldwork_near"),
        ]

    def __str__(self) -> str:
        return self.number


class ReportEvent(MunicipalityModel):
    """What happened to a report and when, by the server's clock. Never changed and never taken away alone: whoever asks later
    when the town knew of a hole and when it was repaired (管理瑕疵) reads it here and in the audit record, event by event.
    number: counts from 1 within the report; told: the reporter reads the text; before, after: section or day."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="events", verbose_name="通報")
    number = models.PositiveIntegerField("何番目")
    kind = models.CharField("出来事", max_length=10, choices=Happened.choices())
    at = models.DateTimeField("日時")
    user = person("職員", null=True)
    text = models.TextField("文", blank=True)
    told = models.BooleanField("通報した人に伝える", default=False)
    before = models.CharField("前", max_length=60, blank=True)
    after = models.CharField("後", max_length=60, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通報の出来事"
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="fieldwork_event_once")]
        indexes = [models.Index(fields=["municipality", "report", "at"], name="fieldwork_event_at")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it."""
        if not self._state.adding:
            raise RuntimeError("what happened to a report is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """It goes only with its report, when that has been kept long enough."""
        raise RuntimeError("what happened to a report is never taken away")


class ReportPhoto(MunicipalityModel):
    """A photograph, drawn anew and small. key: hash of the key of the report that it was sent with; report: None until that one
    is sent; mark, mirrored: perceptual hashes; taken: the camera's own time as it says, or empty; released: everybody may
    see it."""

    report = models.ForeignKey(Report, models.CASCADE, null=True, related_name="photos", verbose_name="通報")
    key = models.CharField("送った印", max_length=64)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="写真")
    mark = models.CharField("写真の印", max_length=16)
    mirrored = models.CharField("裏返しの印", max_length=16)
    taken = models.CharField("写真の日時", max_length=19, blank=True)
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)
    released = models.BooleanField("公開する", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "通報の写真"
        indexes = [models.Index(fields=["municipality", "key"], name="fieldwork_photo_key")]


class Supporter(MunicipalityModel):
    """Somebody who saw the same and added themselves to a report. key: hash of the key that the phone made."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="supporters", verbose_name="通報")
    key = models.CharField("送った印", max_length=64)
    at = models.DateTimeField("日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "同じものを見た人"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="fieldwork_joined_once")]
