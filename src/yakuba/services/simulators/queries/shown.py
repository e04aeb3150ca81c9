"""An outcome as charts, maps and tables, and inputs in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from yakuba.kernel.charts import Chart, bar_chart, curve_chart, line_chart
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.ui.wording import wareki
from yakuba.kernel.values.rounding import grouped
from yakuba.services.simulators.contracts import (
    Bars,
    Calculator,
    Choice,
    Figure,
    Outcome,
    Picture,
    Places,
    Quantity,
    Sheet,
)
from yakuba.services.simulators.engine.reading import written
from yakuba.services.simulators.engine.trials import DOWN, HEAD, UP
from yakuba.services.simulators.models import Indicator, KeptRun, Trial

NOTHING = "―"


def drawn(picture: Picture | Bars | Places) -> dict[str, Chart | Map]:
    """{"chart": …} or {"map": …}, as the templates of both take them."""
    if isinstance(picture, Places):
        rows = [
            Mapped(label, value, Shape(points=((east, north),)), note)
            for label, east, north, value, note in picture.rows
        ]
        return {"map": value_map(rows, title=picture.title, unit=picture.unit)}
    if isinstance(picture, Bars):
        return {"chart": bar_chart(list(picture.rows), title=picture.title, unit=picture.unit, stacked=True)}
    return {
        "chart": curve_chart(
            picture.curves,
            title=picture.title,
            x=picture.x,
            x_unit=picture.x_unit,
            unit=picture.unit,
            levels=picture.levels,
        )
    }


def figure_words(figure: Figure) -> str:
    """The number with its unit, or the words in its place."""
    return figure.words or number_words(figure.value, figure.decimals, figure.unit)


def number_words(value: float | None, decimals: int, unit: str = "") -> str:
    """A dash where there is none; very small numbers in powers of ten."""
    if value is None:
        return NOTHING
    if value and abs(value) < 0.5 * 10**-decimals:
        return f"{value:.1e}{unit}"
    return grouped(value, decimals) + unit


def figure_facts(figure: Figure) -> dict[str, Any]:
    """As it is kept and as programs see it."""
    return {
        "code": figure.code,
        "label": figure.label,
        "value": figure.value,
        "unit": figure.unit,
        "decimals": figure.decimals,
        "words": figure_words(figure),
        "note": figure.note,
    }


def sheet_cells(sheet: Sheet) -> dict[str, Any]:
    """For the template: rows of (heading, text, whether it is a number)."""
    rows = [
        [
            (
                heading,
                cell if isinstance(cell, str) else number_words(cell, places),
                not isinstance(cell, str),
            )
            for heading, cell, places in zip(sheet.head, row, sheet.decimals or (2,) * len(row), strict=True)
        ]
        for row in sheet.rows
    ]
    numeric = [any(not isinstance(row[at], str) for row in sheet.rows) for at in range(len(sheet.head))]
    return {"title": sheet.title, "head": list(zip(sheet.head, numeric, strict=True)), "rows": rows}


def inputs_in_words(calculator: Calculator, inputs: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(label, value) of each."""
    told = []
    for asked in calculator.inputs:
        value = inputs.get(asked.name)
        if value is None:
            told.append((asked.label, NOTHING))
        elif isinstance(asked, Quantity):
            told.append((asked.label, f"{written(float(value))}{' ' if asked.unit else ''}{asked.unit}"))
        elif isinstance(asked, Choice):
            told.append((asked.label, asked.options.get(str(value), str(value))))
        else:
            told.append((asked.label, str(value).strip() or "なし"))
    return told


def tables_of(calculator: Calculator, inputs: Mapping[str, Any], outcome: Outcome) -> list[Table]:
    """Figures, inputs, tables and curves as sheets of a file; the first one is what CSV holds."""
    figures = [(one.label, one.value, one.unit, one.words or "", one.note) for one in outcome.figures]
    stands = [(one.label, one.text, one.source) for one in calculator.formulas]
    tables = [
        Table(
            "結果",
            ("項目", "値", "単位", "言葉", "注記"),
            [("答え", None, "", outcome.sentence, ""), *figures],
        ),
        Table("入力", ("項目", "値"), inputs_in_words(calculator, inputs)),
    ]
    for at, sheet in enumerate(outcome.sheets, start=1):
        tables.append(
            Table(f"表{at}", sheet.head, [(sheet.title, *(None,) * (len(sheet.head) - 1)), *sheet.rows])
        )
    for at, picture in enumerate((one for one in outcome.pictures if isinstance(one, Picture)), start=1):
        points = [(name, x, y) for name, curve in picture.curves.items() for x, y in curve]
        tables.append(
            Table(f"図{at}", ("線", f"{picture.x}（{picture.x_unit}）", f"値（{picture.unit}）"), points)
        )
    tables.append(
        Table("式と出典", ("式", "内容", "出典"), [*stands, ("式の版", str(calculator.version), "")])
    )
    return tables


def compared(calculator: Calculator, chosen: Sequence[KeptRun]) -> list[dict[str, Any]]:
    """Inputs and figures of several runs, a row each: label, cells, whether they differ, whether it is a result."""
    told = [dict(inputs_in_words(calculator, run.inputs)) for run in chosen]
    rows = [
        {"label": asked.label, "cells": [one.get(asked.label, NOTHING) for one in told], "result": False}
        for asked in calculator.inputs
    ]
    kept = [{one["code"]: one for one in run.figures} for run in chosen]
    codes = list(dict.fromkeys(code for one in kept for code in one))
    for code in codes:
        labels = dict.fromkeys(one[code]["label"] for one in kept if code in one)
        cells = [one[code]["words"] if code in one else NOTHING for one in kept]
        rows.append({"label": "／".join(labels), "cells": cells, "result": True})
    rows.append({"label": "式の版", "cells": [str(run.version) for run in chosen], "result": False})
    for row in rows:
        row["differs"] = len(set(row["cells"])) > 1  # type: ignore[arg-type,call-overload]  # of the list of texts
    return rows


def indicator_chart(indicator: Indicator) -> Chart:
    """Measured values over their days, with baseline and target as lines. A row of `queries.trials`."""
    measured = list(indicator.measurements.all())
    days = [wareki(one.measured_on, weekday=False) for one in measured]
    series: dict[str, list[float | None]] = {"測った値": [float(one.value) for one in measured]}
    for name, value in (("始めの値", indicator.baseline), ("目標", indicator.target)):
        if value is not None:
            series[name] = [float(value)] * len(measured)
    return line_chart(days, series, title=indicator.label, unit=indicator.unit)


def register_table(rows: Sequence[Trial]) -> Table:
    """Trials with their indicators and values as a table that can be loaded again; a trial without an indicator is left out."""
    return Table("実験の記録", HEAD, [line for trial in rows for line in _lines(trial)])


def _lines(trial: Trial) -> list[tuple[Any, ...]]:
    of_trial = (
        trial.title,
        trial.aim,
        trial.partner,
        trial.starts_on,
        trial.ends_on,
        trial.source,
        trial.result,
    )
    lines: list[tuple[Any, ...]] = []
    for one in trial.indicators.all():
        numbers = [None if value is None else _number(value) for value in (one.baseline, one.target)]
        of_indicator = (one.label, one.unit, *numbers, one.target_year, UP if one.rises else DOWN)
        values: list[tuple[Any, ...]] = [
            (row.measured_on, _number(row.value), row.evidence) for row in one.measurements.all()
        ]
        lines += [(*of_trial, *of_indicator, *value) for value in values or [(None, None, "")]]
    return lines


def _number(value: Any) -> int | float:
    return int(value) if value == int(value) else float(value)
