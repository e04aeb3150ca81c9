"""The register of effects and indicators, for pages, API and command line."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Nothing, Part, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Forbidden
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.reform.actions import register as actions
from yakuba.services.reform.engine import opendata
from yakuba.services.reform.models import EffectEntry, Indicator, IndicatorValue, Initiative
from yakuba.services.reform.operations.initiatives import OneInitiative
from yakuba.services.reform.operations.table import OPERATIONS
from yakuba.services.reform.queries import register as queries

Number = Annotated[Decimal, Field(ge=0, max_digits=13, decimal_places=2)]


class PublishEffectIn(OneInitiative):
    """An initiative whose effect is to be published."""

    reason: str = Field(min_length=1, max_length=2000, description="理由")


class WithdrawIn(BaseModel):
    """A published effect that goes."""

    effect_entry_id: int = Field(description="公表した効果の番号")
    reason: str = Field(min_length=1, max_length=300, description="理由")


class OneIndicator(BaseModel):
    """An indicator."""

    indicator_id: int = Field(description="指標の番号")


class IndicatorIn(BaseModel):
    """An indicator, by its name."""

    name: str = Field(min_length=1, max_length=80, description="指標の名前")
    unit: str = Field(min_length=1, max_length=20, description="単位")
    start_year: Annotated[int, Word("--start-year")] = Field(
        ge=2000, le=2100, description="始めの年度（西暦）"
    )
    start: Number | None = Field(None, description="始めの値。分からなければ空")
    target_year: Annotated[int, Word("--target-year")] = Field(
        ge=2000, le=2100, description="目標の年度（西暦）"
    )
    target: Annotated[Number, Word("--target")] = Field(description="目標の値")
    source: Annotated[str, Word("--source")] = Field(min_length=1, max_length=200, description="根拠")


class IndicatorValueIn(OneIndicator):
    """What was measured."""

    year: int = Field(ge=2000, le=2100, description="年度（西暦）")
    value: Number = Field(description="実績")
    source: str = Field(min_length=1, max_length=200, description="根拠")


class EffectRegisterOut(BaseModel):
    """The register as open data (schema: `/effects/…/schema.json`)."""

    title: str
    licence: str
    version: int
    about: str
    effects: list[dict[str, Any]]


class EffectEntryOut(BaseModel):
    """A version of an effect."""

    id: int
    title: str
    version: int
    state: str
    saved: float
    kind: str


class TrackYearOut(BaseModel):
    """One year of an indicator."""

    year: int
    planned: float | None
    actual: float | None


class IndicatorOut(BaseModel):
    """An indicator with its years."""

    id: int
    name: str
    unit: str
    target_year: int
    target: float
    source: str
    years: list[TrackYearOut]


class TracksOut(BaseModel):
    """How many were added."""

    added: int


def entry_facts(row: EffectEntry) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "title": row.title,
        "version": row.version,
        "state": queries.state_of(row).value,
        "saved": float(row.saved),
        "kind": row.kind,
    }


def indicator_facts(row: Indicator) -> dict[str, Any]:
    """As a program sees it."""

    def plain(value: Decimal | None) -> float | None:
        return None if value is None else round(float(value), 2)

    told = {name: getattr(row, name) for name in ("name", "unit", "target_year", "target", "source")}
    years = [
        {"year": one.year, "planned": plain(one.planned), "actual": plain(one.actual)}
        for one in queries.track_years(row)
    ]
    return {"id": row.pk} | told | {"years": years}


def register_document() -> dict[str, Any]:
    """The JSON file of the register that the active town shows."""
    title = f"{current_municipality().name}と集まりの団体の業務改革の効果"
    return opendata.document(queries.published(), title, queries.licence())


AN_ENTRY = Answer(
    EffectEntryOut, entry_facts, {"id": "番号", "title": "取組", "version": "版", "state": "状態"}
)
AN_INDICATOR = Answer(
    IndicatorOut,
    indicator_facts,
    {"id": "番号", "name": "指標", "target_year": "目標の年度", "target": "目標"},
)


@OPERATIONS.add(
    "効果の登録簿", "reform.view", "GET register", command="register",
    answer=Answer(EffectRegisterOut, tables=lambda facts: _tables(facts)),
)  # fmt: skip
def register(asked: Nothing, actor: Actor) -> dict[str, Any]:
    """What the own town and its group have published, as open data."""
    return register_document()


def _tables(facts: dict[str, Any]) -> Any:
    from yakuba.kernel.operations import Rows

    shown = ("body", "band", "title", "saved", "kind")
    headings = {name: heading for name, heading, *_ in opendata.FIELDS if name in shown}
    yield Rows([{name: one[name] for name in shown} for one in facts["effects"]], headings)


@OPERATIONS.add(
    "効果の公表を起案する", "reform.manage", "POST initiatives/{initiative_id}/publish", command="propose-effect", status=201,
    answer=AN_ENTRY, event="reform.effect_proposed", trace=lambda asked, row: Trace(f"effect_entry:{row.pk}", {"version": row.version}),
)  # fmt: skip
def propose_effect(asked: PublishEffectIn, actor: Actor) -> EffectEntry:
    """The effect as it stands now waits for another person's approval."""
    if not isinstance(actor, User):
        raise Forbidden("起案するのは職員です。職員を指定してください。")
    return actions.propose(one(Initiative.objects.all(), asked.initiative_id), asked.reason, actor=actor)


@OPERATIONS.add(
    "効果の公表を取り下げる", "reform.manage", "POST register/{effect_entry_id}/withdraw", command="withdraw-effect",
    answer=AN_ENTRY, event="reform.effect_withdrawn", trace=lambda asked, row: Trace(f"effect_entry:{row.pk}", {"version": row.version}),
)  # fmt: skip
def withdraw_effect(asked: WithdrawIn, actor: Actor) -> EffectEntry:
    """It is published no more, at once."""
    return actions.withdraw(one(EffectEntry.objects.all(), asked.effect_entry_id), asked.reason)


@OPERATIONS.add(
    "指標の一覧", "reform.view", "GET indicators", command="indicators",
    answer=Answer(list[IndicatorOut], lambda rows: [indicator_facts(row) for row in rows], AN_INDICATOR.columns),
)  # fmt: skip
def list_indicators(asked: Part, actor: Actor) -> list[Indicator]:
    """Every indicator with its years."""
    return list(asked.of(Indicator.objects.all()))


@OPERATIONS.add(
    "指標を登録する", "reform.manage", "POST indicators", status=201,
    answer=AN_INDICATOR, event="reform.indicator_set", trace=lambda asked, row: Trace(f"indicator:{row.pk}"),
)  # fmt: skip
def set_indicator(asked: IndicatorIn, actor: Actor) -> Indicator:
    """A new indicator, or another target of one."""
    return actions.set_indicator(asked.model_dump(), actor=actor)


@OPERATIONS.add(
    "国の四つの目標を指標にする", "reform.manage", "POST indicators/national", command="national-indicators",
    answer=Answer(TracksOut, lambda added: {"added": added}), event="reform.indicator_set",
    trace=lambda asked, added: Trace("indicators", {"added": added}),
)  # fmt: skip
def national_tracks(asked: Nothing, actor: Actor) -> int:
    """The four published targets of the country; what is there stays."""
    return actions.national_tracks(actor=actor)


@OPERATIONS.add(
    "指標の実績を登録する", "reform.manage", "POST indicators/{indicator_id}/values", status=201,
    answer=Answer(IndicatorOut, lambda made: indicator_facts(made.indicator)), event="reform.indicator_measured",
    trace=lambda asked, made: Trace(f"indicator:{made.indicator_id}", {"year": made.year}),
)  # fmt: skip
def set_value(asked: IndicatorValueIn, actor: Actor) -> IndicatorValue:
    """What was measured in a year."""
    row = one(Indicator.objects.all(), asked.indicator_id)
    return actions.state_value(row, asked.year, asked.value, asked.source, actor=actor)
