"""What happens to a report is kept twice, in one transaction: as an event, and in the audit record's chain."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.services.fieldwork.contracts import Happened
from yakuba.services.fieldwork.models import Report, ReportEvent


def happened(
    report: Report,
    kind: Happened,
    *,
    actor: Actor = None,
    text: str = "",
    told: bool = False,
    before: str = "",
    after: str = "",
    at: datetime | None = None,
    due: date | None = None,
) -> ReportEvent:
    """Keep it; in the caller's transaction, which holds the report. at: only of what the same transaction has just dated; due:
    the last day that holds from now on, for the audit record."""
    last = ReportEvent.objects.filter(report=report).aggregate(last=Max("number"))["last"] or 0
    event = ReportEvent.objects.create(
        report=report,
        number=last + 1,
        kind=kind,
        at=at or timezone.now(),
        user=known(actor),
        text=text,
        told=told,
        before=before[:60],
        after=after[:60],
    )
    record(
        f"fieldwork.report_{kind}",
        subject=f"report:{report.pk}",
        actor=actor,
        number=event.number,
        at=event.at.isoformat(),
        **({"due": due.isoformat()} if due else {}),
    )
    return event
