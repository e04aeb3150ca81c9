"""What the pages show, calculated from all parts: one part at a time is in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.files import temporary
from yakuba.kernel.jobs import enqueue, in_each_town
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.contracts import DAY, MINUTE
from yakuba.services.worklogs.engine import candidates, measures
from yakuba.services.worklogs.engine.tally import Tally
from yakuba.services.worklogs.models import Candidate, LogPart, Prepared

JOB = "worklogs.prepare"
KEY = "prepare"
LEAST_TIMES = 5  # a routine has to happen, however few the events are

Told = Callable[[int, int, str], None]
Part = tuple[tuple[int, int], Path]


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
    tally = Tally(rules.rules)
    with temporary.folder("worklogs") as folder:
        parts = [
            ((row.bucket, row.month), queries.write_out(row, folder / f"{row.month}-{row.bucket}.parquet"))
            for row in rows
        ]
        steps = 4 * len(parts)
        con = shelf.engine(folder)
        for at, (key, path) in enumerate(parts, start=1):
            told(at, steps, "時間の集計")
            timed = measures.timed(shelf.opened(con, path), pause)
            tally.add(key[1], {name: measures.measured(timed, name) for name in measures.MEASURES})
        con.disconnect()
        found = _routines(parts, pause, tally, told)
    facts = tally.facts() | {
        "pause": pause // MINUTE,
        "rules": rules.version,
        "months": sorted({row.month for row in rows}),
    }
    with transaction.atomic():
        Prepared.objects.update_or_create(defaults={"content": facts, "made_at": timezone.now()})
        _keep(found)


def _routines(parts: Sequence[Part], pause: int, tally: Tally, told: Told) -> list[dict[str, Any]]:
    import numpy as np

    from yakuba.services.worklogs.engine import repeating

    steps = np.array(sorted(tally.steps), np.int64)
    events = sum(int(row[2]) for row in tally.facts()["applications"])
    support = max(LEAST_TIMES, events // 20_000)

    def stretch(path: Path, names: Sequence[str] = ()) -> tuple[Any, Mapping[str, Any]]:
        columns = shelf.columns_of(path, ("machine", "gap_before", "step", *names))
        codes = np.searchsorted(steps, columns["step"]).astype(np.int32)
        sessions = repeating.sessions_of(columns["machine"], columns["gap_before"], pause)
        return repeating.Stretch(codes, sessions), columns

    counting, total = repeating.Counting(support), 4 * len(parts)
    sample: list[Any] = []
    sampled = 0
    for at, (_, path) in enumerate(parts, start=1):
        told(len(parts) + at, total, "くり返しを数える")
        found, _ = stretch(path)
        counting.count(found)
        if sampled < repeating.SAMPLE:
            sample.append(found)
            sampled += len(found)
    for at, (_, path) in enumerate(parts, start=1):
        told(2 * len(parts) + at, total, "くり返しを調べる")
        counting.learn(stretch(path)[0])
    if not sample:
        return []
    together = repeating.put_together(sample)
    share = max(1, events) / max(1, sampled)
    chosen = repeating.choose(
        counting.frequent(),
        together,
        max(LEAST_TIMES, round(support / share)),
        lambda: told(3 * len(parts), total, "くり返しを選ぶ"),
    )
    seen = [candidates.Seen(tuple(int(steps[code]) for code in run)) for run in chosen]
    for at, (key, path) in enumerate(parts, start=1):
        told(3 * len(parts) + at, total, "くり返しを集める")
        found, columns = stretch(path, ("at", "person"))
        for one, where in zip(seen, repeating.matched(chosen, found), strict=True):
            candidates.add_occurrences(one, key, where.spans, len(where.events), columns, DAY)
    return candidates.ranked(seen, repeating.groups(chosen), tally.steps)


def _keep(found: Sequence[dict[str, Any]]) -> None:
    """The candidates as they are now; what somebody decided of one stays with it."""
    known = list(Candidate.objects.select_for_update().order_by("pk"))
    Candidate.objects.update(current=False)
    for one in found:
        row = next((old for old in known if candidates.is_known(old.steps, one["steps"])), None)
        if row is None:
            row = Candidate()
        else:
            known.remove(row)
        for name in ("title", "times", "minutes", "regularity", "score", "steps"):
            setattr(row, name, one[name])
        row.content = {name: one[name] for name in ("people", "days", "transfers", "variants")}
        row.current = True
        row.save()
    Candidate.objects.filter(current=False, state=Candidate.State.FOUND).delete()
