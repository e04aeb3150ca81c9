"""What was closed and billed. The database refuses every change of these rows: a correction is a new one."""

from __future__ import annotations

from fractions import Fraction

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.sharing.models.costs import CostGroup


class ClosingDraft(MunicipalityModel):
    """A month that somebody proposed to close. digest: of what was computed then: what changed since is proposed anew; replaces: the
    closing that it would take back."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "承認待ち"
        DONE = "done", "締めた"

    group = models.ForeignKey(CostGroup, models.PROTECT, related_name="drafts", verbose_name="取り決め")
    month = models.CharField("月", max_length=7)
    digest = models.CharField("計算の印", max_length=64)
    replaces = models.ForeignKey(
        "sharing.Closing", models.PROTECT, null=True, related_name="+", verbose_name="出し直す締め"
    )
    reason = models.CharField("理由", max_length=300, blank=True)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = person("起案した職員", null=True)
    proposed_at = models.DateTimeField("起案した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "締めの起案"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.group} {int(self.month[:4])}年{int(self.month[5:])}月分"


class Closing(MunicipalityModel):
    """A month that was closed. replaces: the closing that this one takes back and makes anew; content: everything that the bills
    were made of (key, populations, use, amounts, shares), as it was known then."""

    group = models.ForeignKey(CostGroup, models.PROTECT, related_name="closings", verbose_name="取り決め")
    month = models.CharField("月", max_length=7)
    version = models.PositiveSmallIntegerField("回", default=1)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="出し直した締め"
    )
    reason = models.CharField("理由", max_length=300, blank=True)
    content = models.JSONField("計算のもと", default=dict)
    closed_by = person("承認した職員", null=True)
    proposed_by = person("起案した職員", null=True)
    closed_at = models.DateTimeField("締めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "月の締め"
        ordering = ("-month", "-version")
        constraints = [
            models.UniqueConstraint(fields=["group", "month", "version"], name="sharing_closing_once")
        ]

    def __str__(self) -> str:
        again = f"（出し直し{self.version - 1}回目）" if self.version > 1 else ""
        return f"{int(self.month[:4])}年{int(self.month[5:])}月分{again}"


class Share(MunicipalityModel):
    """What a body was billed for a month of a cost by a closing. month: of the cost; exact: its share before rounding, in yen, as
    `10/7`; yen: what was billed, the difference where the month had been billed before."""

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="shares", verbose_name="締め")
    item = models.CharField("費用の符号", max_length=20)
    month = models.CharField("費用の月", max_length=7)
    code = models.CharField("団体コード", max_length=6)
    exact = models.CharField("端数を丸める前", max_length=400)
    yen = models.BigIntegerField("額")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "負担の額"
        constraints = [
            models.UniqueConstraint(fields=["closing", "item", "month", "code"], name="sharing_share_once")
        ]
        indexes = [models.Index(fields=["closing", "item"], name="sharing_share_item")]

    @property
    def fraction(self) -> Fraction:
        """Its exact share."""
        return Fraction(self.exact)


class Bill(MunicipalityModel):
    """A bill (請求書), or the reversal of one. number: consecutive within its group; reverses: the number of the bill that it takes
    back; replaces: of the one in whose place it stands; content: all that is printed; yen, the total with tax; delivered: whether the
    body got its copy into its own rows, None where it was issued before this was kept."""

    class Kind(models.TextChoices):
        BILL = "bill", "請求"
        REVERSAL = "reversal", "取り消し"

    closing = models.ForeignKey(Closing, models.PROTECT, related_name="bills", verbose_name="締め")
    number = models.CharField("番号", max_length=40)
    serial = models.PositiveIntegerField("通し番号")
    kind = models.CharField("種類", max_length=8, choices=Kind.choices)
    code = models.CharField("団体コード", max_length=6)
    name = models.CharField("団体名", max_length=60)
    reverses = models.CharField("取り消した番号", max_length=40, blank=True)
    replaces = models.CharField("前の番号", max_length=40, blank=True)
    net = models.BigIntegerField("税抜き")
    tax = models.BigIntegerField("消費税")
    total = models.BigIntegerField("合計")
    content = models.JSONField("明細", default=dict)
    delivered = models.BooleanField(
        "届け方", null=True, choices=[(True, "画面に届けた"), (False, "紙かPDFで送る")]
    )
    issued_at = models.DateTimeField("出した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "請求書"
        ordering = ("-serial",)
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="sharing_bill_once"),
            models.UniqueConstraint(fields=["closing", "kind", "code"], name="sharing_bill_of_body"),
        ]

    def __str__(self) -> str:
        return self.number


class ReceivedBill(MunicipalityModel):
    """A bill as the body has it that pays: its own copy, put into its rows when the organising body issued it."""

    organiser_code = models.CharField("請求した団体のコード", max_length=6)
    organiser = models.CharField("請求した団体", max_length=60)
    title = models.CharField("取り決め", max_length=120)
    number = models.CharField("番号", max_length=40)
    month = models.CharField("月", max_length=7)
    kind = models.CharField("種類", max_length=8, choices=Bill.Kind.choices)
    total = models.BigIntegerField("合計")
    content = models.JSONField("明細", default=dict)
    received_at = models.DateTimeField("届いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "届いた請求書"
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "organiser_code", "number"], name="sharing_received_once"
            )
        ]

    def __str__(self) -> str:
        return self.number
