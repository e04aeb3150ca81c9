"""Fees: what is due and what was paid (only added to), envelopes that came by post, closed days, files of payments. No card data;
yen are whole numbers."""

from __future__ import annotations

from datetime import date

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.intake.engine.fees.cash import LABELS, Way
from yakuba.services.intake.engine.fees.orders import Order, last_day

WAYS = [(way.value, LABELS[way]) for way in Way]


class FeeBook(MunicipalityModel):
    """The town's one row behind which whoever writes fees or closes a day waits. last: the last number of an entry."""

    last = models.PositiveIntegerField("最後の番号", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "手数料の通し番号"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="intake_fee_book_once")]


class FeeEntry(MunicipalityModel):
    """A line about money of a case, never changed: the database refuses it, a mistake is taken back by a line of its own. number:
    consecutive; once: of the button that wrote it; day: whose closing it belongs to; yen: what is due or came in, negative for what
    went back and for what takes such a line back; slip: number on the terminal's slip; reverses: what it takes back."""

    class Kind(models.TextChoices):
        DUE = "due", "手数料"
        RECEIVED = "received", "受け取り"
        REFUND = "refund", "返金"
        REVERSAL = "reversal", "取り消し"

    number = models.PositiveIntegerField("番号")
    once = models.CharField("書いた印", max_length=64)
    case = models.ForeignKey(Case, models.PROTECT, related_name="+", verbose_name="受付")
    day = models.DateField("締めの日")
    kind = models.CharField("種類", max_length=8, choices=Kind.choices)
    way = models.CharField("方法", max_length=8, choices=WAYS, blank=True)
    item = models.CharField("名目", max_length=200, blank=True)
    copies = models.PositiveSmallIntegerField("枚数", default=0)
    unit = models.PositiveIntegerField("単価", default=0)
    exemption = models.CharField("減免", max_length=200, blank=True)
    basis = models.CharField("根拠", max_length=200, blank=True)
    yen = models.BigIntegerField("額")
    slip = models.CharField("控え番号", max_length=40, blank=True)
    reason = models.CharField("理由", max_length=300, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="取り消した行"
    )
    said_by = person("書いた職員", null=True)
    said_at = models.DateTimeField("書いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "手数料の記録"
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="intake_fee_number"),
            models.UniqueConstraint(fields=["municipality", "once"], name="intake_fee_once"),
        ]
        indexes = [models.Index(fields=["municipality", "day"], name="intake_fee_day")]

    @property
    def is_money(self) -> bool:
        """Whether money went in or out."""
        return bool(self.way)


class PostalRequest(MunicipalityModel):
    """What came in an envelope (郵送請求), for a case. stamps: yen of postage stamps for the way back; envelope: whether one for it
    was in it; answered: what the sender has to be asked for; due: until when; settled_at: the orders that pay are taken."""

    once = models.CharField("書いた印", max_length=64)
    case = models.OneToOneField(Case, models.CASCADE, related_name="+", verbose_name="受付")
    arrived_on = models.DateField("届いた日")
    due_on = models.DateField("いつまでに返す")
    stamps = models.PositiveIntegerField("返信用の切手（円）", default=0)
    envelope = models.BooleanField("返信用の封筒", default=False)
    note = models.CharField("ほかに入っていたもの", max_length=300, blank=True)
    settled_at = models.DateTimeField("小為替を分けた日時", null=True)
    sent_on = models.DateField("返した日", null=True)
    taken_by = person("開けた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "郵送請求"
        constraints = [models.UniqueConstraint(fields=["municipality", "once"], name="intake_post_once")]
        indexes = [models.Index(fields=["municipality", "sent_on", "due_on"], name="intake_post_due")]


class MoneyOrder(MunicipalityModel):
    """A postal money order (定額小為替) that came. Its number is kept nowhere. written: something stands on it; entry: the line by
    which it was taken; returned_on: it went back."""

    class Fate(models.TextChoices):
        HELD = "held", "預かり"
        KEPT = "kept", "手数料に充てる"
        BACK = "back", "返す"

    request = models.ForeignKey(PostalRequest, models.CASCADE, related_name="orders", verbose_name="郵送請求")
    yen = models.PositiveIntegerField("額面")
    issued_on = models.DateField("発行日")
    written = models.BooleanField("書き込みがある", default=False)
    fate = models.CharField("扱い", max_length=4, choices=Fate.choices, default=Fate.HELD)
    entry = models.ForeignKey(FeeEntry, models.PROTECT, null=True, related_name="+", verbose_name="受け取り")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "定額小為替"
        ordering = ("pk",)

    @property
    def last_day(self) -> date:
        """The last day on which it is good."""
        return last_day(self.issued_on)

    @property
    def order(self) -> Order:
        """For the engine."""
        return Order(self.pk, self.yen, self.issued_on, self.written)


class DayDraft(MunicipalityModel):
    """A day that somebody counted and proposed to close. digest: of what stood in the book then."""

    day = models.DateField("日")
    content = DocumentField("数えたもの", default=dict)
    digest = models.CharField("記録の印", max_length=64)
    done = models.BooleanField("締めた", default=False)
    counted_by = person("数えた職員", null=True)
    counted_at = models.DateTimeField("数えた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "日の締めの起案"


class DayClosing(MunicipalityModel):
    """A closed day (日計), never changed: the database refuses it. content: all that is printed, as it was known then."""

    day = models.DateField("日")
    content = DocumentField("日計", default=dict)
    recorded = models.BigIntegerField("記録の合計")
    difference = models.BigIntegerField("差")
    counted_by = person("数えた職員", null=True)
    closed_by = person("締めた職員", null=True)
    closed_at = models.DateTimeField("締めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "手数料の日の締め"
        ordering = ("-day",)
        constraints = [models.UniqueConstraint(fields=["municipality", "day"], name="intake_day_once")]


class PaymentLine(MunicipalityModel):
    """A line of a file of the bank or of the terminals' company. mark: of what it says and which of equal lines it is, so that a
    file loaded twice adds nothing; entry: the record it is, once it was found."""

    class Source(models.TextChoices):
        ACCOUNT = "account", "口座の明細"
        CASHLESS = "cashless", "キャッシュレスの明細"

    source = models.CharField("明細", max_length=8, choices=Source.choices)
    mark = models.CharField("印", max_length=64)
    day = models.DateField("日付")
    yen = models.BigIntegerField("額")
    slip = models.CharField("控え番号", max_length=40, blank=True)
    note = models.CharField("摘要", max_length=200, blank=True)
    entry = models.OneToOneField(
        FeeEntry, models.PROTECT, null=True, related_name="+", verbose_name="手数料の記録"
    )
    loaded_by = person("取り込んだ職員", null=True)
    loaded_at = models.DateTimeField("取り込んだ日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "入金の明細"
        ordering = ("day", "pk")
        constraints = [models.UniqueConstraint(fields=["municipality", "mark"], name="intake_payment_once")]
