"""The calculators, each an operation with the fields that it declares; and the fit of a trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, create_model

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import Problem
from yakuba.kernel.operations import Answer, FromFile, Rows, Upload
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import headings_in, rows
from yakuba.kernel.tables.remembering import renaming_of
from yakuba.services.simulators.contracts import Calculator, Choice, Input, Quantity
from yakuba.services.simulators.engine import CALCULATORS, read
from yakuba.services.simulators.engine.loss import fitted, read_trace
from yakuba.services.simulators.engine.loss.trace import COLUMNS, kind_of
from yakuba.services.simulators.operations.table import OPERATIONS
from yakuba.services.simulators.queries.shown import figure_facts

LARGEST_TRACE = 5_000_000  # bytes
LONGEST_LINES = 10_000  # characters of a table that is typed


class SimulatedFigureOut(BaseModel):
    """A result. value: null where there is none; words: the same as people read it."""

    code: str
    label: str
    value: float | None
    unit: str
    decimals: int
    words: str
    note: str


class SimulatedTableOut(BaseModel):
    """A table of results."""

    title: str
    head: list[str]
    rows: list[list[str | float | None]]


class SimulationOut(BaseModel):
    """What a calculator answers. holds: whether what was asked for is reached, null where nothing was; version: of the formulas, which
    stand with their sources in `formulas` (label, text, source); ranges: within which they hold; unknowns: what the model does not
    know."""

    calculator: str
    version: int
    inputs: dict[str, str | float]
    holds: bool | None
    sentence: str
    warnings: list[str]
    figures: list[SimulatedFigureOut]
    tables: list[SimulatedTableOut]
    formulas: list[list[str]]
    ranges: list[str]
    unknowns: list[str]


class TraceIn(BaseModel):
    """A measured trace: a column 抜け (0, 1) or 番号 (sequence numbers of what arrived)."""

    file: Upload = Field(description="測った記録の表（CSVかExcel）")


class TraceOut(BaseModel):
    """What was counted, and the simple Gilbert channel (g = 0, b = 1) of it. late, twice: rows of numbers that came late, and twice."""

    packets: int
    lost: int
    bursts: int
    late: int
    twice: int
    p: float
    r: float


def facts_of(calculator: Calculator, inputs: dict[str, Any]) -> dict[str, Any]:
    """Calculate it. Raises Invalid."""
    outcome = calculator.calculate(inputs)
    return {
        "calculator": calculator.code,
        "version": calculator.version,
        "inputs": inputs,
        "holds": outcome.holds,
        "sentence": outcome.sentence,
        "warnings": list(outcome.warnings),
        "figures": [figure_facts(one) for one in outcome.figures],
        "tables": [
            {"title": one.title, "head": list(one.head), "rows": [list(row) for row in one.rows]}
            for one in outcome.sheets
        ],
        "formulas": [[one.label, one.text, one.source] for one in calculator.formulas],
        "ranges": list(calculator.ranges),
        "unknowns": list(calculator.unknowns),
    }


def _field(asked: Input) -> tuple[Any, Any]:
    if isinstance(asked, Quantity):
        label = f"{asked.label}（{asked.unit}）" if asked.unit else asked.label
        kind = int if asked.whole else float
        return kind, Field(kind(asked.initial), ge=kind(asked.low), le=kind(asked.high), description=label)
    if isinstance(asked, Choice):
        told = f"{asked.label}（{'、'.join(asked.options)}）"
        return Literal[tuple(asked.options)], Field(asked.initial, description=told)
    told = f"{asked.label}（1行に {', '.join(asked.columns)}）"
    kept = Annotated[str | None, FromFile()]
    return kept, Field(None, max_length=LONGEST_LINES, description=told)


def arguments_of(calculator: Calculator) -> type[BaseModel]:
    """What programs and commands may say: every input, with the example as its default."""
    fields: dict[str, Any] = {one.name: _field(one) for one in calculator.inputs}
    name = f"Simulate{calculator.code.capitalize()}In"
    made: type[BaseModel] = create_model(name, __doc__=calculator.question, **fields)
    return made


def _tables(facts: dict[str, Any]) -> list[Rows]:
    figures = [
        {"label": one["label"], "words": one["words"], "note": one["note"]} for one in facts["figures"]
    ]
    return [Rows(figures, {"label": "項目", "words": "値", "note": "注記"}, facts["sentence"])]


def _declare(calculator: Calculator) -> None:
    def simulate(asked: BaseModel, actor: Actor) -> dict[str, Any]:
        given = {name: value for name, value in asked.model_dump().items() if value is not None}
        return facts_of(calculator, read(calculator, given))

    _named(simulate, calculator)
    OPERATIONS.add(
        f"{calculator.label}を計算する",
        "simulators.view",
        f"GET {calculator.code}",
        command=calculator.code,
        help=f"{calculator.label}。{calculator.question}省いた値は例の値です。",
        answer=Answer(SimulationOut, tables=_tables, notes=lambda facts: "\n".join(facts["warnings"])),
    )(simulate)


def _named(action: Callable[..., Any], calculator: Calculator) -> None:
    action.__name__ = f"simulate_{calculator.code}"
    action.__doc__ = f"{calculator.question} Inputs that are left out are the example's."
    action.__annotations__ = {"asked": arguments_of(calculator), "actor": Actor, "return": dict[str, Any]}


for _calculator in CALCULATORS.values():
    _declare(_calculator)


@OPERATIONS.add(
    "測った記録を状態に当てはめる", "simulators.view", "POST loss/fit", command="fit", by_operator=True,
    answer=Answer(TraceOut, columns={"packets": "個数", "lost": "抜けた数", "bursts": "固まり", "p": "p", "r": "r"}),
)  # fmt: skip
def fit_trace(asked: TraceIn, actor: Actor) -> dict[str, Any]:
    """Nothing of the file is kept."""
    data = asked.file.read(LARGEST_TRACE)
    problems: list[Problem] = []
    renamed = renaming_of(data, "simulators.trace", COLUMNS)
    headings = headings_in(data, [name for one in COLUMNS for name in one.names], problems)
    kind = kind_of([renamed.get(one, one) for one in headings])
    trace = read_trace(rows(data, (kind,), problems, renamed=renamed), kind, problems)
    if problems:
        raise Invalid(f"直すところが{len(problems)}か所あります。", problems=problems)
    channel, counted = fitted(trace), trace.counted
    return {
        "packets": counted.packets, "lost": counted.lost, "bursts": counted.bursts,
        "late": trace.late, "twice": trace.twice, "p": channel.p, "r": channel.r,
    }  # fmt: skip
