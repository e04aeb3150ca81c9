"""Results that are kept."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.operations import Answer, Pairs, Part, Rows, Trace, Word
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.simulators import queries
from yakuba.services.simulators.actions import runs as actions
from yakuba.services.simulators.models import KeptRun
from yakuba.services.simulators.operations.calculating import SimulatedFigureOut
from yakuba.services.simulators.operations.table import OPERATIONS
from yakuba.services.simulators.queries.shown import compared

MOST_COMPARED = 6


class KeepIn(BaseModel):
    """Which result is kept. inputs: as in the calculator's own operation, as texts; what is left out is the example's."""

    calculator: str = Field(max_length=20, description="計算の種類（delay、coverage、chain、route、loss）")
    name: str = Field(min_length=1, max_length=100, description="名前")
    note: str = Field("", max_length=1_000, description="メモ")
    inputs: Annotated[dict[str, str], Pairs("項目=値")] = Field({}, description="入力（項目=値）")


class KeptRunsIn(Part):
    """Which ones."""

    calculator: str = Field("", max_length=20, description="この種類だけ")


class OneKeptRun(BaseModel):
    """A result."""

    kept_run_id: int = Field(description="結果の番号")


class CompareKeptIn(BaseModel):
    """Results of one calculator, two to six."""

    runs: Annotated[list[int], Word("--run")] = Field(description="結果の番号（2つから6つ）")


class KeptRunOut(BaseModel):
    """A result as it was kept."""

    id: int
    calculator: str
    name: str
    note: str
    version: int
    inputs: dict[str, str | float]
    sentence: str
    figures: list[SimulatedFigureOut]
    created_at: str


class KeptComparisonOut(BaseModel):
    """A row of a comparison: the label, each result's value in words, whether they differ, whether it is a result."""

    label: str
    cells: list[str]
    differs: bool
    result: bool


COLUMNS = {"id": "番号", "calculator": "種類", "name": "名前", "sentence": "答え", "created_at": "残した日時"}


def run_facts(run: KeptRun) -> dict[str, Any]:
    """As a program sees it."""
    names = ("calculator", "name", "note", "version", "inputs", "sentence", "figures")
    told = {name: getattr(run, name) for name in names}
    return {"id": run.pk, "created_at": run.created_at.isoformat()} | told


def run_of(number: int) -> KeptRun:
    """Raises Missing."""
    return one(KeptRun.objects.all(), number)


A_RUN = Answer(KeptRunOut, run_facts, COLUMNS)


@OPERATIONS.add(
    "残した結果の一覧", "simulators.view", "GET runs", command="run list", answer=Answer(list[KeptRunOut], columns=COLUMNS)
)  # fmt: skip
def list_runs(asked: KeptRunsIn, actor: Actor) -> list[dict[str, Any]]:
    """The newest first."""
    return [run_facts(row) for row in asked.of(queries.runs(asked.calculator))]


@OPERATIONS.add("残した結果", "simulators.view", "GET runs/{kept_run_id}", command="run show", answer=A_RUN)
def show_run(asked: OneKeptRun, actor: Actor) -> KeptRun:
    """Inputs and figures as they were."""
    return run_of(asked.kept_run_id)


@OPERATIONS.add(
    "結果を残す", "simulators.keep", "POST runs", command="run keep", status=201, answer=A_RUN, event="simulators.kept",
    trace=lambda asked, run: Trace(f"simulation:{run.pk}", {"calculator": run.calculator, "version": run.version}),
)  # fmt: skip
def keep_run(asked: KeepIn, actor: Actor) -> KeptRun:
    """It is calculated once more and kept with its inputs."""
    return actions.keep(asked.calculator, asked.name, asked.note, asked.inputs, actor=actor)


@OPERATIONS.add(
    "残した結果を捨てる", "simulators.keep", "DELETE runs/{kept_run_id}", command="run discard", answer=A_RUN, event="simulators.discarded",
    trace=lambda asked, run: Trace(f"simulation:{asked.kept_run_id}"),
)  # fmt: skip
def discard_run(asked: OneKeptRun, actor: Actor) -> KeptRun:
    """It is gone for good."""
    run = run_of(asked.kept_run_id)
    gone = run_of(asked.kept_run_id)
    actions.discard(run)
    return gone


@OPERATIONS.add(
    "残した結果を並べる", "simulators.view", "POST runs/comparison", command="run compare", by_operator=True,
    answer=Answer(
        list[KeptComparisonOut],
        tables=lambda facts: [
            Rows([{"label": row["label"], "cells": "　|　".join(row["cells"])} for row in facts], {"label": "項目", "cells": "それぞれの値"})
        ],
    ),
)  # fmt: skip
def compare_runs(asked: CompareKeptIn, actor: Actor) -> list[dict[str, Any]]:
    """Side by side, in the order of their numbers' list."""
    chosen = chosen_runs(asked.runs)
    calculator = queries.calculator_of(chosen[0])
    if calculator is None:
        raise Missing("この種類の計算は、もうありません。")
    return compared(calculator, chosen)


def chosen_runs(numbers: list[int]) -> list[KeptRun]:
    """Raises Invalid for fewer than two, more than six, or several kinds; Missing."""
    if not 2 <= len(set(numbers)) <= MOST_COMPARED:
        raise Invalid(f"比べる結果を2つから{MOST_COMPARED}つ選んでください。")
    chosen = [run_of(number) for number in dict.fromkeys(numbers)]
    if len({run.calculator for run in chosen}) > 1:
        raise Invalid("同じ種類の計算の結果どうしを選んでください。")
    return chosen
