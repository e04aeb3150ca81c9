"""Whether what a report's page says of its times is what the audit record says (管理瑕疵: when did the town know, when was it
repaired)."""

from __future__ import annotations

from collections.abc import Sequence

from yakuba.kernel.audit.models import AuditEvent
from yakuba.services.fieldwork.models import Report, ReportEvent


def disagreements(report: Report, events: Sequence[ReportEvent]) -> list[str]:
    """What differs between the events and the chain, each in a sentence; nothing where they agree. The chain itself is proved by
    `yakuba audit verify`."""
    recorded = {
        int(one.details["number"]): (one.name, str(one.details["at"]))
        for one in AuditEvent.objects.filter(
            subject=f"report:{report.pk}", name__startswith="fieldwork.report_"
        )
        if "number" in one.details
    }
    found = []
    for event in events:
        said = recorded.pop(event.number, None)
        if said is None:
            found.append(f"「{event.get_kind_display()}」は、監査記録にありません。")
        elif said != (f"fieldwork.report_{event.kind}", event.at.isoformat()):
            found.append(f"「{event.get_kind_display()}」の内容か日時が、監査記録と違います。")
    found += ["監査記録にある出来事が、ここにありません。" for _ in recorded]
    return found
