"""Campaigns: who was assigned to what, what was printed, what came of it."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.outreach.engine.columns import ColumnSpec
from yakuba.services.outreach.engine.plan import Plan, read_plan
from yakuba.services.outreach.models.tables import Purpose, TownTable, Worked


class Campaign(MunicipalityModel):
    """A campaign (施策). text: the plan, never changed from the proposal on; seed: of the random numbers; funnel: how many were left
    out by what, [sentence, people]; strata: label of each stratum; shares: probability of each arm, the control group first; report:
    what was found on the planned day; parent: the experiment that an adaptive one follows; residents_of: when the register of
    residents was loaded that said who still lives here, None where none could say it."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        APPROVED = "approved", "承認済み"
        ASSIGNED = "assigned", "割り付け済み"
        WITHDRAWN = "withdrawn", "受診者を除いた"
        PRINTED = "printed", "発送の用意済み"
        REPORTED = "reported", "結果が出た"

    name = models.CharField("施策", max_length=120)
    table = models.ForeignKey(
        TownTable, models.SET_NULL, null=True, related_name="campaigns", verbose_name="表"
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="campaigns", verbose_name="目的")
    parent = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="following", verbose_name="もとの施策"
    )
    text = models.TextField("計画")
    columns = models.JSONField("列", default=list)
    state = models.CharField("状態", max_length=9, choices=State.choices, default=State.DRAFT)
    seed = models.PositiveIntegerField("乱数の種", default=0)
    funnel = models.JSONField("対象の数", default=list)
    strata = models.JSONField("層", default=list)
    shares = models.JSONField("割り付けの確率", default=list)
    report = models.JSONField("結果", null=True)
    reason = models.TextField("できなかった理由", blank=True)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)
    approved_at = models.DateTimeField("承認の日時", null=True)
    approved_by = person("承認した職員", null=True)
    assigned_at = models.DateTimeField("割り付けた日時", null=True)
    withdrawn_at = models.DateTimeField("受診者を除いた日時", null=True)
    residents_of = models.DateTimeField("転出・死亡を確かめた宛名の日時", null=True)
    results_at = models.DateTimeField("結果を入れた日時", null=True)
    results_until = models.DateField("いつまでの結果か", null=True)
    reported_at = models.DateTimeField("結果を見た日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "勧奨の施策"
        indexes = [models.Index(fields=["municipality", "state"], name="outreach_campaign_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def specs(self) -> list[ColumnSpec]:
        """The columns of its table, as they were when the plan was written."""
        return [ColumnSpec(**one) for one in self.columns]

    @property
    def plan(self) -> Plan:
        """The plan. Raises DefinitionRefused only where the house reads plans more strictly than before."""
        return read_plan(self.text, self.specs)

    @property
    def subject(self) -> str:
        """In the audit record and of approvals."""
        return f"campaign:{self.pk}"

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"campaign-{self.pk}"


class Member(MunicipalityModel):
    """Somebody in a campaign. arm: 0 is the control group; probability: with which that arm was drawn; withdrawn: why no letter is
    printed and the person is not analysed, in every arm by the same rule; printed: a letter was made."""

    class Withdrawn(models.TextChoices):
        NO = "", "―"
        EXAMINED = "examined", "印刷の前に受診"
        OPT_OUT = "opt_out", "勧奨を望まない"
        PROTECTED = "protected", "支援措置"
        MOVED = "moved", "転出・死亡"

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="members")
    number = models.CharField("宛名番号", max_length=20)
    stratum = models.PositiveIntegerField("層")
    arm = models.PositiveSmallIntegerField("群")
    probability = models.FloatField("割り付けの確率")
    withdrawn = models.CharField("除いたわけ", max_length=9, choices=Withdrawn.choices, blank=True)
    examined_on = models.DateField("受診した日", null=True)
    printed = models.BooleanField("手紙を作った", default=False)
    assigned_at = models.DateTimeField("割り付けた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "勧奨の対象者"
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="outreach_member_once")]
        indexes = [models.Index(fields=["campaign", "arm", "withdrawn"], name="outreach_member_arm")]


class InvitationPrint(Worked):
    """The letters of a campaign as one PDF with their list. letters: in it; left: [masked number, why] of those without one."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="prints")
    pdf = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="PDF")
    mailing = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="差込の一覧"
    )
    letters = models.PositiveIntegerField("通", default=0)
    left = models.JSONField("作らなかった手紙", default=list)

    class Meta(Worked.Meta):
        abstract = False
        verbose_name = "勧奨の手紙"

    def __str__(self) -> str:
        return f"{self.campaign} の手紙"

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"outreachprint-{self.pk}"
