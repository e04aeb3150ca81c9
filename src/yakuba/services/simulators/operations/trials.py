"""The register of trials."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Part, Trace, Upload
from yakuba.kernel.operations.finding import one
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.simulators import queries
from yakuba.services.simulators.actions import trials as actions
from yakuba.services.simulators.models import Indicator, Measurement, Trial
from yakuba.services.simulators.operations.table import OPERATIONS

LARGEST_TABLE = 20_000_000  # bytes
TABLE = "simulators.trials"
Amount = Annotated[Decimal, Field(max_digits=15, decimal_places=4)]


class TrialTextIn(BaseModel):
    """A trial in words."""

    title: str = Field(min_length=1, max_length=120, description="実験の名前")
    aim: str = Field(min_length=1, max_length=1_000, description="ねらい")
    partner: str = Field("", max_length=300, description="相手")
    starts_on: date | None = Field(None, description="始まり")
    ends_on: date | None = Field(None, description="終わり")
    source: str = Field("", max_length=300, description="出典")
    result: str = Field("", max_length=2_000, description="結果の言葉")


class OneTrial(BaseModel):
    """A trial."""

    kpi_trial_id: int = Field(description="実験の番号")


class ChangeTrialIn(OneTrial, TrialTextIn):
    """What a trial is to say."""


class IndicatorTextIn(BaseModel):
    """An indicator. rises: whether more is better."""

    label: str = Field(min_length=1, max_length=120, description="指標")
    unit: str = Field(min_length=1, max_length=20, description="単位")
    baseline: Amount | None = Field(None, description="始めの値")
    target: Amount | None = Field(None, description="目標")
    target_year: int | None = Field(None, ge=1990, le=2100, description="目標の年度（西暦）")
    rises: bool = Field(True, description="多いほどよい")


class NewIndicatorIn(OneTrial, IndicatorTextIn):
    """A new one of a trial."""


class OneIndicator(BaseModel):
    """An indicator."""

    kpi_indicator_id: int = Field(description="指標の番号")


class ChangeIndicatorIn(OneIndicator, IndicatorTextIn):
    """What an indicator is to say."""


class MeasurementIn(OneIndicator):
    """A measured value."""

    measured_on: date = Field(description="測った日")
    value: Amount = Field(description="値")
    evidence: str = Field(min_length=1, max_length=300, description="根拠")


class OneMeasurement(BaseModel):
    """A measured value."""

    kpi_measurement_id: int = Field(description="測った値の番号")


class TrialTableIn(BaseModel):
    """A table of trials."""

    file: Upload = Field(description="実験の表（CSVかExcel）")


class TrialMeasurementOut(BaseModel):
    """A measured value."""

    id: int
    measured_on: str
    value: float
    evidence: str


class TrialIndicatorOut(BaseModel):
    """An indicator. state: reached, below, open (not measured yet), free (no target)."""

    id: int
    label: str
    unit: str
    baseline: float | None
    target: float | None
    target_year: int | None
    rises: bool
    state: str
    measurements: list[TrialMeasurementOut]


class TrialOut(BaseModel):
    """A trial with its indicators."""

    id: int
    title: str
    aim: str
    partner: str
    starts_on: str
    ends_on: str
    source: str
    result: str
    indicators: list[TrialIndicatorOut]


class TrialsLoadedOut(BaseModel):
    """How many trials a table had."""

    trials: int


COLUMNS = {
    "id": "番号",
    "title": "実験",
    "partner": "相手",
    "starts_on": "始まり",
    "ends_on": "終わり",
    "result": "結果",
}


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def measurement_facts(row: Measurement) -> dict[str, Any]:
    """As a program sees it."""
    return {
        "id": row.pk,
        "measured_on": row.measured_on.isoformat(),
        "value": float(row.value),
        "evidence": row.evidence,
    }


def indicator_facts(row: Indicator) -> dict[str, Any]:
    """As a program sees it, with its values in the order of their days."""
    found = queries.indicators().get(pk=row.pk)
    told = {name: getattr(found, name) for name in ("label", "unit", "target_year", "rises")}
    numbers = {"baseline": _float(found.baseline), "target": _float(found.target)}
    measured = [measurement_facts(one) for one in found.measurements.all()]
    return {"id": found.pk, **told, **numbers, "state": queries.state_of(found), "measurements": measured}


def trial_facts(row: Trial) -> dict[str, Any]:
    """As a program sees it."""
    told = {name: getattr(row, name) for name in ("title", "aim", "partner", "source", "result")}
    days = {name: day.isoformat() if (day := getattr(row, name)) else "" for name in ("starts_on", "ends_on")}
    indicators = [indicator_facts(one) for one in queries.indicators().filter(trial=row)]
    return {"id": row.pk, **told, **days, "indicators": indicators}


def trial_of(number: int) -> Trial:
    """Raises Missing."""
    return one(Trial.objects.all(), number)


def indicator_of(number: int) -> Indicator:
    """Raises Missing."""
    return one(Indicator.objects.select_related("trial"), number)


A_TRIAL = Answer(TrialOut, trial_facts, COLUMNS)
AN_INDICATOR = Answer(
    TrialIndicatorOut, indicator_facts, {"id": "番号", "label": "指標", "unit": "単位", "target": "目標"}
)
A_MEASUREMENT = Answer(
    TrialMeasurementOut,
    measurement_facts,
    {"id": "番号", "measured_on": "測った日", "value": "値", "evidence": "根拠"},
)


def _given(asked: BaseModel) -> dict[str, Any]:
    return asked.model_dump(exclude={"kpi_trial_id", "kpi_indicator_id"})


@OPERATIONS.add(
    "実験の一覧", "simulators.view", "GET trials", command="trial list", answer=Answer(list[TrialOut], columns=COLUMNS)
)  # fmt: skip
def list_trials(asked: Part, actor: Actor) -> list[dict[str, Any]]:
    """By title, with indicators and measured values."""
    return [trial_facts(row) for row in asked.of(queries.trials())]


@OPERATIONS.add("実験", "simulators.view", "GET trials/{kpi_trial_id}", command="trial show", answer=A_TRIAL)
def show_trial(asked: OneTrial, actor: Actor) -> Trial:
    """With indicators and measured values."""
    return trial_of(asked.kpi_trial_id)


@OPERATIONS.add(
    "実験を加える", "simulators.edit", "POST trials", command="trial add", status=201, answer=A_TRIAL, event="simulators.trial_added",
    trace=lambda asked, row: Trace(f"trial:{row.pk}"),
)  # fmt: skip
def add_trial(asked: TrialTextIn, actor: Actor) -> Trial:
    """A new one."""
    return actions.save_trial(None, _given(asked), actor=actor)


@OPERATIONS.add(
    "実験を直す", "simulators.edit", "PUT trials/{kpi_trial_id}", command="trial change", answer=A_TRIAL, event="simulators.trial_changed",
    trace=lambda asked, row: Trace(f"trial:{row.pk}"),
)  # fmt: skip
def change_trial(asked: ChangeTrialIn, actor: Actor) -> Trial:
    """Another wording of all of it."""
    return actions.save_trial(trial_of(asked.kpi_trial_id), _given(asked), actor=actor)


@OPERATIONS.add(
    "実験を捨てる", "simulators.edit", "DELETE trials/{kpi_trial_id}", command="trial discard", answer=Answer(TrialOut, lambda facts: facts, COLUMNS),
    event="simulators.trial_discarded", trace=lambda asked, row: Trace(f"trial:{asked.kpi_trial_id}"),
)  # fmt: skip
def discard_trial(asked: OneTrial, actor: Actor) -> dict[str, Any]:
    """With its indicators and values, for good."""
    row = trial_of(asked.kpi_trial_id)
    facts = trial_facts(row)
    row.delete()
    return facts


@OPERATIONS.add(
    "指標を加える", "simulators.edit", "POST trials/{kpi_trial_id}/indicators", command="trial indicator", status=201, answer=AN_INDICATOR,
    event="simulators.indicator_added", trace=lambda asked, row: Trace(f"trial:{row.trial_id}", {"indicator": row.label}),
)  # fmt: skip
def add_indicator(asked: NewIndicatorIn, actor: Actor) -> Indicator:
    """What a trial is measured by."""
    return actions.save_indicator(trial_of(asked.kpi_trial_id), None, _given(asked))


@OPERATIONS.add(
    "指標を直す", "simulators.edit", "PUT indicators/{kpi_indicator_id}", command="trial change-indicator", answer=AN_INDICATOR,
    event="simulators.indicator_changed", trace=lambda asked, row: Trace(f"trial:{row.trial_id}", {"indicator": row.label}),
)  # fmt: skip
def change_indicator(asked: ChangeIndicatorIn, actor: Actor) -> Indicator:
    """Another wording of all of it; its values stay."""
    row = indicator_of(asked.kpi_indicator_id)
    return actions.save_indicator(row.trial, row, _given(asked))


@OPERATIONS.add(
    "測った値を加える", "simulators.edit", "POST indicators/{kpi_indicator_id}/measurements", command="trial measure", status=201,
    answer=A_MEASUREMENT, event="simulators.measured", trace=lambda asked, row: Trace(f"trial:{row.indicator.trial_id}", {"indicator": row.indicator.label}),
)  # fmt: skip
def measure(asked: MeasurementIn, actor: Actor) -> Measurement:
    """One a day."""
    return actions.measure(
        indicator_of(asked.kpi_indicator_id), asked.measured_on, asked.value, asked.evidence, actor=actor
    )


@OPERATIONS.add(
    "測った値を取り消す", "simulators.edit", "DELETE measurements/{kpi_measurement_id}", command="trial unmeasure",
    answer=Answer(TrialMeasurementOut, lambda facts: facts, {"id": "番号", "measured_on": "測った日", "value": "値"}), event="simulators.unmeasured",
    trace=lambda asked, facts: Trace(f"measurement:{asked.kpi_measurement_id}", {"value": str(facts["value"]), "day": facts["measured_on"]}),
)  # fmt: skip
def unmeasure(asked: OneMeasurement, actor: Actor) -> dict[str, Any]:
    """What it was stays in the audit record."""
    row = one(Measurement.objects.all(), asked.kpi_measurement_id)
    facts = measurement_facts(row)
    row.delete()
    return facts


@OPERATIONS.add(
    "実験の表を取り込む", "simulators.edit", "POST trials/table", command="trial load", answer=Answer(TrialsLoadedOut, lambda number: {"trials": number}, {"trials": "実験"}),
    event="simulators.trials_loaded", trace=lambda asked, number: Trace("trials", {"trials": number}),
)  # fmt: skip
def load_trials(asked: TrialTableIn, actor: Actor) -> int:
    """All of it or nothing, with every fault by its line."""
    data = asked.file.read(LARGEST_TABLE)
    return actions.load(data, renaming_of(data, TABLE, actions.COLUMNS), actor=actor)
