"""How `yakuba <room> <verb>` prints: a table for people, JSON for programs, a bar for long work."""

from __future__ import annotations

import errno
import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from yakuba.kernel.cli.drafts import drafted
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality

console = Console()
errors = Console(stderr=True)
CANNOT_WRITE = {
    errno.ENOENT: "そのフォルダがありません。あるフォルダを指定してください。",
    errno.EISDIR: "フォルダです。ファイルの名前を指定してください。",
    errno.EACCES: "書く権限がありません。書ける場所を指定してください。",
    errno.ENOSPC: "ディスクに空きがありません。空けてから、やり直してください。",
}
LINE_SECONDS = 20.0  # to the first line of progress where no bar can be kept up to date


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
        table.add_row(*[_cell(row.get(key)) for key in headings])
    console.print(table)


def _cell(value: Any) -> str:
    """A value as it stands in a table: what has several parts, side by side."""
    if isinstance(value, list | tuple):
        return "、".join(map(str, value))
    return "" if value is None else str(value)


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, default=str) + "\n")


def fail(message: str, code: int = 1) -> typer.Exit:
    """Print what is wrong on standard error; the caller raises what comes back."""
    errors.print(message, style="red", markup=False, highlight=False, soft_wrap=True)
    return typer.Exit(code)


def write_file(out: Path, content: bytes | Iterable[bytes], code: int = 1) -> None:
    """All or nothing, piece by piece: what is interrupted leaves the old file. Raises typer.Exit(code), Conflict."""
    pieces = (content,) if isinstance(content, bytes) else content
    try:
        # A pipe or a device is written to as it is; of a folder it is told.
        beside = not out.exists() or out.is_file()
        with drafted(out, over=True) if beside else out.open("wb") as target:
            target.writelines(pieces)
    except OSError as error:
        reason = CANNOT_WRITE.get(error.errno or 0, f"{error.strerror}。書ける場所を指定してください。")
        raise fail(f"{out} に書けません：{reason}", code) from error


class LineProgress(Progress):
    """Progress as lines, for a pipe or a log, where no bar can be kept up to date: the first line at once, one after
    LINE_SECONDS, then ever fewer so that all stay on one screen, and one at the end of each task."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._said: dict[TaskID, tuple[float, float, float | None]] = {}  # when, done, total
        self._began: dict[TaskID, float] = {}

    def add_task(self, description: str, *args: Any, **options: Any) -> TaskID:
        """Say that it has begun."""
        task = super().add_task(description, *args, **options)
        self._began[task] = time.monotonic()
        self._say(task, f"{description} …", 0.0, None)
        return task

    def update(self, task_id: TaskID, *args: Any, **options: Any) -> None:
        """Say how far it is, when it is time to."""
        super().update(task_id, *args, **options)
        task = self._tasks[task_id]
        when, done, total = self._said[task_id]
        ended = bool(task.total) and task.completed >= (task.total or 0)
        if (task.completed, task.total) == (done, total):
            return
        now = time.monotonic()
        elapsed = now - self._began[task_id]
        if ended or now - when >= max(LINE_SECONDS, elapsed / 2):
            far, whole = task.completed, task.total or 0
            text = f"{task.description} {far:.0f}/{whole:.0f}{_left(far, whole, elapsed)}"
            self._say(task_id, text, far, task.total)

    def _say(self, task: TaskID, text: str, done: float, total: float | None) -> None:
        self._said[task] = (time.monotonic(), done, total)
        self.console.print(text, markup=False, highlight=False)


def _left(done: float, total: float, elapsed: float) -> str:
    """About how long it takes until the end, in words; empty at the beginning and at the end."""
    if not 0 < done < total:
        return ""
    seconds = elapsed * (total - done) / done
    return f"（残り約{seconds:.0f}秒）" if seconds < 60 else f"（残り約{seconds / 60:.0f}分）"


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Progress]:
    """A progress display on standard error, so that `--json` on standard output stays clean."""
    if not quiet and not errors.is_terminal:
        yield LineProgress(console=errors, disable=True)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, disable=quiet) as progress:
        yield progress


def bars(progress: Progress) -> Callable[[str, int, int], None]:
    """A function that shows `(what, done, total)` as one bar for each `what`."""
    tasks: dict[str, TaskID] = {}

    def tell(what: str, done: int, total: int) -> None:
        if what not in tasks:
            tasks[what] = progress.add_task(what, total=None)
        progress.update(tasks[what], completed=done, total=total)

    return tell


def municipalities_of(code: str) -> list[Municipality]:
    """The municipality of that 団体コード; all there are when `code` is empty. Raises typer.Exit(2) as `municipality_of`."""
    if not code:
        return list(Municipality.objects.order_by("code"))
    with municipality_of(code) as town:
        return [town]


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
