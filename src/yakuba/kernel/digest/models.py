"""What failed, kept from when it was noticed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.tenancy.models import MunicipalityModel


class Entry(MunicipalityModel):
    """One thing that failed. part: the manifest that told it; source: who looks for it again; key: what tells it from
    others of the same source; needs: the permission that seeing it takes beside opening its page; failed_at: when the part says that it happened; noticed_at: its day in the digest;
    ended_at: when it was there no more, since somebody dealt with it or it came right."""

    class Source(models.TextChoices):
        WORK = "work", "業務と仕事"
        CHECK = "check", "点検"

    part = models.CharField("業務", max_length=60)
    source = models.CharField(max_length=10, choices=Source)
    key = models.CharField(max_length=64)
    title = models.CharField("何が", max_length=300)
    reason = models.TextField("理由", blank=True)
    url = models.CharField("開く画面", max_length=300)
    action_label = models.CharField("すること", max_length=100)
    needs = models.CharField("見る権限", max_length=60, blank=True)
    failed_at = models.DateTimeField("失敗した日時")
    noticed_at = models.DateTimeField("気づいた日時", auto_now_add=True)
    ended_at = models.DateTimeField("片付いた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "失敗"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "key"], condition=Q(ended_at=None), name="digest_told_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "noticed_at"], name="digest_day")]


class Mail(MunicipalityModel):
    """The day's mail of a town. It is claimed before it is sent: two workers send one."""

    day = models.DateField("日")
    claimed_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField("送った日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "まとめのメール"
        constraints = [models.UniqueConstraint(fields=["municipality", "day"], name="digest_one_mail")]
