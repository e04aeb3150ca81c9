"""The fast lane: a run that proves it, what that run has found, switching it on and off, and its end."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict
from yakuba.services.robots.actions import runs
from yakuba.services.robots.engine.lanes import COMPARED
from yakuba.services.robots.models import Run, Scenario, ScenarioVersion
from yakuba.services.robots.models.lanes import FastLane
from yakuba.services.robots.queries import lanes, register

PROOF_ROWS = 3  # cases that a proof takes


@dataclass(frozen=True)
class Found:
    """What a turn of a proving run has found. pages: fingerprints.  differences: why it proves nothing, in Japanese.
    proved: rows whose committing request was the same.  scripted: whether a page has programs of its own."""

    pages: tuple[str, ...]
    agent: str
    differences: tuple[str, ...]
    proved: int
    scripted: bool


@transaction.atomic
def prove(scenario: Scenario, *, actor: Actor) -> Run:
    """Rehearse a few cases that wait, and compare both lanes. Nothing is entered, and the cases wait again afterwards.

    Raises Conflict where the scenario can never use the lane, and where too few cases wait; and as `runs.start`.
    """
    version = register.require(register.scenarios().get(pk=scenario.pk))
    if never := lanes.refused(version):
        raise Conflict("\n".join(never))
    waiting = Case.objects.filter(procedure=scenario.procedure, status=Status.READY).count()
    if waiting < PROOF_ROWS:
        raise Conflict(
            f"高速入力を確かめるには、入力を待つ申請が{PROOF_ROWS}件要ります（いまは{waiting}件）。申請がたまってから押してください。"
        )
    return runs.start(scenario, actor=actor, limit=PROOF_ROWS, proving=True)


@transaction.atomic
def note(run: Run, found: Found) -> FastLane:
    """Keep what a proving run has found, in place of what was known before; the lane stays off until somebody switches it on."""
    reasons = list(found.differences)
    if not reasons and found.proved < run.rows.count():
        reasons.append("比べられなかった申請があります。実行の行で理由を見て、もう一度確かめてください。")
    confirm = register.parsed(run.version).confirm
    if found.scripted and not (confirm and confirm.before and confirm.items):
        reasons.append(
            "画面にプログラムがあるため、登録前の確認画面の値を比べるシナリオ（確認の「登録前: はい」）だけが高速入力を使えます。"
        )
    now = timezone.now()
    lane, _ = FastLane.objects.update_or_create(
        version=run.version,
        defaults={
            "on": False,
            "base_url": run.scenario.system.base_url,
            "pages": [] if reasons else list(found.pages),
            "agent": found.agent[:300],
            "proved_at": None if reasons else now,
            "proved_by": run.started_by,
            "proof_run": run,
            "compared": 0,
            "reasons": reasons,
            "lapsed_at": None,
            "lapsed": "",
        },
    )
    return lane


@transaction.atomic
def switch(scenario: Scenario, on: bool, *, actor: Actor) -> Scenario:
    """Let the runs of the version that runs use the lane, or not any more; what runs now goes on as it began. Raises Conflict
    where it is not proved."""
    version = register.latest_version(scenario)
    lane = FastLane.objects.select_for_update().filter(version=version).first() if version else None
    if lane is None or (on and not lane.is_proved):
        raise Conflict("高速入力は、まだ確かめられていません。先に「高速入力を確かめる」を押してください。")
    lane.on = on
    lane.save(update_fields=["on", "changed_at"])
    return scenario


class StoredProof:
    """The engine's `Proof`."""

    def __init__(self, lane: FastLane) -> None:
        self._lane = lane
        self.left_to_compare = max(0, COMPARED - lane.compared)

    def lapse(self, reason: str) -> None:
        """See `engine.lanes.Proof`."""
        _lapse(self._lane.version, reason)

    def compared(self) -> None:
        """See `engine.lanes.Proof`."""
        self.left_to_compare -= 1
        FastLane.objects.filter(pk=self._lane.pk).update(compared=F("compared") + 1)


@transaction.atomic
def _lapse(version: ScenarioVersion, reason: str) -> None:
    changed = FastLane.objects.filter(version=version, lapsed_at=None).update(
        lapsed_at=timezone.now(), lapsed=reason
    )
    if changed:
        record("robots.fast_lane_lapsed", subject=f"scenario:{version.scenario_id}", version=version.version)
