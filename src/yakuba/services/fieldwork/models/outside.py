"""Reports where the residents' part is an installation of its own: what stands outside, and what came from there."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.fieldwork.contracts import ReportState
from yakuba.services.fieldwork.models.reports import Report


class PostedReport(MunicipalityModel):
    """Outside: a report that was handed in, without a word of it. key: of its parcel; secret, sent: as a Report's secret and
    key; said, placed: hashes of what was said and where, under the secret; sealed: where it stands, which only the secret
    opens, empty until the inside has said; due_at: as its reporter was told; reopenings: how often they said that it is not
    repaired."""

    key = models.CharField("印", max_length=32)
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    sent = models.CharField("送った印", max_length=64, blank=True)
    said = models.CharField("内容の印", max_length=64, blank=True)
    placed = models.CharField("場所の印", max_length=64, blank=True)
    category_label = models.CharField("分類", max_length=60)
    sealed = models.BinaryField("状況", default=b"")
    due_at = models.DateTimeField("期限")
    reopenings = models.PositiveIntegerField("もう一度頼んだ回数", default=0)
    sent_at = models.DateTimeField("届いた日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外で受けた通報"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="fieldwork_posted_once"),
            models.UniqueConstraint(
                fields=["municipality", "sent"],
                condition=~models.Q(sent=""),
                name="fieldwork_posted_sent_once",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "number"], name="fieldwork_posted_number")]


class ToldReport(MunicipalityModel):
    """Outside: what the inside lets everybody know of a report, with the names that a Report has. Of one that nobody released
    only kind, state, day and rounded place; a place and a day are told to whoever is about to report the same."""

    number = models.CharField("受付番号", max_length=20)
    category = models.CharField("分類の符号", max_length=30)
    category_label = models.CharField("分類", max_length=60)
    latitude = models.FloatField("緯度", null=True)
    longitude = models.FloatField("経度", null=True)
    state = models.CharField("状態", max_length=10, choices=ReportState.choices())
    received_at = models.DateTimeField("届いた日時")
    done_at = models.DateTimeField("対応を終えた日時", null=True)
    public_text = models.TextField("公開する文", blank=True)
    released_at = models.DateTimeField("公開した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "だれでも読める通報"
        constraints = [models.UniqueConstraint(fields=["municipality", "number"], name="fieldwork_told_once")]
        indexes = [
            models.Index(fields=["municipality", "category", "latitude"], name="fieldwork_told_near"),
        ]


class ReportFromOutside(MunicipalityModel):
    """Inside: a report that came from the outside, taken up or not. key: of its parcel; report: None until it is taken up;
    number, secret: as its reporter has them; public: to what its standing is sealed, base64; hand: by which another one of the
    same reporter is known; reopenings: how often the
    reporter said that it is not repaired, as far as that was looked at; notice: a sentence for the reporter; closed: it is not
    taken up."""

    key = models.CharField("印", max_length=32)
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, related_name="from_outside", verbose_name="通報"
    )
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    public = models.CharField("封をする鍵", max_length=64)
    hand = models.CharField("同じ人の印", max_length=64, blank=True)
    category_label = models.CharField("分類", max_length=60)
    due_at = models.DateTimeField("期限")
    sent_at = models.DateTimeField("送られた日時")
    reopenings = models.PositiveIntegerField("もう一度頼んだ回数", default=0)
    notice = models.TextField("通報した人に伝えること", blank=True)
    closed = models.BooleanField("受け付けない", default=False)
    changed_at = models.DateTimeField("変わった日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外から届いた通報"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="fieldwork_outside_once")]
