"""The fast lane of a scenario: whether it is on, proved, and why not."""

from __future__ import annotations

from collections import Counter
from typing import Any

from yakuba.kernel.refusals import if_valid
from yakuba.services.robots.contracts import Lane
from yakuba.services.robots.engine.lanes import COMPARED, refusals
from yakuba.services.robots.models import Row, Run, Scenario, ScenarioVersion
from yakuba.services.robots.models.lanes import FastLane
from yakuba.services.robots.queries import register


def fast_lane_of(version: ScenarioVersion | None) -> FastLane | None:
    """What is known of a version; None where nobody has asked for the lane."""
    return (
        FastLane.objects.select_related(
            "version__scenario__system",
            "version__scenario__owner",
            "version__scenario__successor",
            "proved_by",
        )
        .filter(version=version)
        .first()
    )


def refused(version: ScenarioVersion) -> list[str]:
    """Why the version can never use the lane, in Japanese."""
    read = if_valid(register.parsed, version)
    return ["この版は、いまの手続では使えません。"] if read is None else refusals(read)


def facts(scenario: Scenario) -> dict[str, Any]:
    """The lane of the version that runs, as page, API and command tell it. `state`: refused, unproved, failed, lapsed,
    proved or on; `reasons`: what stands in the way, in Japanese."""
    version = register.latest_version(scenario)
    lane = fast_lane_of(version)
    never = refused(version) if version else ["シナリオが登録されていません。"]
    state, reasons = _state(lane, never)
    return {
        "scenario": scenario.pk,
        "version": version.version if version else 0,
        "state": state,
        "state_label": LABELS[state],
        "on": lane is not None and lane.on,
        "proved_at": lane.proved_at.isoformat() if lane and lane.proved_at else None,
        "proved_by": str(lane.proved_by or "") if lane else "",
        "proof_run": lane.proof_run_id if lane else None,
        "pages": len(lane.pages) if lane else 0,
        "compared": min(lane.compared, COMPARED) if lane else 0,
        "to_compare": COMPARED,
        "reasons": reasons,
    }


LABELS = {
    "refused": "使えません",
    "unproved": "確かめていません",
    "failed": "確かめられませんでした",
    "lapsed": "確かめた結果が切れました",
    "proved": "確かめ済み（使っていません）",
    "on": "使っています",
}


def _state(lane: FastLane | None, never: list[str]) -> tuple[str, list[str]]:
    if never:
        return "refused", never
    if lane is None or (lane.proved_at is None and not lane.reasons):
        return "unproved", []
    if lane.reasons:
        return "failed", list(lane.reasons)
    if lane.lapsed_at is not None:
        return "lapsed", [lane.lapsed]
    if not lane.is_proved:
        return "lapsed", ["接続先のアドレスが、確かめたときと違います。"]
    return ("on" if lane.on else "proved"), []


def has_fast_rows(run: Run) -> bool:
    """Whether a row of the run was entered in the fast lane."""
    return Row.objects.filter(run=run, lane=Lane.FAST.value).exists()


def lanes_of(run: Run) -> list[tuple[str, int]]:
    """How many rows of a run were entered in which lane, in words; empty while the lane was in none of them."""
    counts = Counter(Row.objects.filter(run=run).exclude(lane="").values_list("lane", flat=True))
    if not counts.get(Lane.FAST.value):
        return []
    return [(one.label, counts[one.value]) for one in Lane if counts[one.value]]


def why_lapsed(run: Run) -> str:
    """Why the proof of the run's version is worth nothing any more, where that happened during the run; else empty."""
    lane = FastLane.objects.filter(version=run.version, lapsed_at__gte=run.started_at).first()
    return lane.lapsed if lane and not run.dry_run else ""
