"""Filters and tags of the nursery's templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from yakuba.services.nursery.contracts import Outcome
from yakuba.services.nursery.models import Decision, Round, Run
from yakuba.services.nursery.queries.names import OUTCOMES, slot_name

register = template.Library()

RUN_KINDS = {Run.State.ACTIVE: "running", Run.State.DONE: "success", Run.State.FAILED: "error"}
ROUND_KINDS = {Round.State.PREPARING: "waiting", Round.State.FROZEN: "success"}
DECISION_KINDS = {
    Decision.State.PROPOSED: "person",
    Decision.State.APPROVED: "success",
    Decision.State.REFUSED: "stopped",
}
STEP_NAMES = {
    "dynamics": "割り当て",
    "narrow": "絞り込み",
    "build": "モデル作成",
    "exact": "証明",
    "check": "検査",
    "prepare": "準備",
    "explain": "説明",
}


@register.filter
def slot(value: str, facilities: dict[str, str]) -> str:
    """A slot id in words; `facilities` maps codes to names."""
    return slot_name(value, facilities)


@register.filter
def of(key: Any, mapping: dict[Any, Any]) -> Any:
    """`mapping[key]`, or the key itself."""
    return mapping.get(key, key)


@register.filter
def named(mapping: dict[Any, Any], key: Any) -> Any:
    """`mapping[key]`, or nothing."""
    return mapping.get(key)


@register.filter
def step_name(step: str) -> str:
    """A step of the calculation, as `Run.seconds` names it, in Japanese."""
    return STEP_NAMES.get(step, step)


@register.simple_tag
def run_status(run: Run) -> SafeString:
    """The state of a run as a tag."""
    return _status(RUN_KINDS[Run.State(run.state)], run.get_state_display())


@register.simple_tag
def round_status(round: Round) -> SafeString:
    """The state of a round as a tag."""
    return _status(ROUND_KINDS[Round.State(round.state)], round.get_state_display())


@register.simple_tag
def decision_status(decision: Decision) -> SafeString:
    """The state of a decision as a tag."""
    return _status(DECISION_KINDS[Decision.State(decision.state)], decision.get_state_display())


@register.simple_tag
def outcome_status(outcome: str) -> SafeString:
    """What came of a wish as a tag."""
    return _status(*OUTCOMES[Outcome(outcome)])


def _status(kind: str, label: str) -> SafeString:
    return SafeString(render_to_string("ui/status.html", {"kind": kind, "label": label}))
