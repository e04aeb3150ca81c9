"""What a command makes of an outcome: tables for people, JSON for programs, a file where it was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from yakuba.kernel.cli.output import errors, fail, print_json, print_rows, write_file
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.operations.operation import Answer, Rows
from yakuba.kernel.refusals import MOST_TOLD, Problem


def print_answer(answer: Answer, outcome: Any, *, as_json: bool) -> None:
    """Print it, and what should be known besides as `say` does."""
    facts = plain((answer.facts or answer.show)(outcome))
    if as_json or not (answer.columns or answer.tables):
        print_json(facts)
    else:
        for table in _tables(answer, facts):
            print_rows(table.rows, dict(table.columns), as_json=False, title=table.title)
    say(answer, facts)


def say(answer: Answer, facts: Any) -> None:
    """Say on standard error what should be known of the facts. Raises typer.Exit(1) where there is a fault."""
    if answer.notes and (notes := answer.notes(facts)):
        errors.print(notes, highlight=False, markup=False)
    if answer.fault and (fault := answer.fault(facts)):
        raise fail(fault)


def _tables(answer: Answer, facts: Any) -> Iterable[Rows]:
    if answer.tables:
        return answer.tables(facts)
    rows = facts if isinstance(facts, list) else [facts]
    return [Rows([flat(row, answer.columns) for row in rows], answer.columns)]


def plain(facts: Any) -> Any:
    """The same with dicts in place of dataclasses and models."""
    if isinstance(facts, BaseModel):
        return facts.model_dump()
    if isinstance(facts, Mapping):
        return {key: plain(one) for key, one in facts.items()}
    if isinstance(facts, list | tuple):
        return [plain(one) for one in facts]
    return asdict(facts) if is_dataclass(facts) and not isinstance(facts, type) else facts


def lines(problems: Iterable[Mapping[str, Any]]) -> str:
    """Problems (`line`, `place`, `reason`), a line each: the first of them, and how many more there are."""
    told = [_line(**one) for one in problems]
    more = len(told) - MOST_TOLD
    return "\n".join([*told[:MOST_TOLD], *([f"ほか{more}件"] if more > 0 else [])])


def _line(line: int, place: str, reason: str, **more: Any) -> str:
    return str(Problem(line, place, reason))


def flat(row: Mapping[str, Any], columns: Sequence[str] | Mapping[str, str]) -> dict[str, Any]:
    """The row's cells by column; `a.b` is the `b` within `a`, empty where there is no `a`."""
    cells = {}
    for column in columns:
        cell: Any = row
        for key in column.split("."):
            cell = cell.get(key) if isinstance(cell, Mapping) else None
        cells[column] = cell
    return cells


def write(file: Download, out: Path) -> None:
    """Write it where it was asked for, piece by piece, and say so on standard error. Raises typer.Exit(1)."""
    write_file(out, file.pieces())
    errors.print(f"{out} に書きました。", highlight=False, markup=False)
