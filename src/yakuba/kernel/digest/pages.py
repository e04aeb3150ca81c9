"""失敗のまとめ: a day's failures, each once, with what to press."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required
from yakuba.kernel.digest import collecting, queries
from yakuba.kernel.digest.models import Entry
from yakuba.kernel.ui.doors import may_open


@permission_required("digest.view")
def day(request: HttpRequest) -> HttpResponse:
    """`?day=2026-11-28`, else yesterday's. What the person may not open is counted and not told."""
    today = timezone.localdate()
    asked = _day_of(request.GET.get("day", "")) or today - timedelta(days=1)
    collecting.collect_work()  # what has failed since the worker's last look, and where no worker looks
    shown, hidden = _shown(request.user, queries.of_day(asked))
    left, hidden_left = _shown(request.user, queries.left_from_before(asked))
    context = {
        "day": asked,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1) if asked < today else None,
        "today": today,
        "open": [one for one in shown if not one["ended"]],
        "ended": [one for one in shown if one["ended"]],
        "left": left,
        "hidden": hidden + hidden_left,
    }
    return render(request, "digest/day.html", context)


def _day_of(text: str) -> date | None:
    try:
        return min(date.fromisoformat(text), timezone.localdate())
    except ValueError:
        return None


def _shown(user: Any, rows: Any) -> tuple[list[dict[str, Any]], int]:
    known, entries = queries.labels(), list(rows)
    mine = [one for one in entries if may_open(user, one.url) and (not one.needs or allowed(user, one.needs))]
    return [_row(entry, known) for entry in mine], len(entries) - len(mine)


def _row(entry: Entry, known: dict[str, str]) -> dict[str, Any]:
    """As `ui/failure.html` takes it; what has ended needs nothing to be pressed."""
    return {
        "title": f"{known.get(entry.part, entry.part)}：{entry.title}",
        "reason": entry.reason,
        "url": "" if entry.ended_at else entry.url,
        "action_label": entry.action_label,
        "when": entry.failed_at,
        "ended": entry.ended_at,
    }
