"""Who is under protection, which things in the house are about them, and who looked at where they live."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel

REMINDED = timedelta(days=31)  # before the period ends: from then on it can be renewed


class Protection(MunicipalityModel):
    """One person under protection. It holds until it is ended (`ended_at`), whatever `until` says: a period that has
    passed waits for a person. number: 宛名番号, empty where none is known. household: who lives at the same address, and
    who applied together, is hidden too."""

    number = models.CharField("宛名番号", max_length=20, blank=True)
    name = models.CharField("氏名", max_length=120)
    kana = models.CharField("フリガナ", max_length=120, blank=True)
    birth = models.DateField("生年月日", null=True)
    address = models.CharField("住所", max_length=200, blank=True)
    household = models.BooleanField("世帯の人も隠す", default=True)
    reason = models.TextField("申出の内容")
    begins = models.DateField("始まり")
    until = models.DateField("期間の終わり")
    begun_by = person("登録した職員")
    begun_at = models.DateTimeField("登録日時", auto_now_add=True)
    ended_at = models.DateTimeField("終了日時", null=True)
    ended_by = person("終了を承認した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "支援措置"
        indexes = [models.Index(fields=["municipality", "ended_at"], name="protection_held")]

    def __str__(self) -> str:
        return f"支援措置{self.pk}"

    @property
    def is_held(self) -> bool:
        """Whether it holds."""
        return self.ended_at is None

    @property
    def is_due(self) -> bool:
        """Whether somebody must say now if it goes on."""
        return self.is_held and self.until <= timezone.localdate() + REMINDED

    @property
    def birth_text(self) -> str:
        """ISO 8601, as the ledger keeps dates; empty where it is not known."""
        return self.birth.isoformat() if isinstance(self.birth, date) else ""


class Covered(MunicipalityModel):
    """A thing of the house that is about a person under protection: `kind` as its part names it (`ledger.case`), `key`
    its number there. What nobody is certain of is hidden until a person says that it is somebody else's."""

    class State(models.TextChoices):
        CERTAIN = "certain", "確かに本人"
        ASKED = "asked", "確かめてください"
        YES = "yes", "職員が本人とした"
        NO = "no", "職員が別人とした"

    protection = models.ForeignKey(
        Protection, models.CASCADE, related_name="covered", verbose_name="支援措置"
    )
    kind = models.CharField("種類", max_length=40)
    key = models.CharField("番号", max_length=40)
    state = models.CharField("状態", max_length=8, choices=State)
    why = models.CharField("理由", max_length=200)
    decided_by = person("決めた職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "支援措置の対象"
        constraints = [
            models.UniqueConstraint(fields=["protection", "kind", "key"], name="protection_covered_once")
        ]
        indexes = [models.Index(fields=["municipality", "kind", "key"], name="protection_covered_key")]


class Opening(MunicipalityModel):
    """Somebody opened where a person under protection lives, with a reason; it stays open for that person until `until`.
    seen_by: who of those in charge has looked into it."""

    kind = models.CharField("種類", max_length=40)
    key = models.CharField("番号", max_length=40)
    reason = models.CharField("理由", max_length=200)
    opened_by = person("開いた職員")
    opened_at = models.DateTimeField("開いた日時", auto_now_add=True)
    until = models.DateTimeField("閉じる日時")
    seen_by = person("確かめた職員", null=True)
    seen_at = models.DateTimeField("確かめた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "支援措置の住所を開いた記録"
        indexes = [
            models.Index(fields=["municipality", "seen_at"], name="protection_opening_seen"),
            models.Index(fields=["opened_by", "kind", "key", "until"], name="protection_opening_held"),
        ]


class Release(MunicipalityModel):
    """A second person's word that `asked_by` may put where somebody lives into a letter or a file, until `until`."""

    kind = models.CharField("種類", max_length=40)
    key = models.CharField("番号", max_length=40)
    asked_by = person("求めた職員")
    approved_by = person("承認した職員")
    approved_at = models.DateTimeField("承認日時", auto_now_add=True)
    until = models.DateTimeField("期限")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "支援措置の住所の提供の承認"
        indexes = [models.Index(fields=["asked_by", "kind", "until"], name="protection_release_held")]
