"""What the pages show, calculated from all parts: one part at a time is in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.files import temporary
from yakuba.kernel.jobs import enqueue, in_each_town
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.adapters import calculating
from yakuba.services.worklogs.contracts import MINUTE
from yakuba.services.worklogs.engine import candidates
from yakuba.services.worklogs.models import Candidate, LogPart, Prepared

JOB = "worklogs.prepare"
KEY = "prepare"

Told = Callable[[int, int, str], None]


def ask() -> None:
    """Let a worker calculate anew."""
    enqueue(JOB, key=KEY)


def look_everywhere() -> None:
    """Where events have gone since, because their days are over, what the pages show goes too."""
    in_each_town("the figures of the operation logs", _look)


def _look() -> None:
    if not queries.is_up_to_date():
        ask()


def work(told: Told) -> None:
    """Calculate what the pages show and which routines there are, and put both in the place of what was there."""
    rows = list(LogPart.objects.select_related("file").order_by("month", "bucket"))
    pause = queries.pause_minutes() * MINUTE
    rules = queries.rules()
    with temporary.folder("worklogs") as folder:
        parts = [
            ((row.bucket, row.month), queries.write_out(row, folder / f"{row.month}-{row.bucket}.parquet"))
            for row in rows
        ]
        tally = calculating.figures(parts, pause, rules.rules, folder, told)
        found = calculating.routines(parts, pause, tally, folder, told)
    facts = tally.facts() | {
        "pause": pause // MINUTE,
        "rules": rules.version,
        "months": sorted({row.month for row in rows}),
    }
    with transaction.atomic():
        Prepared.objects.update_or_create(defaults={"content": facts, "made_at": timezone.now()})
        _keep(found)


def _keep(found: Sequence[dict[str, Any]]) -> None:
    """The candidates as they are now; what somebody decided of one stays with it."""
    known = list(Candidate.objects.select_for_update().order_by("pk"))
    Candidate.objects.update(current=False)
    pairs = sorted(
        (
            (candidates.likeness(old.steps, one["steps"]), -at, -nth)
            for nth, one in enumerate(found)
            for at, old in enumerate(known)
        ),
        reverse=True,
    )
    same: dict[
        int, int
    ] = {}  # of two that are alike, the one that is more so is the one that was found before
    for share, at, nth in pairs:
        if share >= candidates.ALIKE and -nth not in same and -at not in same.values():
            same[-nth] = -at
    for nth, one in enumerate(found):
        row = known[same[nth]] if nth in same else Candidate()
        for name in ("title", "times", "minutes", "regularity", "score", "steps"):
            setattr(row, name, one[name])
        row.content = {name: one[name] for name in ("people", "days", "transfers", "variants")}
        row.current = True
        row.save()
    Candidate.objects.filter(current=False, state=Candidate.State.FOUND).delete()
