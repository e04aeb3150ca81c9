"""Plans of rounds: their stops, how they are reckoned, given out and taken along."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from io import BytesIO
from typing import Any, Literal

from django.utils import timezone
from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Upload, Work, finding
from yakuba.kernel.tables import files
from yakuba.services.fieldwork.actions import rounds_plans
from yakuba.services.fieldwork.contracts import StopKind
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.entries import GivenStop
from yakuba.services.fieldwork.models import RoundPlan, RoundStop, RoundVersion
from yakuba.services.fieldwork.operations.rounds_crews import LARGEST_TABLE, PLAN, VIEW, RoundsLoadedOut
from yakuba.services.fieldwork.operations.table import OPERATIONS
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_figures, rounds_telling

GEOJSON = "application/geo+json; charset=utf-8"


class RoundPlansIn(Part):
    """Which plans."""

    text: str = Field("", max_length=80, description="名前にこの語があるものだけ")


class OneRoundPlan(BaseModel):
    """A plan."""

    round_plan_id: int = Field(description="巡回計画の番号")


class RoundPlanIn(BaseModel):
    """A new plan."""

    title: str = Field(max_length=80, description="計画の名前")
    first_day: date = Field(description="始めの日（2026-12-01）")
    days: int = Field(1, description="日数（1〜7）")
    crews: list[int] = Field(min_length=1, max_length=60, description="班の番号")


class PlanCrewsIn(OneRoundPlan):
    """Which crews a plan may send."""

    crews: list[int] = Field(min_length=1, max_length=60, description="班の番号")


class RoundStopIn(OneRoundPlan):
    """One more stop."""

    title: str = Field(max_length=100, description="件名")
    latitude: float = Field(description="緯度")
    longitude: float = Field(description="経度")
    kind: Literal["report", "trap", "table", "hand"] = Field("hand", description="種類")
    ref: str = Field("", max_length=40, description="もとの番号")
    minutes: int = Field(15, description="作業の分")
    load: int = Field(0, description="量")
    skills: str = Field("", max_length=400, description="要る技能")
    priority: int = Field(2, description="優先（1 急ぐ、2 ふつう、3 後でもよい）")
    windows: str = Field("", max_length=200, description="始めてよい時間帯（9:00-12:00、13:00-15:00）")
    days: str = Field("", max_length=120, description="行ってよい日")

    @property
    def given(self) -> GivenStop:
        """As the action takes it."""
        fields = self.model_dump(exclude={"round_plan_id", "kind"})
        return GivenStop(
            **{name: fields[name] for name in GivenStop.__dataclass_fields__ if name in fields},
            kind=StopKind(self.kind),
        )


class OneRoundStop(OneRoundPlan):
    """A stop of a plan."""

    round_stop_id: int = Field(description="訪問先の番号（通し）")


class RoundStopTableIn(OneRoundPlan):
    """Stops as a table."""

    file: Upload = Field(description="訪問先の表（CSV、Excel。件名、緯度、経度のほかは空でよい）")


class RoundsOutIn(OneRoundPlan):
    """In which form."""

    form: Literal["xlsx", "utf-8", "cp932", "json", "geojson"] = Field("utf-8", description="書き出す形")


class PlannedVisitOut(BaseModel):
    """A visit; times of the day."""

    place: int
    stop_id: int
    kind: str
    ref: str
    title: str
    arrival: str
    begin: str
    end: str
    metres: int


class CrewRoundOut(BaseModel):
    """A round."""

    crew: str
    day: str
    leave: str
    back: str
    rests: str
    metres: int
    minutes: int
    visits: list[PlannedVisitOut]


class LeftStopOut(BaseModel):
    """A stop in no round."""

    stop_id: int
    title: str
    reason: str
    remedy: str


class RoundPlanOut(BaseModel):
    """A plan with the version that holds. reason: why it could not be calculated."""

    id: int
    title: str
    first_day: str
    days: int
    state: str
    state_label: str
    reason: str
    stops: int
    version: int | None
    metres: int | None
    basis: str
    warnings: list[str]
    rounds: list[CrewRoundOut]
    left: list[LeftStopOut]


class PlannedStopOut(BaseModel):
    """A stop of a plan."""

    id: int
    number: int
    title: str


class RoundKindOut(BaseModel):
    """Of one kind of stop; minutes are medians."""

    kind: str
    done: int
    failed: int
    timed: int
    planned: float | None
    spent: float | None


class RoundFiguresOut(BaseModel):
    """Of the rounds of a year."""

    plans: int
    stops: int
    days: int
    kilometres: float
    kinds: list[RoundKindOut]
    factor: float | None
    driven: int
    used: float


PLAN_COLUMNS = {
    "id": "番号",
    "title": "名前",
    "first_day": "始めの日",
    "state_label": "状態",
    "stops": "訪問先",
}


def plan_facts(row: RoundPlan) -> dict[str, Any]:
    """As a program sees it."""
    version = queries.current(row)
    return {
        "id": row.pk,
        "title": row.title,
        "first_day": row.first_day.isoformat(),
        "days": row.days,
        "state": str(row.state),
        "state_label": row.get_state_display(),
        "reason": row.reason,
        "stops": len(queries.stops_of(row)),
        "version": version and version.number,
        "metres": version and version.metres,
        "basis": version.basis if version else "",
        "warnings": version.warnings.splitlines() if version else [],
        "rounds": _rounds(row, version) if version else [],
        "left": [
            {"stop_id": one.stop.pk, "title": one.stop.title, "reason": one.why, "remedy": one.remedy}
            for one in (rounds_telling.left_of(version) if version else [])
        ],
    }


def _rounds(plan: RoundPlan, version: RoundVersion) -> list[dict[str, Any]]:
    return [
        {
            "crew": row.crew.name,
            "day": plan.dates[row.day].isoformat(),
            "leave": words.shown(row.leave, row.day),
            "back": words.shown(row.back, row.day),
            "rests": row.rests,
            "metres": row.metres,
            "minutes": row.seconds // 60,
            "visits": [
                {
                    "place": one.place,
                    "stop_id": one.stop_id,
                    "kind": one.stop.kind,
                    "ref": one.stop.ref,
                    "title": one.stop.title,
                    "arrival": words.shown(one.arrival, row.day),
                    "begin": words.shown(one.begin, row.day),
                    "end": words.shown(one.end, row.day),
                    "metres": one.metres,
                }
                for one in row.listed
            ],
        }
        for row in queries.rounds_of(version)
    ]


A_PLAN = Answer(RoundPlanOut, plan_facts, PLAN_COLUMNS)


A_STOP = Answer(PlannedStopOut, lambda row: {"id": row.pk, "number": row.number, "title": row.title})


def plan_of(round_plan_id: int) -> RoundPlan:
    """The plan. Raises Missing."""
    return finding.one(queries.plans(), round_plan_id)


@OPERATIONS.add(
    "巡回計画の一覧",
    VIEW,
    "GET rounds",
    "rounds list",
    answer=Answer(list[RoundPlanOut], columns=PLAN_COLUMNS),
)
def list_plans(asked: RoundPlansIn, actor: Actor) -> list[dict[str, Any]]:
    """Plans, the newest day first."""
    return [plan_facts(row) for row in asked.of(queries.plans(asked.text))]


@OPERATIONS.add("巡回計画", VIEW, "GET rounds/{round_plan_id}", "rounds show", answer=A_PLAN)
def show_plan(asked: OneRoundPlan, actor: Actor) -> RoundPlan:
    """A plan with the rounds that hold, and what is in none of them."""
    return plan_of(asked.round_plan_id)


@OPERATIONS.add("巡回計画を作る", PLAN, "POST rounds", "rounds new", status=201, answer=A_PLAN)
def make_plan(asked: RoundPlanIn, actor: Actor) -> RoundPlan:
    """A plan without stops."""
    return rounds_plans.new_plan(asked.title, asked.first_day, asked.days, asked.crews, actor=actor)


@OPERATIONS.add(
    "巡回計画の班を選ぶ", PLAN, "POST rounds/{round_plan_id}/crews", "rounds crews", answer=A_PLAN
)
def set_plan_crews(asked: PlanCrewsIn, actor: Actor) -> RoundPlan:
    """Which crews it may send; it has to be calculated anew then."""
    return rounds_plans.set_crews(asked.round_plan_id, asked.crews, actor=actor)


@OPERATIONS.add(
    "訪問先を足す", PLAN, "POST rounds/{round_plan_id}/stops", "rounds add-stop", status=201, answer=A_STOP
)
def add_round_stop(asked: RoundStopIn, actor: Actor) -> RoundStop:
    """One more stop of a plan that is not given out yet; 422 with every fault."""
    return rounds_plans.add_stop(asked.round_plan_id, asked.given, actor=actor)


@OPERATIONS.add(
    "訪問先を外す",
    PLAN,
    "POST rounds/{round_plan_id}/stops/{round_stop_id}/remove",
    "rounds remove-stop",
    answer=A_PLAN,
)
def remove_round_stop(asked: OneRoundStop, actor: Actor) -> RoundPlan:
    """Take a stop out of a plan that is not given out yet."""
    return rounds_plans.remove_stop(asked.round_plan_id, asked.round_stop_id, actor=actor)


@OPERATIONS.add(
    "訪問先を表から入れる",
    PLAN,
    "POST rounds/{round_plan_id}/stops/table",
    "rounds load-stops",
    answer=Answer(RoundsLoadedOut),
)
def load_round_stops(asked: RoundStopTableIn, actor: Actor) -> dict[str, Any]:
    """All stops of a table, or none: 422 with every fault by its cell."""
    number = rounds_plans.load_stops(
        asked.round_plan_id, BytesIO(asked.file.read(LARGEST_TABLE)), {}, actor=actor
    )
    return {"number": number}


def _progress(row: RoundPlan) -> tuple[int, int, bool]:
    work = work_of(rounds_plans.JOB, row.job_key)
    return work.done, work.total, work.is_live


@OPERATIONS.add(
    "巡回を計算する",
    PLAN,
    "POST rounds/{round_plan_id}/plan",
    "rounds plan",
    answer=Answer(
        RoundPlanOut,
        lambda row: plan_facts(plan_of(row.pk)),
        PLAN_COLUMNS,
        fault=lambda facts: str(facts["reason"]),
    ),
    work=Work("計算", progress=_progress),
)
def plan_rounds(asked: OneRoundPlan, actor: Actor) -> RoundPlan:
    """Let a worker plan who goes where and when."""
    return rounds_plans.begin(asked.round_plan_id, actor=actor)


@OPERATIONS.add(
    "巡回を班に出す", PLAN, "POST rounds/{round_plan_id}/publish", "rounds publish", answer=A_PLAN
)
def publish_rounds(asked: OneRoundPlan, actor: Actor) -> RoundPlan:
    """Give the rounds to the crews."""
    return rounds_plans.publish(asked.round_plan_id, actor=actor)


@OPERATIONS.add("巡回計画を終える", PLAN, "POST rounds/{round_plan_id}/close", "rounds close", answer=A_PLAN)
def close_rounds(asked: OneRoundPlan, actor: Actor) -> RoundPlan:
    """The rounds are over."""
    return rounds_plans.close(asked.round_plan_id, actor=actor)


@OPERATIONS.add(
    "巡回計画を書き出す",
    VIEW,
    "GET rounds/{round_plan_id}/file",
    "rounds export",
    answer=Answer(media_type="application/octet-stream"),
    event="fieldwork.plan_exported",
    trace=lambda asked, file: Trace(f"plan:{asked.round_plan_id}", {"form": asked.form}),
    step_up=True,
)
def take_rounds(asked: RoundsOutIn, actor: Actor) -> Download:
    """The version that holds, as Excel, CSV, JSON or GeoJSON; 404 where there is none yet."""
    plan = plan_of(asked.round_plan_id)
    version = finding.one(RoundVersion.objects.select_related("plan"), current_of(plan))
    name = f"rounds-{plan.pk}-{version.number}"
    if asked.form == "geojson":
        return Download(f"{name}.geojson", GEOJSON, rounds_telling.geojson_of(version).encode())
    content = files.written([rounds_telling.table_of(version)], asked.form, accept=True)
    ending = asked.form if asked.form in ("xlsx", "json") else "csv"
    return Download(f"{name}.{ending}", files.MEDIA_TYPES[asked.form], content.read())


def current_of(plan: RoundPlan) -> int:
    """The number of the row of the version that holds; 0 where there is none."""
    version = queries.current(plan)
    return version.pk if version else 0


@OPERATIONS.add(
    "巡回の結果の数", VIEW, "GET rounds-figures", "rounds figures", answer=Answer(RoundFiguresOut)
)
def round_figures(asked: Nothing, actor: Actor) -> dict[str, Any]:
    """Minutes planned and done, what was not done, and the factor that driven metres say."""
    found = rounds_figures.figures(timezone.localdate())
    names = ("plans", "stops", "days", "kilometres", "factor", "driven", "used")
    return {name: getattr(found, name) for name in names} | {"kinds": [asdict(one) for one in found.kinds]}
