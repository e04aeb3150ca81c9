"""Reads of the room, always of the active municipality."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db.models import Max, Min, QuerySet, Sum
from django.urls import reverse

from yakuba.kernel.accounts import allowed
from yakuba.kernel.files import temporary
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.jobs.work import Work, work_of
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.refusals import attempt
from yakuba.kernel.registry import CheckResult, Failure, QueueState, RunningWork, queued
from yakuba.kernel.townsettings import value
from yakuba.services.worklogs.adapters import shelf
from yakuba.services.worklogs.contracts import ProcessHours
from yakuba.services.worklogs.engine.moments import moment_of
from yakuba.services.worklogs.engine.rules import Rule, read_rules
from yakuba.services.worklogs.engine.tally import FEW
from yakuba.services.worklogs.models import (
    ActivityRules,
    Candidate,
    LogImport,
    LogPart,
    Prepared,
    Subject,
)

MOST_ROWS = 500  # of one occurrence
PREPARE = ("worklogs.prepare", "prepare")


@dataclass(frozen=True)
class Rules:
    """The rules in force. version 0: there are none. fault: why they can no longer be read."""

    version: int = 0
    text: str = ""
    rules: tuple[Rule, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class Overview:
    """What was calculated. facts: `engine.tally.Tally.facts`, and pause, rules, months; empty before the first time."""

    facts: dict[str, Any]
    made_at: datetime | None = None

    def rows(self, name: str) -> list[Any]:
        """A table of it."""
        return list(self.facts.get(name, []))


def latest_rules() -> ActivityRules | None:
    """The newest version."""
    row: ActivityRules | None = ActivityRules.objects.order_by("-version").first()
    return row


def rules() -> Rules:
    """The rules that hold. A procedure that is gone spoils none of the others' figures: nothing is named then, and the
    self-check says why."""
    row = latest_rules()
    if row is None:
        return Rules()
    read, unfit = attempt(read_rules, row.text, procedure_codes())
    return Rules(row.version, row.text, read or (), str(unfit or ""))


def procedure_codes() -> list[str]:
    """The procedures that a rule may name."""
    return list(Procedure.objects.order_by("code").values_list("code", flat=True))


def field_labels(receipt_number: str) -> list[str]:
    """The labels of the fields of that case's procedure, the longest first; none where there is no such case."""
    case = Case.objects.select_related("procedure").filter(receipt_number=receipt_number.strip()).first()
    labels = [one.label for one in case.procedure.definition.fields] if case else []
    return sorted(labels, key=len, reverse=True)


def overview() -> Overview:
    """What the pages show."""
    row = Prepared.objects.first()
    return Overview(row.content, row.made_at) if row else Overview({})


def preparing() -> Work:
    """How far the calculation is."""
    return work_of(*PREPARE)


def hours_by_process() -> list[ProcessHours]:
    """Measured time by activity and procedure, of what the rules name; the most first."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    events: dict[tuple[str, str], int] = {}
    for activity, procedure, month, minutes, number in overview().rows("activities"):
        if activity:
            key = activity, procedure
            day = date(month // 100, month % 100, 1).isoformat()
            found.setdefault(key, {})[day] = minutes
            events[key] = events.get(key, 0) + number
    rows = [
        ProcessHours(*key, round(sum(months.values()), 1), events[key], months)
        for key, months in found.items()
    ]
    return sorted(rows, key=lambda one: (-one.minutes, one.activity))


def imports() -> QuerySet[Any]:
    """What was handed in, the newest first."""
    return LogImport.objects.select_related("created_by").order_by("-pk")


def candidates() -> QuerySet[Any]:
    """What robots might do, by hours × regularity; what was decided stays, even where it is not found any more."""
    return Candidate.objects.order_by("-current", "-score", "pk")


def may_see_rows(user: Any, candidate: Candidate) -> bool:
    """Whether the moments at which a routine was done, and the rows of each, are for this person: what few people did tells
    how one of them works."""
    return int(candidate.content["people"]) >= FEW or allowed(user, "worklogs.people")


def marks(kind: Subject.Kind, numbers: set[int]) -> dict[int, Subject]:
    """The pseudonyms with these numbers."""
    return {row.number: row for row in Subject.objects.filter(kind=kind, number__in=numbers)}


def kept() -> dict[str, Any]:
    """How much is kept, of when, and until when."""
    found: dict[str, Any] = LogPart.objects.aggregate(
        events=Sum("events"), first=Min("month"), last=Max("month"), ends=Min("ends_at")
    )
    return found


def write_out(part: LogPart, path: Path) -> Path:
    """The part as a Parquet file, in a folder that goes with the work."""
    with path.open("wb") as file:
        for piece in pieces_of(part.file):
            file.write(piece)
    return path


def evidence(occurrence: list[int]) -> list[dict[str, Any]]:
    """The rows of an occurrence: bucket, month, PC, first and last moment. Empty where the days of its month are over."""
    bucket, month, machine, first, last = occurrence
    part = LogPart.objects.select_related("file").filter(bucket=bucket, month=month).first()
    if part is None:
        return []
    with temporary.folder("worklogs") as folder:
        path = write_out(part, folder / "part.parquet")
        rows = shelf.rows_between(path, machine, first, last, MOST_ROWS)
    return [{**row, "moment": moment_of(row["at"])} for row in rows]


def waiting(user: Any) -> QueueState:
    """Candidates that nobody has decided about."""
    rows = Candidate.objects.filter(current=True, state=Candidate.State.FOUND)
    return queued(rows, "found_at", reverse("worklogs:candidates"), "候補を見る")


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """Logs that could not be taken in."""
    if not allowed(user, "worklogs.load"):
        return []
    rows = LogImport.objects.filter(state=LogImport.State.FAILED).order_by("-pk")[:most]
    return [
        Failure(
            f"操作ログ「{row.name}」を取り込めませんでした",
            row.reason.splitlines()[0] if row.reason else "",
            reverse("worklogs:import", args=[row.pk]),
            "理由を見る",
            row.created_at,
        )
        for row in rows
    ]


def running(user: Any) -> list[RunningWork]:
    """Logs that are being read."""
    if not allowed(user, "worklogs.view"):
        return []
    rows = LogImport.objects.filter(state=LogImport.State.WAITING).order_by("pk")
    return [
        work_of("worklogs.take_in", row.job_key).on_home(
            f"操作ログ「{row.name}」の取り込み", reverse("worklogs:import", args=[row.pk])
        )
        for row in rows
    ]


def is_up_to_date() -> bool:
    """Whether what the pages show is of the events that are kept, by the rules and the pause of now, or is being
    calculated."""
    facts, stored = overview().facts, kept()["events"] or 0
    same = stored == facts.get("events", 0)
    if same and stored:
        latest = latest_rules()
        same = (facts["rules"], facts["pause"]) == (latest.version if latest else 0, pause_minutes())
    return same or preparing().is_live


def self_check() -> list[CheckResult]:
    """Whether the rules can be read, and whether what the pages show is of what is kept."""
    now, same = rules(), is_up_to_date()
    return [
        CheckResult(
            "作業の決まり",
            not now.fault,
            f"作業の決まりを読めないので、作業の名前がつきません。直してください。{now.fault}"
            if now.fault
            else "",
        ),
        CheckResult(
            "操作ログの集計",
            same,
            "" if same else "集計が、いま置いてある操作ログと合いません。「計算し直す」を押してください。",
        ),
    ]


def pause_minutes() -> int:
    """Minutes without an event that end a session."""
    return int(value("worklogs.pause"))
