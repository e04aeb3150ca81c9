"""At the station: how the handed rows stand is told to the sender, again and again until it has read it; then the copies go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.storage import content_of, remove
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import erasing as ledger_erasing
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import ERASED
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.townsettings.reading import value
from yakuba.services.robots.actions import untold
from yakuba.services.robots.actions.rows import IN_TARGET
from yakuba.services.robots.actions.stations.files import LARGEST_PICTURE
from yakuba.services.robots.contracts import EvidenceKind, Lane, Problem, ProblemKind, RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.engine.stationfile import (
    LONGEST_NUMBER,
    LONGEST_SENTENCE,
    MOST_NUMBERS,
    Results,
    Told,
)
from yakuba.services.robots.models import HandedRow, Row, RowPicture, Run, RunState, Station

MOST_PICTURES = 300  # of a file; the rest stays at the station
MOST_PICTURE_BYTES = 200_000_000  # of a file, which may have `files.LARGEST`
NUMBER_IS_GONE = (
    "端末はこの受付をもう登録しましたが、登録番号の写しは日数が過ぎて消してあります。基幹システムで登録番号を確かめ、"
    "その番号で「登録されている」を選んでください。"
)
NO_NUMBER = (
    f"端末は登録しましたが、読み取った登録番号が{LONGEST_NUMBER}文字を超えています。基幹システムで登録番号を確かめ、その番号で"
    "「登録されている」を選んでください。シナリオの、登録番号を読む場所も確かめてください。"
)
SHOWN = frozenset({RowState.UNDECIDED, RowState.FAILED})  # of these the sender gets the last picture
KEPT_DAYS = "robots.station_days"
AT_ONCE = 200  # cases that are erased in one transaction
Pictures = list[tuple[str, bytes]]


def results_of(station: Station) -> tuple[Results, Pictures]:
    """All that the sender is not known to have read, and the pictures that belong to it. Notes what file `station.sent` tells;
    call in the transaction that gives it its number."""
    handed = HandedRow.objects.filter(sender=station, over_at=None, acknowledged_at=None)
    rows: list[Told] = []
    pictures: Pictures = []
    for one in handed.select_related("row__case").order_by("pk"):
        told = _told(one)
        if told.state not in OPEN:
            if one.reported is None:
                HandedRow.objects.filter(pk=one.pk).update(reported=station.sent)
            if told.state in SHOWN and one.row is not None and len(pictures) < MOST_PICTURES:
                told = _with_picture(told, one.row, pictures)
        rows.append(told)
    refused = {mark: said["refused"][:LONGEST_SENTENCE] for mark, said in station.told.items()}
    return Results(tuple(rows), refused, _standing(station)), pictures


def tell_again(row: Row) -> None:
    """Something is known of a handed row that the sender has not read, although it has read how it ended."""
    HandedRow.objects.filter(row=row, over_at=None).update(reported=None, acknowledged_at=None)
    untold.touch(row.run.came_from_id)


def _told(one: HandedRow) -> Told:
    row = one.row
    if row is None:
        problem = Problem(ProblemKind.VALUE, one.refused[:LONGEST_SENTENCE])
        return Told(one.parcel, one.number, one.turn, RowState.FAILED, problem=problem)
    if said := _to_person(one, row):
        number = [row.target_number[:LONGEST_NUMBER]] if row.target_number else []
        found = {"at": row.changed_at.isoformat(), "numbers": number, "problem": ""}
        problem = Problem(ProblemKind.MISMATCH, said[:LONGEST_SENTENCE])
        return Told(one.parcel, one.number, one.turn, RowState.UNDECIDED, problem=problem, look_up=found)
    return Told(
        one.parcel,
        one.number,
        one.turn,
        row.row_state,
        row.target_number[:LONGEST_NUMBER],
        _short(row.stated_problem),
        dict(row.seconds),
        row.attempts,
        Lane(row.lane) if row.lane else None,
        _short_look_up(row.look_up),
    )


def _short_look_up(found: dict[str, Any] | None) -> dict[str, Any] | None:
    """As much of the target's answer as a file may hold: one that holds more is refused whole."""
    if not found:
        return None
    numbers = [str(one)[:LONGEST_NUMBER] for one in found.get("numbers", [])[:MOST_NUMBERS]]
    return {
        "at": str(found.get("at", ""))[:40] or timezone.now().isoformat(),
        "numbers": numbers,
        "problem": str(found.get("problem", ""))[:LONGEST_SENTENCE],
    }


def _to_person(one: HandedRow, row: Row) -> str:
    """Why a person has to look at a row although it is in; empty where nobody has to."""
    if one.refused:
        return one.refused
    if row.row_state not in IN_TARGET:
        return ""
    if len(row.target_number) > LONGEST_NUMBER:
        return NO_NUMBER
    gone = not row.target_number and row.case.receipt_number.startswith(ERASED)
    return NUMBER_IS_GONE if gone else ""


def _short(problem: Problem | None) -> Problem | None:
    if problem is None:
        return None
    texts = {
        name: getattr(problem, name)[:LONGEST_SENTENCE] for name in ("message", "field", "where", "expected")
    }
    similar = tuple(one[:LONGEST_SENTENCE] for one in problem.similar[:20])
    return replace(problem, similar=similar, **texts)


def _with_picture(told: Told, row: Row, pictures: Pictures) -> Told:
    shown = RowPicture.objects.filter(row=row).exclude(kind=EvidenceKind.RECEIVED.value)
    last = shown.select_related("file").order_by("-pk").first()
    room = MOST_PICTURE_BYTES - sum(len(content) for _, content in pictures)
    if last is None or last.file.size > min(LARGEST_PICTURE, room):
        return told
    try:
        content = content_of(last.file)
    except FileNotFoundError:  # its time was over
        return told
    pictures.append((last.file.media_type, content))
    return replace(told, picture=len(pictures) - 1)


def _standing(station: Station) -> dict[str, str]:
    """Why runs of the sender stand still."""
    found = {}
    for run in Run.objects.filter(came_from=station, state__in=[RunState.HALTED, RunState.PAUSED]):
        problem = run.stated_problem
        sentence = (problem.message if problem else "") or run.ending_label or run.get_state_display()
        found[run.parcel] = sentence[:LONGEST_SENTENCE]
    return found


def erase_what_is_over() -> int:
    """Let the copies of cases go whose results the sender has read and of which it wants nothing more, after the town's days. Their
    originals, and what keeps them, are the sender's. How many."""
    before = timezone.now() - timedelta(days=int(value(KEPT_DAYS)))
    over = HandedRow.objects.filter(over_at__lt=before, row__isnull=False).exclude(
        row__case__receipt_number__startswith=ERASED
    )
    cases = sorted(set(over.values_list("row__case", flat=True)[:AT_ONCE]))
    open_still = set(
        HandedRow.objects.filter(row__case__in=cases, over_at=None).values_list("row__case", flat=True)
    )
    at_work = set(
        Row.objects.filter(case__in=cases, state__in=[one.value for one in OPEN]).values_list(
            "case", flat=True
        )
    )
    due = [case for case in cases if case not in open_still | at_work]
    if due:
        _erase(due)
    HandedRow.objects.filter(over_at__lt=before).exclude(refused="").update(refused="")
    return len(due)


def _erase(cases: list[int]) -> None:
    with transaction.atomic():
        Row.objects.filter(case__in=cases).update(holds_case=False)
        for case in Case.objects.filter(pk__in=cases).exclude(status__in=ledger_erasing.OVER):
            if case.status in (Status.ENTERING, Status.UNDECIDED):
                ledger.move(case, Status.READY, reason="渡した設備で続きを扱う")
            ledger.move(case, Status.WITHDRAWN, reason="渡した設備で続きを扱うため、端末の写しを閉じた")
        remove(*ledger_erasing.erase(cases))
        record("robots.station_erased", cases=len(cases))
