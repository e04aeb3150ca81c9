"""How long a case took before, the work inventory of each year, what an hour costs, and initiatives with their terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.tenancy.models import Department, MunicipalityModel
from yakuba.kernel.values import calendar
from yakuba.services.reform.contracts import (
    ClassGroup,
    ClassWork,
    Core,
    Judgement,
    Means,
    Medium,
    Routine,
    StaffKind,
    TaskRow,
    Zone,
)

NOT_NEGATIVE = MinValueValidator(0)


def leave_its_name(collector: Any, field: Any, rows: Any, using: str) -> None:
    """on_delete of `department`: a section that is dissolved or merged goes, and what it answered stays under its name."""
    for row in rows:
        rows.model._base_manager.using(using).filter(pk=row.pk).update(department_name=row.department.name)
    models.SET_NULL(collector, field, rows, using)


class BaselineEntry(MunicipalityModel):
    """Minutes by hand before, with how they are known. A new entry replaces the one before; none is deleted."""

    class Kind(models.TextChoices):
        MEASURED = "measured", "測った値"
        ESTIMATED = "estimated", "見積もり"

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name="手続")
    minutes_per_case = models.FloatField(
        "1件あたりの時間（分）", validators=[MinValueValidator(0.0), MaxValueValidator(100_000.0)]
    )
    kind = models.CharField("種類", max_length=10, choices=Kind.choices)
    source = models.CharField("根拠", max_length=200)
    entered_by = person("職員", null=True)
    entered_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "前にかかった時間"
        indexes = [models.Index(fields=["municipality", "procedure", "entered_at"], name="baseline_latest")]

    def __str__(self) -> str:
        return f"{self.procedure} {self.minutes_per_case}分"


class WorkClass(MunicipalityModel):
    """A class of tasks (事務分類), as the town calls it. retired: no new task gets it."""

    name = models.CharField("名前", max_length=30)
    group = models.CharField("まとまり", max_length=12, choices=ClassGroup.choices())
    work = models.CharField("中身", max_length=10, choices=ClassWork.choices())
    position = models.PositiveIntegerField("並び")
    retired = models.BooleanField("使わない", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "事務分類"
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="work_class_once")]

    def __str__(self) -> str:
        return self.name


class InventoryRound(MunicipalityModel):
    """The inventory of a fiscal year (棚卸しの回). closed: nobody answers any more."""

    year = models.PositiveIntegerField("年度")  # of the western calendar: 2026 is 令和8年度
    deadline = models.DateField("期限")
    note = models.CharField("お願い", max_length=300, blank=True)
    closed = models.BooleanField("締め切った", default=False)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "棚卸しの回"
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="inventory_round_once")]

    def __str__(self) -> str:
        return f"{self.title}の棚卸し"

    @property
    def title(self) -> str:
        """令和8年度."""
        return calendar.fiscal_year(self.year)


class SectionInventory(MunicipalityModel):
    """What one section answers in a round. revision: raised by every change, so that of two who write the second is told."""

    class State(models.TextChoices):
        ASKED = "asked", "まだ"
        DRAFT = "draft", "記入中"
        ANSWERED = "answered", "答えた"

    round = models.ForeignKey(InventoryRound, models.CASCADE, related_name="sections", verbose_name="回")
    department = models.ForeignKey(Department, leave_its_name, null=True, related_name="+", verbose_name="課")
    department_name = models.CharField("なくなった課の名前", max_length=60, blank=True)
    assigned_to = person("担当者", null=True, blank=True)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.ASKED)
    revision = models.PositiveIntegerField("変更の数", default=0)
    asked_at = models.DateTimeField("頼んだ日時", auto_now_add=True)
    answered_at = models.DateTimeField("答えた日時", null=True)
    answered_by = person("答えた職員", null=True)
    returned = models.CharField("戻した理由", max_length=300, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "課の棚卸し"
        constraints = [models.UniqueConstraint(fields=["round", "department"], name="section_inventory_once")]
        indexes = [models.Index(fields=["municipality", "state"], name="section_inventory_state")]

    def __str__(self) -> str:
        return f"{self.round.title} {self.department or self.department_name}"

    @property
    def asked(self) -> str:
        """The section's name; of one that is not there any more the one that it had."""
        return str(self.department or f"{self.department_name}（今はない課）")

    @property
    def is_open(self) -> bool:
        """Whether it may still be changed."""
        return self.state != self.State.ANSWERED and not self.round.closed


class Process(MunicipalityModel):
    """A process (業務) of a section, with what its description sheet (業務説明表) says. staff: persons that it takes;
    revision: raised by every change of it or its tasks, so that of two who write the second is told."""

    section = models.ForeignKey(SectionInventory, models.CASCADE, related_name="processes", verbose_name="課")
    name = models.CharField("業務", max_length=80)
    position = models.PositiveIntegerField("並び", default=0)
    revision = models.PositiveIntegerField("変更の数", default=0)
    purpose = models.TextField("目的", max_length=1000, blank=True)
    law = models.CharField("根拠法令", max_length=200, blank=True)
    scale_usual = models.CharField("規模（通常）", max_length=100, blank=True)
    scale_busy = models.CharField("規模（繁忙）", max_length=100, blank=True)
    scale_slack = models.CharField("規模（閑散）", max_length=100, blank=True)
    indicator = models.CharField("成果指標", max_length=200, blank=True)
    staff = models.DecimalField(
        "投入資源（人）", max_digits=6, decimal_places=2, null=True, blank=True,
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(9999))],
    )  # fmt: skip

    class Meta(MunicipalityModel.Meta):
        verbose_name = "業務"
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["section", "name"], name="process_once")]

    def __str__(self) -> str:
        return self.name


class Task(MunicipalityModel):
    """A task (作業). minutes_a_year is cases · minutes, kept so that the database adds it up; None where either is not known."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="tasks", verbose_name="業務")
    section = models.ForeignKey(SectionInventory, models.CASCADE, related_name="tasks", verbose_name="課")
    round = models.ForeignKey(InventoryRound, models.CASCADE, related_name="+", verbose_name="回")
    position = models.PositiveIntegerField("並び")
    step = models.CharField("工程", max_length=80, blank=True)
    name = models.CharField("作業", max_length=80)
    work_class = models.ForeignKey(
        WorkClass, models.PROTECT, null=True, related_name="+", verbose_name="事務分類"
    )
    staff = models.CharField("実施者", max_length=10, choices=StaffKind.choices(), blank=True)
    cases = models.DecimalField("件数/年", max_digits=18, decimal_places=6, null=True)
    minutes = models.DecimalField("分/件", max_digits=14, decimal_places=6, null=True)
    minutes_a_year = models.DecimalField("分/年", max_digits=30, decimal_places=6, null=True, editable=False)
    core = models.CharField("コア", max_length=8, choices=Core.choices(), blank=True)
    routine = models.CharField("定型", max_length=8, choices=Routine.choices(), blank=True)
    judgement = models.CharField("判断", max_length=10, choices=Judgement.choices(), blank=True)
    medium = models.CharField("媒体", max_length=10, choices=Medium.choices(), blank=True)
    exceptions = models.DecimalField("例外率（%）", max_digits=9, decimal_places=6, null=True)
    zone = models.CharField("区分（三層）", max_length=10, choices=Zone.choices(), blank=True)
    months = models.CharField("月", max_length=30, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作業"
        ordering = ("position", "pk")
        constraints = [models.UniqueConstraint(fields=["process", "step", "name"], name="task_once")]
        indexes = [models.Index(fields=["round", "section", "work_class"], name="task_sums")]

    def __str__(self) -> str:
        return self.name

    @property
    def row(self) -> TaskRow:
        """As the engine sees it. Asks the database for process and class where they did not come along."""
        return TaskRow(
            self.process.name, self.step, self.name, self.work_class.name if self.work_class else "", self.staff,
            self.cases, self.minutes, self.core, self.routine, self.judgement, self.medium, self.exceptions,
            self.zone, self.months,
        )  # fmt: skip

    def take(self, row: TaskRow, work_class: Any) -> None:
        """What a row says, but for its process."""
        self.step, self.name, self.work_class = row.step, row.task, work_class
        for name in (
            "staff",
            "cases",
            "minutes",
            "core",
            "routine",
            "judgement",
            "medium",
            "exceptions",
            "zone",
            "months",
        ):
            setattr(self, name, getattr(row, name))
        self.minutes_a_year = row.minutes_a_year


class HourPrice(MunicipalityModel):
    """What an hour of one kind of staff costs (時間単価), from a fiscal year on. A newer one replaces it; none is deleted."""

    staff = models.CharField("職員の種類", max_length=10, choices=StaffKind.choices())
    year = models.PositiveIntegerField("年度")
    yen = models.PositiveIntegerField(
        "1時間（円）", validators=[MinValueValidator(1), MaxValueValidator(100_000)]
    )
    source = models.CharField("根拠", max_length=200)
    entered_by = person("職員", null=True, blank=True)
    entered_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "時間単価"
        indexes = [models.Index(fields=["municipality", "staff", "year"], name="hour_price_latest")]


class Initiative(MunicipalityModel):
    """Something done, or proposed, so that a process takes less (取組), with its terms (`engine.returns.Terms`). before_kind,
    after_kind: whether the minutes were measured; scores: from 1 (worse) to 5 (much better), empty where nobody judged."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "検討中"
        RUNNING = "running", "実施中"
        STOPPED = "stopped", "やめた"

    title = models.CharField("取組の名前", max_length=80)
    department = models.ForeignKey(
        Department, leave_its_name, null=True, blank=True, related_name="+", verbose_name="課"
    )
    department_name = models.CharField("なくなった課の名前", max_length=60, blank=True)
    means = models.CharField("手段", max_length=10, choices=Means.choices())
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.PROPOSED)
    year = models.PositiveIntegerField(
        "始める年度",
        help_text="例：2027（令和9年度）",
        validators=[MinValueValidator(2000), MaxValueValidator(2100)],
    )
    cases = models.DecimalField("件数/年", max_digits=15, decimal_places=3, validators=[NOT_NEGATIVE])
    before = models.DecimalField(
        "前の時間（分/件）", max_digits=12, decimal_places=4, validators=[NOT_NEGATIVE]
    )
    before_kind = models.CharField("前の時間は", max_length=10, choices=BaselineEntry.Kind.choices)
    after = models.DecimalField(
        "後の時間（分/件）", max_digits=12, decimal_places=4, validators=[NOT_NEGATIVE]
    )
    after_kind = models.CharField("後の時間は", max_length=10, choices=BaselineEntry.Kind.choices)
    error_rate = models.DecimalField(
        "直しが要る割合（%）", max_digits=7, decimal_places=4, default=Decimal(0),
        validators=[NOT_NEGATIVE, MaxValueValidator(Decimal(100))],
    )  # fmt: skip
    fix = models.DecimalField(
        "直すのにかかる時間（分/件）",
        max_digits=12,
        decimal_places=4,
        default=Decimal(0),
        validators=[NOT_NEGATIVE],
    )
    maintenance = models.DecimalField(
        "保守の時間（時間/年）",
        max_digits=10,
        decimal_places=2,
        default=Decimal(0),
        validators=[NOT_NEGATIVE],
    )
    initial = models.DecimalField(
        "初めの費用（円）", max_digits=14, decimal_places=0, default=Decimal(0), validators=[NOT_NEGATIVE]
    )
    yearly = models.DecimalField(
        "毎年の費用（円）", max_digits=14, decimal_places=0, default=Decimal(0), validators=[NOT_NEGATIVE]
    )
    changes = models.DecimalField(
        "画面などの変更（回/年）",
        max_digits=6,
        decimal_places=2,
        default=Decimal(0),
        validators=[NOT_NEGATIVE],
    )
    change_hours = models.DecimalField(
        "変更1回の作り直し（時間）",
        max_digits=8,
        decimal_places=2,
        default=Decimal(0),
        validators=[NOT_NEGATIVE],
    )
    change_cost = models.DecimalField(
        "変更1回の費用（円）", max_digits=14, decimal_places=0, default=Decimal(0), validators=[NOT_NEGATIVE]
    )
    overtime = models.DecimalField(
        "減った時間外勤務（時間/年）", max_digits=10, decimal_places=2, null=True, blank=True, validators=[NOT_NEGATIVE],
        help_text="測った値だけを入れます。減った時間とは別の数字で、足しません。",
    )  # fmt: skip
    staff = models.CharField(
        "だれの時間か", max_length=10, choices=StaffKind.choices(), default=StaffKind.REGULAR
    )
    source = models.CharField(
        "根拠", max_length=300, help_text="いつ、何件を、どう測ったか。見積もりなら、何をもとにしたか。"
    )
    service = models.PositiveSmallIntegerField("住民サービス", null=True, blank=True)
    errors = models.PositiveSmallIntegerField("誤りの防止", null=True, blank=True)
    working = models.PositiveSmallIntegerField("働き方", null=True, blank=True)
    continuity = models.PositiveSmallIntegerField("続けやすさ", null=True, blank=True)
    remarks = models.TextField("時間とお金のほかの効果", max_length=1000, blank=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)
    changed_by = person("変えた職員", null=True, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "取組"
        constraints = [models.UniqueConstraint(fields=["municipality", "title"], name="initiative_once")]

    def __str__(self) -> str:
        return self.title


from yakuba.services.reform.models.comparison import (  # noqa: E402 - their file names tables above
    Body as Body,
)
from yakuba.services.reform.models.comparison import (  # noqa: E402
    ImportedProcess as ImportedProcess,
)
from yakuba.services.reform.models.comparison import (  # noqa: E402
    SharedProcess as SharedProcess,
)
from yakuba.services.reform.models.register import (  # noqa: E402
    EffectEntry as EffectEntry,
)
from yakuba.services.reform.models.register import (  # noqa: E402
    Indicator as Indicator,
)
from yakuba.services.reform.models.register import (  # noqa: E402
    IndicatorValue as IndicatorValue,
)
from yakuba.services.reform.models.standard import (  # noqa: E402
    StandardModel as StandardModel,
)
