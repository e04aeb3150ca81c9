"""Whether what a report's page says of its times is what the audit record says (管理瑕疵: when did the town know, when was it
repaired)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.fieldwork.contracts import Happened
from yakuba.services.fieldwork.models import Report, ReportEvent

PREFIX = "fieldwork.report_"
Recorded = dict[int, tuple[str, dict[str, Any]]]  # by number within the report: what, and its details


def disagreements(report: Report, events: Sequence[ReportEvent]) -> list[str]:
    """What differs between the chain and the events, or the times that the report's own row has and that lists, figures and
    files are made of; each in a sentence, nothing where they agree. The chain itself is proved by `yakuba audit verify`."""
    rows = AuditEvent.objects.filter(subject=f"report:{report.pk}", name__startswith=PREFIX)
    recorded: Recorded = {
        int(one.details["number"]): (one.name.removeprefix(PREFIX), one.details)
        for one in rows
        if "number" in one.details
    }
    return [*_of_events(events, dict(recorded)), *_of_row(report, recorded)]


def _of_events(events: Sequence[ReportEvent], recorded: Recorded) -> Iterator[str]:
    for event in events:
        said = recorded.pop(event.number, None)
        if said is None:
            yield f"「{event.get_kind_display()}」は、監査記録にありません。"
        elif (said[0], said[1]["at"]) != (event.kind, event.at.isoformat()):
            yield f"「{event.get_kind_display()}」の種類か日時が、監査記録と違います。"
    yield from ("監査記録にある出来事が、ここにありません。" for _ in recorded)


def _of_row(report: Report, recorded: Recorded) -> Iterator[str]:
    """The row's own times against the newest word of the chain about each."""
    received = done = due = ""
    for _, (kind, details) in sorted(recorded.items()):
        due = details.get("due", due)
        if kind == Happened.RECEIVED:
            received = details["at"]
        elif kind == Happened.DONE:
            done = details["at"]
        elif kind == Happened.REOPENED:
            done = ""
    if received and received != report.received_at.isoformat():
        yield "届いた日時が、監査記録と違います。"
    if done != (report.done_at.isoformat() if report.done_at else ""):
        yield "対応を終えた日時が、監査記録と違います。"
    if due and due != timezone.localdate(report.due_at).isoformat():
        yield "期限が、監査記録と違います。"
