"""Tables of the robots: systems, scenarios with their versions and register, runs, rows and what was seen.

The row table is the authority over what was entered; the job engine only makes sure that somebody works on it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.robots.contracts import (
    Command,
    Ending,
    EvidenceKind,
    Intent,
    Lane,
    Problem,
    ProblemKind,
    RowState,
    Stamp,
)
from yakuba.services.robots.models.stations import HandedRow as HandedRow
from yakuba.services.robots.models.stations import Station as Station
from yakuba.services.robots.models.stations import StationKey as StationKey
from yakuba.services.robots.models.systems import System as System

LOOK_UP_PICTURE = "look_up"
IN_WORDS = "text/plain"  # media type of a picture that the fast lane takes
PICTURE_LABELS: dict[str, str] = {
    EvidenceKind.CONFIRMATION.value: "登録前の確認画面",
    EvidenceKind.COMPLETION.value: "登録後の画面",
    EvidenceKind.TROUBLE.value: "つまずいた画面",
    LOOK_UP_PICTURE: "照会した画面",
    EvidenceKind.RECEIVED.value: "受け取ったファイル",
}


def problem_of(stored: dict[str, Any] | None) -> Problem | None:
    """A problem as it stands in a JSON column."""
    if stored is None:
        return None
    return Problem(
        **(stored | {"kind": ProblemKind(stored["kind"]), "similar": tuple(stored.get("similar", ()))})
    )


def stored_problem(problem: Problem | None) -> dict[str, Any] | None:
    """A problem for a JSON column."""
    return asdict(problem) if problem else None


class Scenario(MunicipalityModel):
    """A robot as the register (台帳) knows it: what it does, who answers for it, until when it was reviewed."""

    name = models.CharField("名称", max_length=120)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name="手続")
    system = models.ForeignKey(System, models.PROTECT, related_name="scenarios", verbose_name="接続先")
    owner = person("責任者")
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="後任"
    )
    review_on = models.DateField("見直し期限")
    in_use = models.BooleanField("使用中", default=True)
    created_at = models.DateTimeField("登録日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "シナリオ"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="robots_scenario_once")]

    def __str__(self) -> str:
        return self.name


class ScenarioVersion(MunicipalityModel):
    """The text of a scenario as it was loaded. Never changed; the newest that is published is the one that runs.

    forms: what each step of the entry sent when it was played, by line; learned, not part of the text.
    published: whether it may run; one that is only tried has not been approved yet.
    """

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="versions", verbose_name="シナリオ")
    version = models.PositiveIntegerField("版")
    text = models.TextField("YAML")
    digest = models.CharField(max_length=64)  # sha256 of the text, as the engine's loader computes it
    forms = models.JSONField(default=dict)
    published = models.BooleanField("公開", default=True)
    loaded_at = models.DateTimeField("登録日時", auto_now_add=True)
    loaded_by = person("登録者")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "シナリオの版"
        constraints = [models.UniqueConstraint(fields=["scenario", "version"], name="robots_version_once")]

    def __str__(self) -> str:
        return f"{self.scenario} 第{self.version}版"


class RunState(models.TextChoices):
    """Where a run stands. ACTIVE covers waiting for its turn: the job says which. AWAY: a station enters it, no worker here."""

    ACTIVE = "active", "実行中"
    PAUSED = "paused", "一時停止"
    HALTED = "halted", "止まりました"
    DONE = "done", "終了"
    STOPPED = "stopped", "中止"
    AWAY = "away", "別の端末で入力中"


UNFINISHED = (RunState.ACTIVE, RunState.PAUSED, RunState.HALTED)


class Run(MunicipalityModel):
    """One run (実行) of a scenario over cases. proving: a rehearsal that proves the fast lane.

    wanted: what the person at the run's page asks for; the runner looks between steps.  first_row: rows
    before it are left alone.  holder: token of the one that works on the run, empty when nobody does.  fence:
    the highest fencing number that was ever taken for it.  failures: rows that failed one after another when it
    last ended to wait.  away_at: the station that enters it; came_from: who handed it over to us; parcel: its mark at both.
    """

    scenario = models.ForeignKey(Scenario, models.PROTECT, related_name="runs", verbose_name="シナリオ")
    version = models.ForeignKey(ScenarioVersion, models.PROTECT, related_name="+", verbose_name="版")
    dry_run = models.BooleanField("試行", default=False)
    proving = models.BooleanField("高速入力の確かめ", default=False)
    state = models.CharField("状態", max_length=8, choices=RunState, default=RunState.ACTIVE)
    wanted = models.CharField("指示", max_length=8, default=Command.GO.value)
    first_row = models.PositiveIntegerField("始める行", default=1)
    ending = models.CharField("終わり方", max_length=20, blank=True)
    problem = models.JSONField("問題", null=True)
    holder = models.CharField(max_length=64, blank=True)
    fence = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    away_at = models.ForeignKey(
        Station, models.PROTECT, null=True, related_name="away", verbose_name="入力する端末"
    )
    came_from = models.ForeignKey(
        Station, models.PROTECT, null=True, related_name="runs", verbose_name="渡した設備"
    )
    parcel = models.CharField("小包", max_length=32, blank=True)
    started_by = person("実行者")
    started_at = models.DateTimeField("開始日時", auto_now_add=True)
    ended_at = models.DateTimeField("終了日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "実行"
        indexes = [models.Index(fields=["municipality", "state"], name="robots_run_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "parcel"], condition=~Q(parcel=""), name="robots_parcel_in_one_run"
            )
        ]

    def __str__(self) -> str:
        return f"{self.scenario.name}{self.kind_label} 実行{self.pk}"

    @property
    def kind_label(self) -> str:
        """What kind of run it is where it enters nothing, in brackets; else empty."""
        return "（高速入力の確かめ）" if self.proving else "（試行）" if self.dry_run else ""

    @property
    def job_key(self) -> str:
        """Under which key the run's job is known."""
        return f"run-{self.pk}"

    @property
    def job_lane(self) -> str:
        """One system is operated by one robot at a time."""
        return f"robots:{self.scenario.system_id}"

    @property
    def is_unfinished(self) -> bool:
        """Whether rows of it may still be entered."""
        return self.state in UNFINISHED

    @property
    def ending_label(self) -> str:
        """Why the robot stopped last, in Japanese; empty when it has not."""
        return Ending(self.ending).label if self.ending else ""

    @property
    def stated_problem(self) -> Problem | None:
        """Why the run ended, unless it finished or was asked to."""
        return problem_of(self.problem)


class Row(MunicipalityModel):
    """One case of a run. The fields are those of `contracts.Row`; its intent is `intent_at` and `intent`.

    holds_case: whether the case belongs to this row (open, or undecided) and no other run may take it.
    noted_seconds: how much of `seconds` already stands in the ledger.  look_up: the target's answer when a
    person asked last: `at` (ISO 8601), `numbers`, `problem` (Japanese, empty when it answered).  turn: how often it was handed
    over to a station.  contradiction: what a station said, late, against what was decided; until a person has looked into it.
    """

    run = models.ForeignKey(Run, models.CASCADE, related_name="rows", verbose_name="実行")
    number = models.PositiveIntegerField("行")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    state = models.CharField(
        "状態",
        max_length=16,
        choices=RowState.choices(),
        default=RowState.WAITING.value,
    )
    holds_case = models.BooleanField(default=True)
    intent_at = models.DateTimeField("登録直前の時刻", null=True)
    intent = models.JSONField(null=True)  # all of `contracts.Intent` but `at`
    target_number = models.CharField("登録番号", max_length=60, blank=True)
    attempts = models.PositiveIntegerField("失敗した試み", default=0)
    starts = models.PositiveIntegerField("始めた回数", default=0)
    not_before = models.DateTimeField("これ以降にやり直す", null=True)
    problem = models.JSONField("問題", null=True)
    seconds = models.JSONField("秒", default=dict)  # phase -> seconds, all tries
    noted_seconds = models.FloatField(default=0.0)
    look_up = models.JSONField("照会の結果", null=True)
    lane = models.CharField("入力の方法", max_length=8, choices=Lane.choices(), blank=True)
    turn = models.PositiveIntegerField("渡した回数", default=0)
    contradiction = models.TextField("食い違い", blank=True)
    contradicted_at = models.DateTimeField("食い違いの日時", null=True)
    changed_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "行"
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="robots_row_once"),
            models.UniqueConstraint(
                fields=["case"], condition=Q(holds_case=True), name="robots_case_in_one_run"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "state"], name="robots_row_state")]

    def __str__(self) -> str:
        return f"{self.run} {self.number}行目"

    @property
    def row_state(self) -> RowState:
        """The state as the engine's word."""
        return RowState(self.state)

    @property
    def stated_problem(self) -> Problem | None:
        """Why the row did not go on."""
        return problem_of(self.problem)

    @property
    def stated_intent(self) -> Intent | None:
        """The last press whose answer is not certain."""
        if self.intent_at is None:
            return None
        stored = dict(self.intent or {})
        settles_from = stored.pop("settles_from", None)
        return Intent(self.intent_at, settles_from=Stamp(**settles_from) if settles_from else None, **stored)

    def note_intent(self, intent: Intent | None) -> None:
        """Set both columns."""
        stored = asdict(intent) if intent else {}
        self.intent_at, self.intent = stored.pop("at", None), stored or None

    @property
    def total_seconds(self) -> float:
        """Machine time over all phases and tries."""
        return float(sum(self.seconds.values()))


class RowEvent(MunicipalityModel):
    """A change of a row's state, by the robot or (with `user`) by a person. Never changed."""

    row = models.ForeignKey(Row, models.CASCADE, related_name="events", verbose_name="行")
    at = models.DateTimeField("日時", auto_now_add=True)
    state = models.CharField("状態", max_length=16, choices=RowState.choices())
    message = models.TextField("内容", blank=True)
    user = person("職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "行の経過"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise RuntimeError("a row event is never changed")
        super().save(*args, **kwargs)


class RowPicture(MunicipalityModel):
    """A picture of the target's page, taken while working on a row; secrets are covered in it."""

    row = models.ForeignKey(Row, models.CASCADE, related_name="pictures", verbose_name="行")
    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="+", verbose_name="画像")
    kind = models.CharField("種類", max_length=16, choices=list(PICTURE_LABELS.items()))
    taken_at = models.DateTimeField("撮影日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "証跡画像"

    @property
    def is_in_words(self) -> bool:
        """Whether it says in words what was sent and answered, instead of showing the page."""
        return self.file.media_type == IN_WORDS


class RecordingState(models.TextChoices):
    """Where a recording stands. While it is STARTING or RUNNING a worker's browser belongs to it."""

    STARTING = "starting", "準備中"
    RUNNING = "running", "録画中"
    BROKEN = "broken", "途中で止まりました"
    DRAFT = "draft", "下書き"
    PUBLISHED = "published", "公開済み"


UNDER_WAY = (RecordingState.STARTING, RecordingState.RUNNING)


class Recording(MunicipalityModel):
    """A scenario that a person records and edits, with a sample case whose values become those of the case's fields.

    draft: the scenario's document (`engine.drafts`); no value of the case and no secret is in it.  live: encrypted,
    what the page shows while the recording runs (JSON), and its picture; both are emptied when it ends.  seq: counts
    what was shown.  seen_at: when the person's page last asked.  trial: the version that was tried last, and its run.
    """

    name = models.CharField("名称", max_length=120)
    person = person("録画した職員")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="見本の受付")
    system = models.ForeignKey(System, models.PROTECT, related_name="+", verbose_name="接続先")
    test_target = models.BooleanField("試験用の接続先", default=False)
    state = models.CharField("状態", max_length=10, choices=RecordingState, default=RecordingState.STARTING)
    reason = models.TextField("理由", blank=True)
    draft = models.JSONField(default=dict)
    live = models.BinaryField(default=b"", editable=False)
    picture = models.BinaryField(default=b"", editable=False)
    seq = models.PositiveIntegerField(default=0)
    seen_at = models.DateTimeField("最後の操作", null=True)
    trial = models.ForeignKey(ScenarioVersion, models.SET_NULL, null=True, related_name="+")
    trial_run = models.ForeignKey(Run, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField("録画日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "操作の録画"
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["starting", "running"]), name="robots_one_recording"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_under_way(self) -> bool:
        """Whether a browser belongs to it."""
        return self.state in UNDER_WAY

    @property
    def job_key(self) -> str:
        """Under which key the recording's job is known."""
        return f"recording-{self.pk}"


class RecordingInput(MunicipalityModel):
    """One thing that the person does in the picture, encrypted, until the browser has taken it."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="inputs")
    payload = models.BinaryField(editable=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "録画中の操作"


class RecordingPicture(MunicipalityModel):
    """A target as it looked when it was recorded; values of the case and secrets are covered. target: its words."""

    recording = models.ForeignKey(Recording, models.CASCADE, related_name="pictures", verbose_name="録画")
    target = models.CharField("対象", max_length=200)
    file = models.ForeignKey(StoredFile, models.CASCADE, related_name="+", verbose_name="画像")
    taken_at = models.DateTimeField("撮影日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "録画の画像"


from yakuba.services.robots.models.lanes import (  # noqa: E402 - their keys name the tables above
    FastLane as FastLane,
)
from yakuba.services.robots.models.templates import (  # noqa: E402
    SharedTemplate as SharedTemplate,
)
from yakuba.services.robots.models.templates import (  # noqa: E402
    TakenTemplate as TakenTemplate,
)
from yakuba.services.robots.models.templates import (  # noqa: E402
    TownGroup as TownGroup,
)
