"""Jobs and workers. The job row is what the pages show and the authority; the engine only carries tickets."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q

from yakuba.kernel.jobs import registry
from yakuba.kernel.tenancy import every_municipality
from yakuba.kernel.tenancy.models import MunicipalityModel


class State(models.TextChoices):
    """Where a job stands. Possible moves are in `TRANSITIONS`."""

    WAITING = "waiting", "順番待ち"
    RUNNING = "running", "実行中"
    PAUSED = "paused", "一時停止"
    DONE = "done", "完了"
    FAILED = "failed", "失敗"
    CANCELLED = "cancelled", "取消"


TRANSITIONS: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.RUNNING, State.PAUSED, State.CANCELLED}),
    State.RUNNING: frozenset({State.WAITING, State.PAUSED, State.DONE, State.FAILED, State.CANCELLED}),
    State.PAUSED: frozenset({State.WAITING, State.CANCELLED}),
    State.DONE: frozenset({State.WAITING}),  # the same key enqueued anew
    State.FAILED: frozenset({State.WAITING}),  # retried, or enqueued anew
    State.CANCELLED: frozenset({State.WAITING}),  # retried, or enqueued anew
}
FINISHED = (State.DONE, State.FAILED, State.CANCELLED)


class StopRequest(models.TextChoices):
    """What somebody asked of a running job; the handler obeys at its next `context.check()`."""

    NONE = "", "なし"
    PAUSE = "pause", "一時停止"
    CANCEL = "cancel", "取消"


class Worker(models.Model):
    """A worker process that runs, or ran and whose jobs are not yet adopted. Times are the database's clock.

    `place` names the machine and process-number space, so that another process there can see whether `pid`,
    started at `pid_started` (clock ticks since boot), still lives. `left_at` is set when it ends in order.
    """

    id = models.CharField(primary_key=True, max_length=32)
    host = models.CharField("機械", max_length=255)
    place = models.CharField(max_length=120)
    pid = models.PositiveIntegerField()
    pid_started = models.BigIntegerField()
    started_at = models.DateTimeField("開始")
    heartbeat_at = models.DateTimeField("最後の合図")
    left_at = models.DateTimeField("終了", null=True)

    class Meta:
        verbose_name = "ワーカー"

    def __str__(self) -> str:
        return f"{self.host} ({self.pid})"


class Job(MunicipalityModel):
    """One piece of long work of a municipality, known by its name and key.

    `ticket` (32 hex digits) is new for every time the job is put in the queue; who holds another ticket has
    lost the job. `progress_from` is what was done before the last start. `untold`: the room could not be told yet that
    the job has ended. `failures` counts the tries that ended with an error since the job was last enqueued or
    retried, `crashes` the worker deaths without progress in between. `error` is for staff, `technical_error`
    for who repairs the software.
    """

    name = models.CharField("種類", max_length=100)
    key = models.CharField("対象", max_length=200)
    lane = models.CharField("列", max_length=100)
    arguments = models.JSONField("引数", default=dict)
    state = models.CharField("状態", max_length=10, choices=State, default=State.WAITING)
    stop_request = models.CharField("停止の依頼", max_length=6, choices=StopRequest, default="", blank=True)
    run_again = models.BooleanField("終わったらもう一度", default=False)
    generation = models.PositiveIntegerField("回", default=1)
    failures = models.PositiveIntegerField("失敗した試行", default=0)
    crashes = models.PositiveIntegerField("中断", default=0)
    progress_done = models.PositiveIntegerField("済み", default=0)
    progress_total = models.PositiveIntegerField("全体", default=0)
    progress_from = models.PositiveIntegerField("始めたときの済み", default=0)
    progress_note = models.CharField("経過", max_length=200, blank=True)
    progress_at = models.DateTimeField("経過の時刻", null=True)
    error = models.TextField("エラー", blank=True)
    technical_error = models.TextField("技術的なエラー", blank=True)
    created_at = models.DateTimeField("受付", auto_now_add=True)
    started_at = models.DateTimeField("開始", null=True)
    finished_at = models.DateTimeField("終了", null=True)
    due_at = models.DateTimeField("これ以降に行う", null=True)
    untold = models.BooleanField(default=False)
    ticket = models.CharField(max_length=32, unique=True)
    handed_over_at = models.DateTimeField(null=True)
    worker = models.ForeignKey(
        Worker, models.PROTECT, null=True, related_name="jobs", verbose_name="ワーカー"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "仕事"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name", "key"], name="job_once"),
        ]
        indexes = [
            models.Index(fields=["municipality", "state"], name="job_state"),
            models.Index(
                fields=["municipality", "lane", "id"],
                condition=Q(state="waiting", handed_over_at=None),
                name="job_turn",
            ),
            models.Index(fields=["handed_over_at"], condition=Q(state="waiting"), name="job_handed_over"),
            models.Index(fields=["worker"], condition=Q(state="running"), name="job_running"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.about}".strip()

    @property
    def label(self) -> str:
        """The Japanese name of the kind of work."""
        return registry.label_of(self.name)

    @property
    def about(self) -> str:
        """What it works on, as staff call it; empty where that goes without saying or is gone."""
        return registry.about(self.name, self.arguments)

    @property
    def permission(self) -> str:
        """Whose work it is; what it works on and why it failed are for them. Empty for the house's own."""
        return registry.permission_of(self.name)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self.state in FINISHED

    @property
    def percent(self) -> int | None:
        """Progress in whole percent (0 to 100), None while the total is unknown."""
        if not self.progress_total:
            return None
        return min(100, self.progress_done * 100 // self.progress_total)

    def refreshed(self) -> Any:
        """The row as it stands now, whatever municipality is active."""
        with every_municipality("a job that somebody holds already"):
            return Job.all_municipalities.get(pk=self.pk)
