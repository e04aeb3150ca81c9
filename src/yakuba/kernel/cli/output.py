"""How `yakuba <room> <verb>` prints: a table for people, JSON for programs, a bar for long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

console = Console()
errors = Console(stderr=True)


def print_rows(
    rows: Sequence[dict[str, Any]], headings: dict[str, str], *, as_json: bool, title: str = ""
) -> None:
    """Print `rows` as a table with `headings` (key -> Japanese), or as a JSON list of all their keys."""
    if as_json:
        print_json(list(rows))
        return
    table = Table(title=title or None, title_justify="left")
    for heading in headings.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*["" if row.get(key) is None else str(row[key]) for key in headings])
    console.print(table)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def fail(message: str, code: int = 1) -> typer.Exit:
    """Print what is wrong on standard error; the caller raises what comes back."""
    errors.print(message, style="red", markup=False, highlight=False)
    return typer.Exit(code)


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress display on standard error, so that `--json` on standard output stays clean."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=quiet) as progress:
        yield progress


@contextmanager
def municipality_of(code: str) -> Iterator[Municipality]:
    """Work for the municipality of that 団体コード; the only one there is when `code` is empty.

    Raises typer.Exit(2) with the codes to choose from.
    """
    rows = list(Municipality.objects.order_by("code"))
    chosen = [row for row in rows if row.code == code] if code else rows
    if len(chosen) != 1:
        names = "、".join(f"{row.code} {row.name}" for row in rows) or "（まだありません）"
        raise fail(f"--municipality で団体コードを1つ選んでください: {names}", 2)
    with active_municipality(chosen[0]) as municipality:
        yield municipality
