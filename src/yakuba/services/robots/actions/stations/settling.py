"""At the sender: what a station tells of its rows moves them by the table, and what is told too late is held against what a
person has decided."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.by_hand import alike, own_number
from yakuba.kernel.refusals import Conflict, attempt
from yakuba.services.robots.actions import untold
from yakuba.services.robots.actions.rows import IN_TARGET, arrive, keep_picture
from yakuba.services.robots.actions.stations.files import Came
from yakuba.services.robots.actions.stations.handing import go, locked
from yakuba.services.robots.actions.stations.taking import held
from yakuba.services.robots.contracts import Ending, EvidenceKind, Problem, ProblemKind, RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.engine.stationfile import Told, results_from
from yakuba.services.robots.models import (
    IN_WORDS,
    Row,
    RowEvent,
    Run,
    RunState,
    Station,
    stored_problem,
)

PICTURE_TYPES = ("image/png", "image/jpeg", IN_WORDS)
MOST_TOLD = 50  # sentences of a file


@dataclass
class Settled:
    """What a file of results brought: how many rows have ended by it, how many contradict what was decided, and a sentence for
    each row that could not be taken."""

    ended: int = 0
    contradictions: int = 0
    sentences: list[str] = field(default_factory=list)


def settle(came: Came) -> Settled:
    """Take the newest results of a station; the same again does nothing. Each row is one transaction, so that a death in the
    middle loses none and the next look goes on. Raises Invalid for a file that is not as it should be, and Overtaken."""
    results = results_from(came.told)
    done = Settled()
    # Those that are away first: a case that has been handed over again may be entered under its newer mark.
    for told in sorted(results.rows, key=lambda one: not _is_away(came.station, one)):
        _, refusal = attempt(_settle_row, came, told, done)
        if refusal is not None and len(done.sentences) < MOST_TOLD:
            done.sentences.append(str(refusal))
    counts: dict[str, Counter[str]] = {}
    for told in results.rows:
        counts.setdefault(told.parcel, Counter())[told.state.value] += 1
    with transaction.atomic():
        station = held(came)
        station.told = {
            mark: {
                "refused": results.refused.get(mark, ""),
                "standing": results.standing.get(mark, ""),
                "counts": dict(counts.get(mark, {})),
            }
            for mark in {*results.refused, *results.standing, *counts}
        }
        station.save()
        untold.touch(station.pk)  # it may let go what we have
    return done


def _is_away(station: Station, told: Told) -> bool:
    found = Row.objects.filter(run__away_at=station, run__parcel=told.parcel, number=told.number)
    return found.filter(state=RowState.WAITING.value, run__state=RunState.AWAY).exists()


@transaction.atomic
def _settle_row(came: Came, told: Told, done: Settled) -> None:
    """Raises Conflict for a row that this installation does not know so, and Overtaken."""
    station = held(came)
    run = Run.objects.filter(away_at=station, parcel=told.parcel).first()
    if run is None:
        raise Conflict(
            f"「{station}」が、この設備の知らない小包の{told.number}行目について知らせてきました。控えから戻したあとなら、"
            "端末の画面で受付番号を確かめてください。"
        )
    run = locked(run)
    rows = Row.objects.select_for_update(of=("self",)).select_related("case__procedure", "run")
    row = rows.filter(run=run, number=told.number).first()
    if row is None or told.turn > row.turn:
        raise Conflict(
            f"実行{run.pk}の小包に{told.number}行目（{told.turn}度目）はありません。この行は取り込んでいません。"
        )
    if told.turn < row.turn or told.state in OPEN:
        return
    if row.row_state is RowState.WAITING and run.state == RunState.AWAY:
        _end(row, told, came)
        _close(run)
        done.ended += 1
    elif _contradict(row, told, came):
        done.contradictions += 1


def _end(row: Row, told: Told, came: Came) -> None:
    """As the station says; a number that is another case's is not believed, and goes to a person."""
    state, problem, number = told.state, told.problem, told.target_number
    if state in IN_TARGET and number:
        own, refusal = attempt(own_number, row.case, number)
        if own is None:
            state, number = RowState.UNDECIDED, ""
            sentence = f"別の端末は登録番号 {told.target_number} で登録したと知らせました。{refusal}"
            problem = Problem(ProblemKind.SEVERAL_FOUND, sentence)
    if (state in IN_TARGET and row.run.dry_run) or (state is RowState.REHEARSED and not row.run.dry_run):
        raise Conflict(f"{row}：試行と本番が、知らされた結果と合いません。この行は取り込んでいません。")
    go(row, state)
    row.problem, row.target_number = stored_problem(problem), number
    row.seconds, row.attempts = dict(told.seconds), told.attempts
    row.lane, row.look_up = (
        (told.lane.value if told.lane else ""),
        (dict(told.look_up) if told.look_up else None),
    )
    _keep_picture(row, told, came)
    arrive(row)


def _close(run: Run) -> None:
    if not Row.objects.filter(run=run, state=RowState.WAITING.value).exists():
        run.state, run.ending, run.ended_at = RunState.DONE, Ending.FINISHED.value, timezone.now()
        run.save()


def _contradict(row: Row, told: Told, came: Came) -> bool:
    """A row that is not awaited any more. Whether what is told contradicts what stands here; nothing is overwritten."""
    if row.row_state is RowState.UNDECIDED and row.holds_case:
        _show_to_person(row, told, came)
        return False
    if told.state not in IN_TARGET or row.run.dry_run:
        return False
    case = row.case
    if case.is_entered and (not told.target_number or told.target_number in alike(case.target_number)):
        return False
    here = f"登録番号 {case.target_number}" if case.is_entered else f"「{case.get_status_display()}」"
    sentence = (
        f"別の端末「{came.station}」は、この申請を登録番号 {told.target_number or '（なし）'} で登録したと知らせました。"
        f"こちらの記録は{here}です。二重に登録されていないか、基幹システムで確かめてください。"
    )
    if row.contradiction == sentence or RowEvent.objects.filter(row=row, message=sentence).exists():
        return False  # it was told, and perhaps looked into
    row.contradiction, row.contradicted_at = sentence, timezone.now()
    row.save()
    RowEvent.objects.create(row=row, state=row.state, message=sentence)
    record("robots.station_contradicted", subject=f"case:{case.pk}", run=row.run_id, row=row.number)
    return True


def _show_to_person(row: Row, told: Told, came: Came) -> None:
    """The row waits for a person: what the station says is what a look-up would say."""
    if told.state is RowState.UNDECIDED:
        look_up = dict(told.look_up) if told.look_up else None
    else:
        entered = told.state in IN_TARGET
        said = "" if entered else f"別の端末は登録していません（{told.state.label}）。"
        numbers = [told.target_number] if entered and told.target_number else []
        look_up = {"at": came.made_at.isoformat(), "numbers": numbers, "problem": said}
    before = row.look_up or {}
    if look_up is None or {**look_up, "at": ""} == {**before, "at": ""}:
        return
    if _at(before) > _at(look_up):
        return  # a person has asked since
    row.look_up = look_up
    _keep_picture(row, told, came)
    row.save()


def _at(look_up: dict[str, object]) -> datetime:
    stated = str(look_up.get("at") or "")
    try:
        return datetime.fromisoformat(stated)
    except ValueError:
        return datetime.min.replace(tzinfo=timezone.get_current_timezone())


def _keep_picture(row: Row, told: Told, came: Came) -> None:
    if told.picture is None or told.picture >= len(came.pictures):
        return
    media_type, content = came.pictures[told.picture]
    if media_type in PICTURE_TYPES and content:
        keep_picture(row, EvidenceKind.TROUBLE.value, content, media_type, came.made_at)


@transaction.atomic
def looked_into(row: Row, *, actor: Actor) -> Row:
    """A person has looked into a contradiction, and put right what there was to put right. Raises Conflict for none."""
    found = Row.objects.select_for_update(of=("self",)).select_related("run", "case").get(pk=row.pk)
    if not found.contradiction:
        raise Conflict("この行に、確かめる食い違いはありません。ほかの職員が先に確かめたかもしれません。")
    found.contradiction, found.contradicted_at = "", None
    found.save()
    RowEvent.objects.create(row=found, state=found.state, message="食い違いを確かめた", user=actor)
    return found
