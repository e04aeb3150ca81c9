"""What the home page and the self-check say about robots."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.modelfolders import Standing
from yakuba.kernel.outbound import DataClass, class_of, require_target
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult, Contact, Failure, QueueState, RunningWork, queued
from yakuba.services.robots.adapters import launch
from yakuba.services.robots.adapters.egress.client import complaint, home
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Row, Run, RunState, System
from yakuba.services.robots.queries import register, runs, stations

SHOWN = 20  # failures of one kind on the home page


def undecided_queue(user: Any) -> QueueState:
    """Cases that no robot could decide."""
    return queued(runs.undecided(), "changed_at", reverse("robots:undecided"), "判断する", urgent=True)


def contradicted_queue(user: Any) -> QueueState:
    """Cases of which a station says otherwise than a person has decided."""
    rows = stations.contradicted()
    return queued(rows, "contradicted_at", reverse("robots:contradicted"), "確かめる", urgent=True)


def ready_queue(user: Any) -> QueueState:
    """Cases that wait for a robot."""
    waiting = runs.ready_by_procedure().values()
    oldest = [since for _, since in waiting if since is not None]
    return QueueState(
        sum(number for number, _ in waiting),
        reverse("robots:index"),
        "ロボットを動かす",
        min(oldest) if oldest else None,
    )


def failures(user: Any, most: int | None = SHOWN) -> list[Failure]:
    """Runs that were held up, and rows that failed, with what to press; `most` of each, None for all."""
    if not allowed(user, "robots.view"):
        return []
    return [*_held_up_runs(most), *_silent_stations(most), *_failed_rows(most)]


def running(user: Any) -> list[RunningWork]:
    """Runs under way."""
    if not allowed(user, "robots.view"):
        return []
    return [_running(run) for run in runs.runs().filter(state=RunState.ACTIVE)]


def contacts() -> list[Contact]:
    """The systems that robots enter into, with the highest class that a scenario in use takes there."""
    found = []
    for system in register.systems():
        if _is_elsewhere(system):
            continue
        used = register.scenarios().filter(in_use=True, system=system)
        classes = [class_of(one.procedure.definition) for one in used]
        found.append(
            Contact(f"ロボットの接続先「{system}」", system.base_url, max(classes, default=DataClass.PUBLIC))
        )
    return found


def optional() -> list[Standing]:
    """What robots look for on this machine."""
    return launch.optional(str(settings.YAKUBA.chromium))


def self_check() -> list[CheckResult]:
    """Whether robots can work here: the browser, this machine's egress, the secrets, the hosts, the register."""
    lacks = launch.missing(str(settings.YAKUBA.chromium))
    results = [CheckResult("ロボットの動作環境", False, sentence) for sentence in lacks]
    results = results or [CheckResult("ロボットの動作環境", True)]
    silent = complaint(home(settings.YAKUBA.data_dir))
    results.append(CheckResult("ロボットの通信の出口", not silent, silent))
    for scenario in register.scenarios().filter(in_use=True):
        found = register.obstacles(scenario, away=_is_elsewhere(scenario.system))
        if register.review_is_due(scenario):
            found.append("台帳の見直し期限が過ぎています。内容を確かめて期限を更新してください。")
        results.append(CheckResult(f"シナリオ「{scenario}」", not found, " ".join(found)))
    for system in register.systems():
        if _is_elsewhere(system):
            continue
        if unlisted := attempt(require_target, system.base_url)[1]:
            results.append(CheckResult(f"接続先「{system}」", False, str(unlisted)))
    return results


def _is_elsewhere(system: System) -> bool:
    """Whether a station enters into it, and no robot of this installation can."""
    return attempt(require_target, system.base_url)[1] is not None and stations.for_hand_over().exists()


def _held_up_runs(most: int | None) -> list[Failure]:
    return [_run_failure(run) for run in runs.runs().filter(state=RunState.HALTED)[:most]]


def _silent_stations(most: int | None) -> list[Failure]:
    """Stations that have said nothing for long, and those whose files cannot be taken or written."""
    return [
        Failure(
            f"別の端末「{station}」",
            reason,
            reverse("robots:station", args=[station.pk]),
            "端末のページを見る",
            since,
        )
        for station, reason, since in stations.troubles()[:most]
    ]


def _run_failure(run: Run) -> Failure:
    problem = run.stated_problem
    reason = problem.message if problem else run.ending_label
    return Failure(
        f"{run.scenario.name}の実行",
        reason,
        reverse("robots:run", args=[run.pk]),
        "開いて再開する",
        run.started_at,
    )


def _failed_rows(most: int | None) -> list[Failure]:
    """Rows whose case still waits and has not been taken up by a later run; a dry run is nobody's failure."""
    later = Row.objects.filter(case=OuterRef("case"), pk__gt=OuterRef("pk"), run__dry_run=False)
    failed = Row.objects.filter(state=RowState.FAILED.value, case__status=Status.READY, run__dry_run=False)
    rows = failed.exclude(Exists(later)).select_related("case", "run__scenario")
    return [
        Failure(
            f"受付 {row.case.receipt_number} の入力",
            runs.reason(row) or "理由は行の画面で見られます。",
            reverse("robots:row", args=[row.pk]),
            "開いてもう一度流す",
            row.changed_at,
        )
        for row in rows.order_by("-changed_at")[:most]
    ]


def _running(run: Run) -> RunningWork:
    return runs.progress(run).on_home(str(run), reverse("robots:run", args=[run.pk]))
