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

KINDS: dict[str, str] = {  # of the tag, by state
    Run.State.ACTIVE: "running",
    Run.State.DONE: "success",
    Run.State.FAILED: "error",
    Round.State.PREPARING: "waiting",
    Round.State.FROZEN: "success",
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
def state_status(row: Run | Round | Decision) -> SafeString:
    """The state of a run, a round or a decision as a tag."""
    return _status(KINDS[row.state], row.get_state_display())


@register.simple_tag
def outcome_status(outcome: str) -> SafeString:
    """What came of a wish as a tag."""
    return _status(*OUTCOMES[Outcome(outcome)])


def _status(kind: str, label: str) -> SafeString:
    return SafeString(render_to_string("ui/status.html", {"kind": kind, "label": label}))
