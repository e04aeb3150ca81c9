"""What a group of bodies agreed on: who takes part, which costs there are, and by which key each is shared."""

from __future__ import annotations

from fractions import Fraction

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.meter.kinds import kinds
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.sharing.contracts import TaxRounding, WithoutUse
from yakuba.services.sharing.engine.shares import Key

TAX_RATES = [(0, "対象外"), (8, "8％"), (10, "10％")]


class CostGroup(MunicipalityModel):
    """An arrangement (取り決め) of the organising body, whose rows these are. by_days: a body that joins or leaves within a month
    counts by its days there, else for the whole month; shows_all: a bill tells the shares of all bodies, as the agreement says."""

    code = models.SlugField("符号", max_length=20)
    title = models.CharField("名前", max_length=120)
    agreement = models.CharField("協定", max_length=300)
    biller = models.CharField("請求する者", max_length=120, blank=True)
    pay_to = models.CharField("振込先と期限", max_length=300, blank=True)
    rounding = models.CharField(
        "消費税の端数", max_length=8, choices=TaxRounding.choices(), default=TaxRounding.HALF_UP.value
    )
    by_days = models.BooleanField("月の途中の出入りを日割りにする", default=False)
    shows_all = models.BooleanField("全団体の負担を請求書に載せる", default=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "費用分担の取り決め"
        ordering = ("title", "pk")
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="sharing_group_once")]

    def __str__(self) -> str:
        return self.title


class GroupBody(MunicipalityModel):
    """A body of a group. joined_on, left_on: its first and its last day; None while it stays."""

    group = models.ForeignKey(CostGroup, models.CASCADE, related_name="bodies", verbose_name="取り決め")
    code = models.CharField("団体コード", max_length=6)
    name = models.CharField("団体名", max_length=60)
    joined_on = models.DateField("参加した日")
    left_on = models.DateField("抜けた日", null=True, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "参加団体"
        ordering = ("code",)
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="sharing_body_once")]

    def __str__(self) -> str:
        return self.name


class Headcount(MunicipalityModel):
    """A body's population on a base date. source: census or register."""

    group = models.ForeignKey(CostGroup, models.CASCADE, related_name="headcounts", verbose_name="取り決め")
    counted_on = models.DateField("基準日")
    code = models.CharField("団体コード", max_length=6)
    population = models.PositiveIntegerField("人口")
    source = models.CharField("出典", max_length=200)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "人口"
        ordering = ("-counted_on", "code")
        constraints = [
            models.UniqueConstraint(fields=["group", "counted_on", "code"], name="sharing_headcount_once")
        ]


class CostItem(MunicipalityModel):
    """A cost (費用) of a group. cost_class: as the agreement names it; tax_rate: per cent, on top of the amounts; 0 for what is
    not taxed."""

    group = models.ForeignKey(CostGroup, models.CASCADE, related_name="items", verbose_name="取り決め")
    code = models.SlugField("符号", max_length=20)
    title = models.CharField("費用", max_length=120)
    cost_class = models.CharField("費用の区分", max_length=60)
    tax_rate = models.PositiveSmallIntegerField("消費税率（％）", choices=TAX_RATES, default=10)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "費用"
        ordering = ("cost_class", "code")
        constraints = [models.UniqueConstraint(fields=["group", "code"], name="sharing_item_once")]

    def __str__(self) -> str:
        return self.title


class ItemKey(MunicipalityModel):
    """By which key a cost is shared from a month on. equal, population, use: per cent that add up to 100; counted_on: the base
    date of the populations; use_kind: which use; source: of the key, as an ordinance or agreement says it."""

    item = models.ForeignKey(CostItem, models.CASCADE, related_name="keys", verbose_name="費用")
    since = models.CharField("適用する月", max_length=7)
    equal = models.DecimalField("均等割（％）", max_digits=6, decimal_places=3)
    population = models.DecimalField("人口割（％）", max_digits=6, decimal_places=3)
    use = models.DecimalField("利用割（％）", max_digits=6, decimal_places=3)
    counted_on = models.DateField("人口の基準日", null=True, blank=True)
    use_kind = models.CharField("利用の種類", max_length=60, blank=True)
    without_use = models.CharField(
        "だれも使わない月", max_length=10, choices=WithoutUse.choices(), default=WithoutUse.EQUAL.value
    )
    source = models.CharField("根拠", max_length=300)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "負担の割合"
        ordering = ("-since",)
        constraints = [models.UniqueConstraint(fields=["item", "since"], name="sharing_key_once")]

    @property
    def use_label(self) -> str:
        """Its kind of use as staff read it: as this installation counts it, or as a table of the group names it."""
        known = kinds().get(self.use_kind)
        return known.label if known else self.use_kind

    @property
    def key(self) -> Key:
        """As the engine takes it."""
        equal, people, use = (Fraction(one) / 100 for one in (self.equal, self.population, self.use))
        return Key(equal, people, use, WithoutUse(self.without_use))


class ItemCap(MunicipalityModel):
    """What a body pays at most for a cost in a fiscal year, without tax, in yen. year: the fiscal year from which it holds, until a
    later one; most: None for no cap from then on."""

    item = models.ForeignKey(CostItem, models.CASCADE, related_name="caps", verbose_name="費用")
    code = models.CharField("団体コード", max_length=6)
    year = models.PositiveSmallIntegerField("適用する年度", default=0)
    most = models.PositiveBigIntegerField("年度の上限（円、税抜き）", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "負担の上限"
        ordering = ("code", "-year")
        constraints = [models.UniqueConstraint(fields=["item", "code", "year"], name="sharing_cap_of_year")]


class Amount(MunicipalityModel):
    """What a cost came to in a month, without tax, in yen; several add up; below zero for what comes back. Of a closed month it is
    kept as it is, and a new one goes into the next bill."""

    item = models.ForeignKey(CostItem, models.PROTECT, related_name="amounts", verbose_name="費用")
    month = models.CharField("月", max_length=7)
    yen = models.BigIntegerField("金額（円、税抜き）")
    note = models.CharField("内訳", max_length=200, blank=True)
    entered_by = person("入れた職員", null=True)
    entered_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "費用の額"
        ordering = ("month", "pk")
        indexes = [models.Index(fields=["item", "month"], name="sharing_amount_month")]


class Used(MunicipalityModel):
    """How much a body used of one kind in a month, as it is known now. taken: from the meter of this installation or a file."""

    class Taken(models.TextChoices):
        METER = "meter", "この画面の利用量"
        FILE = "file", "表"

    group = models.ForeignKey(CostGroup, models.CASCADE, related_name="uses", verbose_name="取り決め")
    month = models.CharField("月", max_length=7)
    kind = models.CharField("利用の種類", max_length=60)
    code = models.CharField("団体コード", max_length=6)
    amount = models.DecimalField("量", max_digits=18, decimal_places=3)
    taken = models.CharField("どこから", max_length=5, choices=Taken.choices)
    taken_at = models.DateTimeField("取り込んだ日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "利用量"
        ordering = ("month", "kind", "code")
        constraints = [
            models.UniqueConstraint(fields=["group", "month", "kind", "code"], name="sharing_used_once")
        ]
