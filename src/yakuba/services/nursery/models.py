"""Tables of the nursery admission: rule sets, rounds with facilities and applications, runs, decisions.

A run never reads what may change under it: it keeps the inputs it was made from (`Snapshot`). What counts is
the round's adopted run, changed by the decisions that a second person approved.
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from pydantic import TypeAdapter

from yakuba.kernel.accounts.models import person
from yakuba.kernel.approvals.models import Proposal
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.nursery.contracts import Explanation, Status

EXPLANATION = TypeAdapter(Explanation)
DECLINED = "declined"  # the result of a hand-over when the family gave the seat back


class RuleSet(MunicipalityModel):
    """A version of a rule file (選考基準) as it was loaded. Never changed; `text` is the YAML."""

    name = models.CharField("名称", max_length=120)
    version = models.CharField("版", max_length=40)
    procedure_code = models.CharField("手続", max_length=60, blank=True)
    text = models.TextField("YAML")
    digest = models.CharField(max_length=64)  # sha256 of the text
    loaded_by = person("登録者")
    loaded_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "選考基準"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name", "version"], name="nursery_rules_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} 第{self.version}版"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise RuntimeError("a rule set is never changed")
        super().save(*args, **kwargs)


class Round(MunicipalityModel):
    """One round of selection (選考回). number: 1 for the first of a start date, 2 for the second …

    adopted: the run whose result counts. notice: texts of the notices, by name. start: the day from which
    seats are given.
    """

    class State(models.TextChoices):
        PREPARING = "preparing", "準備中"
        FROZEN = "frozen", "確定"

    title = models.CharField("名称", max_length=120)
    year = models.PositiveIntegerField("年度")
    number = models.PositiveIntegerField("選考の回", default=1)
    start = models.DateField("入所日")
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name="手続")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="rounds", verbose_name="選考基準")
    previous = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="later", verbose_name="前の選考回"
    )
    adopted = models.ForeignKey(
        "Run", models.PROTECT, null=True, related_name="+", verbose_name="採用した選考結果"
    )
    state = models.CharField("状態", max_length=10, choices=State, default=State.PREPARING)
    notice = models.JSONField("通知の文面", default=dict)
    made_by = person("登録者")
    made_at = models.DateTimeField("登録日時", auto_now_add=True)
    frozen_by = person("確定を承認した職員", null=True)
    frozen_at = models.DateTimeField("確定日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "選考回"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "procedure", "start", "number"], name="nursery_round_once"
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_frozen(self) -> bool:
        """Whether the result is final; applications and seats change no more then."""
        return bool(self.state == self.State.FROZEN)


class Facility(MunicipalityModel):
    """A nursery in a round. vacancies: age class as a string → free seats; an age that is missing is not taken in.

    shared: list of `{"id", "ages": […], "seats": n|null, "teachers": n|null}`. facts: what rules may ask of it.
    corrected: field → `{"by", "at"}`: what a person changed by hand, kept when the list is read again.
    """

    round = models.ForeignKey(Round, models.CASCADE, related_name="facilities", verbose_name="選考回")
    code = models.CharField("施設番号", max_length=40)
    name = models.CharField("施設名", max_length=120)
    kind = models.CharField("種別", max_length=60, blank=True)
    district = models.CharField("地区", max_length=60, blank=True)
    vacancies = models.JSONField("空き枠", default=dict)
    shared = models.JSONField("共用枠", default=list)
    facts = models.JSONField("施設の項目", default=dict)
    corrected = models.JSONField("職員が直した項目", default=dict)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "施設"
        constraints = [models.UniqueConstraint(fields=["round", "code"], name="nursery_facility_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def seats(self) -> int:
        """Free seats of all ages."""
        return sum(self.vacancies.values())


class Application(MunicipalityModel):
    """One child in a round. receipt_number is the child's id everywhere in the engine.

    household: children with the same key apply together. wishes: facility codes, best first. current: code of
    the facility where the child has a seat now. facts: the application's values by field, canonical.
    line: where it stood in the file it came from, 0 when from the ledger. corrected: field → `{"by", "at"}`,
    what a person changed by hand; taking the application again leaves it alone. withdrawn: taken out.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "選考の対象"
        WITHDRAWN = "withdrawn", "取り下げ"

    round = models.ForeignKey(Round, models.CASCADE, related_name="applications", verbose_name="選考回")
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+", verbose_name="受付")
    receipt_number = models.CharField("受付番号", max_length=20)
    household = models.CharField("世帯", max_length=120)
    sibling_mode = models.CharField("きょうだいの希望", max_length=40, blank=True)
    district = models.CharField("地区", max_length=60, blank=True)
    name = models.CharField("児童氏名", max_length=80)
    birth = models.DateField("生年月日")
    wishes = models.JSONField("希望する施設", default=list)
    current = models.CharField("在園している施設", max_length=40, blank=True)
    gives_up = models.BooleanField("今の席を手放す", default=False)
    wants_hold = models.BooleanField("保留を希望する", default=False)
    facts = models.JSONField("申込の項目", default=dict)
    line = models.PositiveIntegerField("ファイルの行", default=0)
    corrected = models.JSONField("職員が直した項目", default=dict)
    state = models.CharField("状態", max_length=10, choices=State, default=State.ACTIVE)
    withdrawn_reason = models.CharField("取り下げの理由", max_length=200, blank=True)
    taken_at = models.DateTimeField("取り込み日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申込"
        constraints = [
            models.UniqueConstraint(fields=["round", "receipt_number"], name="nursery_application_once")
        ]
        indexes = [models.Index(fields=["round", "household"], name="nursery_household")]

    def __str__(self) -> str:
        return f"{self.receipt_number} {self.name}"


class Snapshot(MunicipalityModel):
    """The inputs of runs, frozen: `document` is `Applications` as JSON (`queries.inputs`). digest: its sha256."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="snapshots", verbose_name="選考回")
    digest = models.CharField(max_length=64)
    document = DocumentField()
    made_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "選考の入力"
        constraints = [models.UniqueConstraint(fields=["round", "digest"], name="nursery_snapshot_once")]


class Run(MunicipalityModel):
    """One calculation (選考の計算) on a snapshot by a rule set; with `change` a what-if (試算) beside `base`.

    change: `{"seats": {slot: n}, "level": "child"|"household", "rules": true when other rules are tried}`.
    status, blocking, bound, seats_proved, seconds: as in `contracts.Matching`; checked: the independent checker
    found the result to hold. slots: slot → `{"facility", "age", "reserved", "capacity", "seated": [child],
    "cutoff", "waiting": [child], "index": {child: index there}}`. shared: the market's shared seats. counts: figures
    of the result. problems: why nothing was run, a list of `{"line", "place", "reason"}`; notes: the same of what staff
    should know although it ran. not_eligible: list of `{"child", "facility", "reason"}`.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "計算中"
        DONE = "done", "終了"
        FAILED = "failed", "失敗"

    round = models.ForeignKey(Round, models.CASCADE, related_name="runs", verbose_name="選考回")
    rule_set = models.ForeignKey(RuleSet, models.PROTECT, related_name="+", verbose_name="選考基準")
    snapshot = models.ForeignKey(
        Snapshot, models.PROTECT, null=True, related_name="runs", verbose_name="選考の入力"
    )
    label = models.CharField("名称", max_length=120, blank=True)
    change = models.JSONField("試算の条件", default=dict)
    base = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="what_ifs", verbose_name="もとの計算"
    )
    digest = models.CharField(max_length=64)  # of the inputs, the rules and the change together
    allowed_seconds = models.PositiveIntegerField("かけてよい秒数", default=60)
    state = models.CharField("状態", max_length=10, choices=State, default=State.ACTIVE)
    status = models.CharField(
        "結果の種類", max_length=12, blank=True, choices=[(status.value, status.value) for status in Status]
    )
    blocking = models.JSONField("不安定な世帯", default=list)  # [{"family", "wish": [slot|null, …]}]
    bound = models.PositiveIntegerField("下限", default=0)
    seats_proved = models.BooleanField("入所数の最大を証明した", default=False)
    checked = models.BooleanField("別のプログラムで確かめた", default=False)
    seconds = models.JSONField("秒", default=dict)
    slots = models.JSONField("枠", default=dict)
    shared = models.JSONField("共用枠", default=list)
    counts = models.JSONField("件数", default=dict)
    not_eligible = models.JSONField("対象にならない希望", default=list)
    problems = models.JSONField("問題", default=list)
    notes = models.JSONField("お知らせ", default=list)
    started_by = person("実行者")
    started_at = models.DateTimeField("開始日時", auto_now_add=True)
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "選考の計算"
        indexes = [models.Index(fields=["municipality", "state"], name="nursery_run_state")]

    def __str__(self) -> str:
        return self.label or f"計算{self.pk}"

    @property
    def job_key(self) -> str:
        """Under which key the run's job is known."""
        return f"run-{self.pk}"

    @property
    def is_what_if(self) -> bool:
        """Whether it tries something else than the round as it stands; such a run is never adopted."""
        return bool(self.change)

    @property
    def is_done(self) -> bool:
        """Whether there is a result."""
        return bool(self.state == self.State.DONE)


class Placement(MunicipalityModel):
    """One child's result in a run. slot: empty for none. wish: number of the wish that came true, 0 for none or
    for a seat kept. index: the index (指数) that counted for it, without points
    of one facility; None when it takes no part. explanation: `contracts.Explanation` as JSON."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="placements", verbose_name="選考の計算")
    application = models.ForeignKey(
        Application, models.PROTECT, related_name="placements", verbose_name="申込"
    )
    slot = models.CharField("枠", max_length=80, blank=True)
    wish = models.PositiveIntegerField("希望の順位", default=0)
    age = models.PositiveIntegerField("年齢クラス", null=True)
    index = models.IntegerField("指数", null=True)
    unstable = models.BooleanField("不安定な世帯", default=False)
    explanation = DocumentField()

    class Meta(MunicipalityModel.Meta):
        verbose_name = "選考結果"
        constraints = [models.UniqueConstraint(fields=["run", "application"], name="nursery_placement_once")]
        indexes = [models.Index(fields=["run", "slot"], name="nursery_placement_slot")]

    @property
    def explained(self) -> Explanation:
        """The explanation, read."""
        return EXPLANATION.validate_python(self.explanation)


class Decision(Proposal):
    """What a person proposes and another one approves: a place by hand, a withdrawal, or the freezing.

    application is empty for the freezing only; slot: empty for none; run: the result that is to be frozen.
    A withdrawal needs no approval and stands at once.
    """

    class Kind(models.TextChoices):
        PLACE = "place", "個別の決定"
        WITHDRAWAL = "withdrawal", "辞退"
        FREEZE = "freeze", "選考結果の確定"

    permission = "nursery.approve"

    round = models.ForeignKey(Round, models.CASCADE, related_name="decisions", verbose_name="選考回")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, related_name="decisions", verbose_name="申込"
    )
    run = models.ForeignKey(Run, models.PROTECT, null=True, related_name="+", verbose_name="選考の計算")
    slot = models.CharField("枠", max_length=80, blank=True)
    slot_before = models.CharField("前の枠", max_length=80, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "決定"
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state="proposed", application__isnull=False),
                name="nursery_one_open_decision",
            ),
            models.UniqueConstraint(
                fields=["round"], condition=Q(state="proposed", kind="freeze"), name="nursery_one_open_freeze"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="nursery_decision_state")]

    @property
    def title(self) -> str:
        """Of which child, or of which round."""
        return f"{self.get_kind_display()}　{self.application or self.round}"

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("nursery:decision", args=[self.pk])


class HandOver(MunicipalityModel):
    """The ledger case through which a child's decision goes to the robots. result: what was written there."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="hand_overs", verbose_name="選考回")
    application = models.OneToOneField(
        Application, models.PROTECT, related_name="hand_over", verbose_name="申込"
    )
    case = models.OneToOneField(Case, models.PROTECT, related_name="+", verbose_name="受付")
    result = models.CharField("結果", max_length=20)
    slot = models.CharField("枠", max_length=80, blank=True)
    written_at = models.DateTimeField("引き渡し日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "引き渡し"


class NoticePrint(MunicipalityModel):
    """The notices of a round, made at one time: the print file and the mailing file that goes with its pages.

    draft: marked 見本, made before the round was frozen. texts: the frame's texts as printed. addresses: the rows
    of the mailing file, row n for page n. problems: what is missing, a list of `{"line", "place", "reason"}`; held_back:
    the same of notices that were not made, because they cannot be printed as they are. attempts: how often the work
    was begun; kept: pages that were ready when it was begun the last time.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "作成中"
        DONE = "done", "完成"
        FAILED = "failed", "失敗"

    round = models.ForeignKey(Round, models.CASCADE, related_name="prints", verbose_name="選考回")
    draft = models.BooleanField("見本", default=False)
    state = models.CharField("状態", max_length=10, choices=State, default=State.ACTIVE)
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="印刷用PDF")
    texts = models.JSONField("文面", default=dict)
    addresses = DocumentField(default=list)
    count = models.PositiveIntegerField("通知の数", default=0)
    problems = models.JSONField("問題", default=list)
    held_back = models.JSONField("作らなかった通知", default=list)
    attempts = models.PositiveIntegerField("作り始めた回数", default=0)
    kept = models.PositiveIntegerField("前からできていた枚数", default=0)
    made_by = person("作成者")
    made_at = models.DateTimeField("作成を始めた日時", auto_now_add=True)
    ended_at = models.DateTimeField("作成を終えた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "入所の通知"

    @property
    def job_key(self) -> str:
        """Under which key the job that makes it is known."""
        return f"notices-{self.pk}"
