"""Rounds of crews (巡回): crews, the roads they drive on, plans with their stops, and what was found of them.

Moments of a plan are seconds from midnight of its first day; skills, hours, windows, breaks and days are texts as
`engine.rounds.words` reads them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cached_property

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import Department, MunicipalityModel
from yakuba.services.fieldwork.contracts import ChangeKind, ChangeState, PlanState, StopKind, VersionState


class Crew(MunicipalityModel):
    """A crew (班). load: what it can bring along, None without limit; latitude, longitude: of its base, degrees; hours: a line
    for each weekday, Monday first, empty where it does not work."""

    name = models.CharField("班", max_length=40)
    section = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="課"
    )
    skills = models.CharField("技能", max_length=400, blank=True)
    load = models.PositiveIntegerField("積める量", null=True, blank=True)
    place = models.CharField("基地", max_length=60, blank=True)
    latitude = models.FloatField("緯度")
    longitude = models.FloatField("経度")
    hours = models.CharField("働く時間", max_length=120)
    breaks = models.CharField("休憩", max_length=120, blank=True)
    active = models.BooleanField("使う", default=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "班"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="fieldwork_crew_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def by_weekday(self) -> tuple[str, ...]:
        """Seven texts, Monday first."""
        return tuple(self.hours.split("\n"))


class RoadFile(MunicipalityModel):
    """Roads that the town supplied, kept as a graph. head: counts and origin; source: who has to be named, and the licence."""

    name = models.CharField("ファイル", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="道路")
    head = models.JSONField("道路のようす")
    source = models.CharField("出典とライセンス", max_length=300)
    in_use = models.BooleanField("使う", default=False)
    loaded_at = models.DateTimeField("入れた日時", auto_now_add=True)
    loaded_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "道路のファイル"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality"], condition=models.Q(in_use=True), name="fieldwork_roads_in_use"
            )
        ]

    def __str__(self) -> str:
        return self.name


class RoundPlan(MunicipalityModel):
    """A plan (巡回計画) of one or more days in a row. reason: why it could not be planned."""

    title = models.CharField("名前", max_length=80)
    first_day = models.DateField("始めの日")
    days = models.PositiveSmallIntegerField("日数", default=1)
    state = models.CharField("状態", max_length=10, choices=PlanState.choices(), default=PlanState.DRAFT)
    reason = models.TextField("計算できなかったわけ", blank=True)
    made_by = person("作った職員", null=True)
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    published_at = models.DateTimeField("班に出した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "巡回計画"
        indexes = [models.Index(fields=["municipality", "first_day"], name="fieldwork_plan_day")]

    def __str__(self) -> str:
        return self.title

    @property
    def dates(self) -> tuple[date, ...]:
        """Its days."""
        return tuple(self.first_day + timedelta(days=number) for number in range(self.days))

    @property
    def job_key(self) -> str:
        """Of its job."""
        return f"plan-{self.pk}"


class PlanCrew(MunicipalityModel):
    """A crew that a plan may send."""

    plan = models.ForeignKey(RoundPlan, models.CASCADE, related_name="plan_crews", verbose_name="計画")
    crew = models.ForeignKey(Crew, models.PROTECT, related_name="+", verbose_name="班")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "計画の班"
        constraints = [models.UniqueConstraint(fields=["plan", "crew"], name="fieldwork_plan_crew_once")]


class RoundStop(MunicipalityModel):
    """A place to be visited (訪問先). kind, ref: where it came from and its number there, in words; minutes of work."""

    plan = models.ForeignKey(RoundPlan, models.CASCADE, related_name="stops", verbose_name="計画")
    number = models.PositiveIntegerField("訪問先の番号")
    kind = models.CharField("種類", max_length=10, choices=StopKind.choices(), default=StopKind.HAND)
    ref = models.CharField("番号", max_length=40, blank=True)
    title = models.CharField("件名", max_length=100)
    latitude = models.FloatField("緯度")
    longitude = models.FloatField("経度")
    minutes = models.PositiveSmallIntegerField("作業の分", default=15)
    load = models.PositiveIntegerField("量", default=0)
    skills = models.CharField("技能", max_length=400, blank=True)
    priority = models.PositiveSmallIntegerField("優先", default=2)
    windows = models.CharField("時間帯", max_length=200, blank=True)
    days = models.CharField("日", max_length=120, blank=True)
    added_by = person("入れた職員", null=True)
    added_at = models.DateTimeField("入れた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訪問先"
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="fieldwork_stop_number")]
        indexes = [models.Index(fields=["municipality", "kind", "ref"], name="fieldwork_stop_ref")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"


class RoundChange(MunicipalityModel):
    """What happened on the day (訪問先が増えた、班が遅れている…), from which two versions are proposed. moment: now, until: when the
    crew is there again, both in seconds of the plan."""

    plan = models.ForeignKey(RoundPlan, models.CASCADE, related_name="changes", verbose_name="計画")
    kind = models.CharField("出来事", max_length=10, choices=ChangeKind.choices())
    state = models.CharField(
        "状態", max_length=10, choices=ChangeState.choices(), default=ChangeState.WAITING
    )
    crew = models.ForeignKey(Crew, models.PROTECT, null=True, related_name="+", verbose_name="班")
    until = models.PositiveIntegerField("いつから動ける", null=True)
    stop = models.ForeignKey(RoundStop, models.SET_NULL, null=True, related_name="+", verbose_name="訪問先")
    moment = models.PositiveIntegerField("いつ")
    based_on = models.PositiveIntegerField("もとの版")
    reason = models.TextField("計算できなかったわけ", blank=True)
    asked_by = person("職員", null=True)
    asked_at = models.DateTimeField("日時", auto_now_add=True)
    decided_by = person("決めた職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "当日の変更"

    def __str__(self) -> str:
        return str(self.get_kind_display())  # type: ignore[attr-defined]

    @property
    def job_key(self) -> str:
        """Of its job."""
        return f"change-{self.pk}"


class RoundVersion(MunicipalityModel):
    """One answer to what a plan asks. Never changed but for its state. basis: how ways were measured; warnings: what is to be
    known of places; why: 「はじめの計算」 or what it answers; kept: whether the orders were kept (of a change's two)."""

    plan = models.ForeignKey(RoundPlan, models.CASCADE, related_name="versions", verbose_name="計画")
    number = models.PositiveIntegerField("版")
    state = models.CharField("状態", max_length=10, choices=VersionState.choices())
    why = models.CharField("わけ", max_length=200)
    basis = models.CharField("道のりの決め方", max_length=400)
    warnings = models.TextField("場所についての注意", blank=True)
    change = models.ForeignKey(
        RoundChange, models.CASCADE, null=True, related_name="versions", verbose_name="変更"
    )
    kept = models.BooleanField("順番を変えない", default=False)
    metres = models.PositiveIntegerField("道のり（m）")
    seconds = models.PositiveIntegerField("移動（秒）")
    made_at = models.DateTimeField("作った日時", auto_now_add=True)
    made_by = person("計算させた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "巡回計画の版"
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="fieldwork_version_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="current"), name="fieldwork_version_current"
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.number}版"


class CrewRound(MunicipalityModel):
    """What one crew does on one day (巡回). rests: as they are taken, 「12:00-13:00、…」; metres, seconds on the way; home: metres and
    seconds of the last way."""

    version = models.ForeignKey(RoundVersion, models.CASCADE, related_name="rounds", verbose_name="版")
    crew = models.ForeignKey(Crew, models.PROTECT, related_name="+", verbose_name="班")
    day = models.PositiveSmallIntegerField("何日め")
    leave = models.PositiveIntegerField("出る")
    back = models.PositiveIntegerField("戻る")
    rests = models.CharField("休憩", max_length=120, blank=True)
    metres = models.PositiveIntegerField("道のり（m）")
    seconds = models.PositiveIntegerField("移動（秒）")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "巡回"
        constraints = [
            models.UniqueConstraint(fields=["version", "crew", "day"], name="fieldwork_round_once")
        ]

    @cached_property
    def listed(self) -> list[RoundVisit]:
        """Its visits in their order; asks nothing where they were fetched with it."""
        return sorted(self.visits.all(), key=lambda visit: visit.place)  # type: ignore[attr-defined]


class RoundVisit(MunicipalityModel):
    """A stop in a round, as planned. metres, seconds: from the place before; past: it was begun before this version was made."""

    round = models.ForeignKey(CrewRound, models.CASCADE, related_name="visits", verbose_name="巡回")
    place = models.PositiveSmallIntegerField("順番")
    stop = models.ForeignKey(RoundStop, models.CASCADE, related_name="+", verbose_name="訪問先")
    arrival = models.PositiveIntegerField("着く")
    begin = models.PositiveIntegerField("始める")
    end = models.PositiveIntegerField("終える")
    metres = models.PositiveIntegerField("前からの道のり（m）")
    seconds = models.PositiveIntegerField("前からの移動（秒）")
    past = models.BooleanField("もう始めていた", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "巡回の訪問"
        constraints = [
            models.UniqueConstraint(fields=["round", "place"], name="fieldwork_visit_place"),
        ]


class LeftStop(MunicipalityModel):
    """A stop that a version leaves out, with its reason (`engine.rounds.problem.LeftOut`)."""

    version = models.ForeignKey(RoundVersion, models.CASCADE, related_name="left", verbose_name="版")
    stop = models.ForeignKey(RoundStop, models.CASCADE, related_name="+", verbose_name="訪問先")
    reason = models.CharField("わけ", max_length=20)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "入らなかった訪問先"
        constraints = [models.UniqueConstraint(fields=["version", "stop"], name="fieldwork_left_once")]
