"""Inside: what the outside is told of reports, so that it can take them: the town's rules, what everybody may read, and to each
reporter alone where theirs stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Prefetch, Q
from django.utils import timezone

from yakuba.kernel.exchange import sealing
from yakuba.kernel.townsettings import value
from yakuba.services.fieldwork.contracts import LOOKED_AT, OPEN, ReportState
from yakuba.services.fieldwork.models import Report, ReportEvent, ReportFromOutside
from yakuba.services.fieldwork.queries import published, rules

SETTING = "fieldwork.public"
MOST = 3_000  # reports that the outside is told of
TOLD_FOR = timedelta(days=120)  # after its last change; longer than a reporter may ask once more
FIELDS = ("number", "category", "category_label", "state", "public_text")


def told() -> dict[str, Any]:
    """What is published. Rules that cannot be read any more are none."""
    row = rules.newest()
    return {
        "public": bool(value(SETTING)),
        "rules": row.text if row and rules.in_force() else "",
        "reports": [_everybodys(one) for one in _known_to_everybody()[:MOST]],
    }


def _known_to_everybody() -> Any:
    """Open ones, of which whoever is about to report the same is told, and released ones; none under protection (支援措置)."""
    rows = Report.objects.filter(Q(state__in=OPEN) | ~Q(released_at=None))
    return rows.exclude(case__in=published.under_protection()).order_by("-received_at", "-pk")


def _everybodys(row: Report) -> dict[str, Any]:
    place = published.rounded(row)
    facts: dict[str, Any] = {name: getattr(row, name) for name in FIELDS}
    return facts | {
        "longitude": place[0] if place else None,
        "latitude": place[1] if place else None,
        "received_at": row.received_at.isoformat(),
        "done_at": row.done_at.isoformat() if row.done_at else "",
        "released_at": row.released_at.isoformat() if row.released_at else "",
    }


def standings() -> Iterator[tuple[str, bytes, dict[str, Any], dict[str, Any]]]:
    """Key, the reporter's public key, by what it is found, and where it stands, of every report that is not long over."""
    over = timezone.now() - TOLD_FOR
    events = Prefetch("report__events", ReportEvent.objects.filter(told=True).order_by("pk"), "told_events")
    rows = ReportFromOutside.objects.select_related("report").prefetch_related(events).order_by("pk")
    for row in rows.iterator(chunk_size=500):
        report = row.report
        if report is None:
            if not (row.closed and row.changed_at < over):
                state = ReportState.CLOSED if row.closed else LOOKED_AT
                yield _told(row, row.number, str(state), row.due_at.isoformat(), [])
        elif report.state in OPEN or report.changed_at > over:
            said = [
                {"at": one.at.isoformat(), "kind": one.kind, "text": one.text} for one in report.told_events
            ]
            yield _told(row, report.number, report.state, report.due_at.isoformat(), said)


def _told(
    row: ReportFromOutside, number: str, state: str, due: str, said: list[dict[str, Any]]
) -> tuple[str, bytes, dict[str, Any], dict[str, Any]]:
    plain = {
        "number": row.number,
        "secret": row.secret,
        "category_label": row.category_label,
        "sent_at": row.sent_at.isoformat(),
        "due_at": row.due_at.isoformat(),
    }
    facts = {
        "number": number,
        "state": state,
        "due_at": due,
        "told": said,
        "reopenings": row.reopenings,
        "notice": row.notice,
    }
    return row.key, sealing.bytes_of(row.public), plain, facts
