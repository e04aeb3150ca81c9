"""The day of a round: what changes it, and what crews say from the road."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Part, Upload, Work
from yakuba.services.fieldwork.actions import rounds_changes, rounds_visits
from yakuba.services.fieldwork.contracts import ChangeKind, VisitKind
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.models import RoundChange, RoundVersion, StopEvent
from yakuba.services.fieldwork.operations.rounds import A_PLAN, OneRoundPlan, RoundStopIn, plan_of
from yakuba.services.fieldwork.operations.rounds_crews import PLAN
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import rounds as queries

GO = "fieldwork.go_rounds"


class CrewChangeIn(OneRoundPlan):
    """A crew that is late or out today. until: when a late one can go on."""

    kind: Literal["late", "out"] = Field(description="late: 遅れている、out: 出られない")
    crew_id: int = Field(description="班の番号")
    until: str = Field("", max_length=5, description="いつから動けるか（13:30）")


class OneRoundChange(BaseModel):
    """A change."""

    round_change_id: int = Field(description="変更の番号")


class TakeChangeIn(OneRoundChange):
    """Which of its two versions."""

    kept: bool = Field(description="順番を変えない案か（いいえなら、組み直す案）")


class VisitIn(BaseModel):
    """What a crew says. key: made by the sender, so that one press that is sent twice is one event."""

    round_stop_id: int = Field(description="訪問先の番号（通し）")
    crew_id: int = Field(description="班の番号")
    kind: Literal["arrived", "done", "failed"] = Field(description="着いた、済んだ、できなかった")
    key: str = Field(min_length=8, max_length=64, description="送る側が作る印（同じ印は同じ一回）")
    reason: str = Field("", max_length=12, description="できなかったわけ")
    note: str = Field("", max_length=400, description="メモ")
    minutes: int | None = Field(None, description="かかった分")
    metres: int | None = Field(None, description="前の場所から走ったm")
    own_time: str = Field("", max_length=5, description="電波がなかったときの、班の時計の時刻（10:05）")
    photos: list[Upload] = Field(default_factory=list, max_length=4, description="写真")


class RoundChangeOut(BaseModel):
    """A change. reason: why it could not be calculated; versions: numbers of the two, the order kept first."""

    id: int
    plan: int
    kind: str
    state: str
    state_label: str
    reason: str
    versions: list[int]


class VisitEventOut(BaseModel):
    """What a crew said; at: the server's time."""

    id: int
    stop_id: int
    title: str
    crew: str
    kind: str
    at: str
    own_time: str
    reason: str
    note: str
    minutes: int | None
    metres: int | None
    photos: int


VISIT_COLUMNS = {
    "at": "日時",
    "title": "訪問先",
    "crew": "班",
    "kind": "出来事",
    "reason": "わけ",
    "minutes": "分",
}


def _change(row: RoundChange) -> dict[str, Any]:
    row.refresh_from_db()
    made = RoundVersion.objects.filter(change=row).order_by("-kept", "number")
    return {
        "id": row.pk,
        "plan": row.plan_id,
        "kind": str(row.kind),
        "state": str(row.state),
        "state_label": row.get_state_display(),
        "reason": row.reason,
        "versions": list(made.values_list("number", flat=True)),
    }


def _event(row: StopEvent) -> dict[str, Any]:
    return {
        "id": row.pk,
        "stop_id": row.stop_id,
        "title": row.stop.title,
        "crew": row.crew.name,
        "kind": str(row.kind),
        "at": row.at.isoformat(),
        "own_time": row.own_time,
        "reason": str(row.reason),
        "note": row.note,
        "minutes": row.minutes,
        "metres": row.metres,
        "photos": row.photos.count(),
    }


def _progress(row: RoundChange) -> tuple[int, int, bool]:
    work = work_of(rounds_changes.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_CHANGE = Answer(
    RoundChangeOut, _change, {"id": "番号", "state_label": "状態"}, fault=lambda facts: str(facts["reason"])
)
WORK = Work("計算", progress=_progress)


@OPERATIONS.add(
    "当日に訪問先を足す",
    PLAN,
    "POST rounds/{round_plan_id}/changes/stop",
    "rounds change-stop",
    answer=A_CHANGE,
    status=201,
    work=WORK,
)
def change_by_stop(asked: RoundStopIn, actor: Actor) -> RoundChange:
    """Reckon two ways to let one more stop into the rounds of today: the order kept, and planned anew."""
    return rounds_changes.ask(asked.round_plan_id, ChangeKind.ADD, stop=asked.given, actor=actor)


@OPERATIONS.add(
    "班の遅れか欠けで組み直す",
    PLAN,
    "POST rounds/{round_plan_id}/changes/crew",
    "rounds change-crew",
    answer=A_CHANGE,
    status=201,
    work=WORK,
)
def change_by_crew(asked: CrewChangeIn, actor: Actor) -> RoundChange:
    """Reckon two ways to go on without a crew, or with one that is late."""
    until = words.moment_of(asked.until) if asked.until else None
    return rounds_changes.ask(
        asked.round_plan_id, ChangeKind(asked.kind), crew_id=asked.crew_id, until=until, actor=actor
    )


@OPERATIONS.add(
    "当日の変更を取り入れる", PLAN, "POST changes/{round_change_id}/take", "rounds take-change", answer=A_PLAN
)
def take_change(asked: TakeChangeIn, actor: Actor) -> Any:
    """One of the two versions holds from now on; what held before stays readable."""
    return plan_of(rounds_changes.take(asked.round_change_id, asked.kept, actor=actor).plan_id)


@OPERATIONS.add(
    "当日の変更を取りやめる",
    PLAN,
    "POST changes/{round_change_id}/drop",
    "rounds drop-change",
    answer=A_CHANGE,
)
def drop_change(asked: OneRoundChange, actor: Actor) -> RoundChange:
    """Neither is taken; the plan stays as it is."""
    return rounds_changes.drop(asked.round_change_id, actor=actor)


@OPERATIONS.add(
    "巡回先で記録する",
    GO,
    "POST visits",
    "rounds visit",
    answer=Answer(VisitEventOut, _event, VISIT_COLUMNS),
    status=201,
)
def note_visit(asked: VisitIn, actor: Actor) -> StopEvent:
    """着いた, 済んだ or できなかった, with the server's time; 409 where the stop is done already. Nothing of it is changed later."""
    photos = [one.stream for one in asked.photos if one.stream is not None]
    said = rounds_visits.Said(
        VisitKind(asked.kind), asked.reason, asked.note, asked.minutes, asked.metres, asked.own_time, photos
    )
    return rounds_visits.note(asked.round_stop_id, asked.crew_id, said, asked.key, actor=actor)


class VisitsIn(OneRoundPlan, Part):
    """Of which plan."""


@OPERATIONS.add(
    "巡回の記録",
    "fieldwork.rounds",
    "GET rounds/{round_plan_id}/visits",
    "rounds visits",
    answer=Answer(list[VisitEventOut], columns=VISIT_COLUMNS),
)
def list_visits(asked: VisitsIn, actor: Actor) -> list[dict[str, Any]]:
    """What crews said of a plan's stops, in the order in which it came."""
    return [_event(row) for row in asked.of(queries.events_of(plan_of(asked.round_plan_id)))]
