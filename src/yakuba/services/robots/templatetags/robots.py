"""`{% load robots %}`: states of rows and runs as words with their mark."""

from __future__ import annotations

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.models import Run, RunState

register = template.Library()

ROW_KINDS = {
    RowState.WAITING: "waiting",
    RowState.LOOKING_UP: "running",
    RowState.ENTERING: "running",
    RowState.INTENT: "running",
    RowState.SUBMITTING: "running",
    RowState.ENTERED: "success",
    RowState.FOUND_ALREADY: "success",
    RowState.REHEARSED: "success",
    RowState.RETRY: "waiting",
    RowState.FAILED: "error",
    RowState.UNDECIDED: "person",
    RowState.SKIPPED: "stopped",
}
RUN_KINDS = {
    RunState.ACTIVE: "running",
    RunState.PAUSED: "waiting",
    RunState.HALTED: "error",
    RunState.DONE: "success",
    RunState.STOPPED: "stopped",
    RunState.AWAY: "running",
}


@register.simple_tag
def row_status(state: str) -> SafeString:
    """`{% row_status row.state %}`."""
    known = RowState(state)
    return render_to_string("ui/status.html", {"kind": ROW_KINDS[known], "label": known.label})


@register.simple_tag
def run_status(run: Run) -> SafeString:
    """`{% run_status run %}`."""
    kind = RUN_KINDS[RunState(run.state)]
    return render_to_string("ui/status.html", {"kind": kind, "label": RunState(run.state).label})
