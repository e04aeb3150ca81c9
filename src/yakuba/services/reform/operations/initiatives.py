"""Initiatives with their terms and what follows from these."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tenancy.models import Department
from yakuba.services.reform.actions import initiatives as actions
from yakuba.services.reform.contracts import Means, StaffKind
from yakuba.services.reform.engine.returns import RISKS
from yakuba.services.reform.models import BaselineEntry, Initiative
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import initiatives as queries

Score = Annotated[int | None, Field(ge=1, le=5)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14)]


class InitiativeIn(BaseModel):
    """An initiative. cases: a year; before, after, fix: minutes of a case; error_rate: percent; maintenance, change_hours: hours;
    initial, yearly, change_cost: yen; changes: a year; scores from 1 (worse) to 5 (much better)."""

    title: str = Field(min_length=1, max_length=80, description="取組の名前")
    department: str = Field("", max_length=60, description="課の名前")
    means: Means = Field(description="手段（robots、reading、matching、answers、person）")
    state: Initiative.State = Field(
        Initiative.State.PROPOSED, description="状態（proposed、running、stopped）"
    )
    year: int = Field(ge=2000, le=2100, description="始める年度（西暦）")
    cases: Amount = Field(description="件数/年")
    before: Amount = Field(description="前の時間（分/件）")
    before_kind: BaselineEntry.Kind = Field(description="前の時間は measured か estimated")
    after: Amount = Field(description="後の時間（分/件）")
    after_kind: BaselineEntry.Kind = Field(description="後の時間は measured か estimated")
    error_rate: Annotated[Decimal, Field(ge=0, le=100)] = Field(Decimal(0), description="直しが要る割合（%）")
    fix: Amount = Field(Decimal(0), description="直すのにかかる時間（分/件）")
    maintenance: Amount = Field(Decimal(0), description="保守の時間（時間/年）")
    initial: Amount = Field(Decimal(0), description="初めの費用（円）")
    yearly: Amount = Field(Decimal(0), description="毎年の費用（円）")
    changes: Amount = Field(Decimal(0), description="画面などの変更（回/年）")
    change_hours: Amount = Field(Decimal(0), description="変更1回の作り直し（時間）")
    change_cost: Amount = Field(Decimal(0), description="変更1回の費用（円）")
    overtime: Amount | None = Field(None, description="減った時間外勤務（時間/年、測った値）")
    staff: StaffKind = Field(
        StaffKind.REGULAR, description="だれの時間か（regular、appointed、contractor、other）"
    )
    source: str = Field(min_length=1, max_length=300, description="根拠")
    service: Score = Field(None, description="住民サービス（1から5）")
    errors: Score = Field(None, description="誤りの防止（1から5）")
    working: Score = Field(None, description="働き方（1から5）")
    continuity: Score = Field(None, description="続けやすさ（1から5）")
    remarks: str = Field("", max_length=1000, description="時間とお金のほかの効果")


class OneInitiative(BaseModel):
    """An initiative."""

    initiative_id: int = Field(description="取組の番号")


class ChangedInitiativeIn(InitiativeIn, OneInitiative):
    """An initiative as it is to be."""

    seen: str = Field(
        "",
        max_length=40,
        description="見たときのchanged_at。もう変わっていれば登録しません。空なら確かめません",
    )


class ReturnOut(BaseModel):
    """Yen gained after so many years, in the order of `risks`."""

    years: int
    counts: bool
    gains: list[int]


class InitiativeOut(BaseModel):
    """What follows from an initiative's terms. saved: hours a year; measured: whether before and after were; price: yen an hour,
    none where none is stated; payback: years, none where never; returns: over 1, 2, 5 and 10 years."""

    id: int
    title: str
    means: str
    state: str
    changed_at: str
    saved: float
    rate: float | None
    measured: bool
    price: int | None
    payback: float | None
    risks: list[str]
    returns: list[ReturnOut]


COLUMNS = {
    "id": "番号",
    "title": "取組",
    "means": "手段",
    "saved": "減る時間（1年）",
    "payback": "費用が戻る年数",
}


def initiative_facts(found: queries.Reckoned) -> dict[str, Any]:
    """As a program sees it."""
    row = found.row
    return {
        "id": row.pk,
        "title": row.title,
        "means": row.means,
        "state": row.state,
        "changed_at": row.changed_at.isoformat(),
        "saved": round(float(found.saved), 2),
        "rate": None if found.rate is None else round(float(found.rate), 4),
        "measured": found.measured,
        "price": found.price.yen if found.price else None,
        "payback": None if found.payback is None else round(float(found.payback), 2),
        "risks": [label for label, _ in RISKS],
        "returns": [
            {"years": years, "counts": counts, "gains": [round(gain) for gain in gains]}
            for years, counts, gains in (found.returns if found.price else [])
        ],
    }


AN_INITIATIVE = Answer(InitiativeOut, initiative_facts, COLUMNS)


@OPERATIONS.add(
    "取組の一覧", "reform.inventory", "GET initiatives", command="initiatives",
    answer=Answer(list[InitiativeOut], lambda rows: [initiative_facts(row) for row in rows], COLUMNS),
)  # fmt: skip
def list_initiatives(asked: Part, actor: Actor) -> list[queries.Reckoned]:
    """Every initiative with its figures, those with the most hours first."""
    found: list[queries.Reckoned] = asked.of(queries.reckoned())
    return found


@OPERATIONS.add(
    "取組を登録する", "reform.manage", "POST initiatives", status=201,
    answer=AN_INITIATIVE, event="reform.initiative_set", trace=lambda asked, found: Trace(f"initiative:{found.pk}"),
)  # fmt: skip
def add_initiative(asked: InitiativeIn, actor: Actor) -> queries.Reckoned:
    """A new initiative."""
    return _saved(Initiative(), asked, actor)


@OPERATIONS.add(
    "取組を直す", "reform.manage", "PUT initiatives/{initiative_id}",
    answer=AN_INITIATIVE, event="reform.initiative_set", trace=lambda asked, found: Trace(f"initiative:{found.pk}"),
)  # fmt: skip
def change_initiative(asked: ChangedInitiativeIn, actor: Actor) -> queries.Reckoned:
    """An initiative's terms."""
    return _saved(one(Initiative.objects.all(), asked.initiative_id), asked, actor, asked.seen)


def _saved(row: Initiative, asked: InitiativeIn, actor: Actor, seen: str = "") -> queries.Reckoned:
    given = {name: getattr(asked, name) for name in InitiativeIn.model_fields}
    given["department"] = _department(asked.department)
    for name in ("means", "state", "before_kind", "after_kind", "staff"):
        given[name] = str(given[name].value)
    saved = actions.save_initiative(row, given, actor=actor, seen=seen)
    (found,) = queries.reckoned(Initiative.objects.filter(pk=saved.pk))
    return found


def _department(name: str) -> Department | None:
    if not name:
        return None
    found: Department | None = Department.objects.filter(name=name).first()
    if found is None:
        raise Missing(f"課「{name}」はありません。")
    return found
