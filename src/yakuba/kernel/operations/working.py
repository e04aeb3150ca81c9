"""Long work on the command line: an operation is done, and what it has started is seen to its end with a bar."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.cli.output import errors, progress_bar
from yakuba.kernel.jobs.work import SILENCE, workers_heard
from yakuba.kernel.operations.operation import Operation, Work
from yakuba.kernel.refusals import UnderWay

LOOK_SECONDS = 0.5
NO_WORKER = (
    "処理をするワーカーが動いていません。yakuba worker を動かすと始まります。"
    "待つのをやめても（Ctrl+C）、頼んだことは残ります。"
)
TAKEN_UP = "前に始めて、まだ終わっていないものがあります。ここで終わりまで行います。"


def carried_out(
    operation: Operation, actor: Actor, asked: Mapping[str, Any], *, wait: bool = True, quiet: bool = False
) -> Any:
    """The outcome. Long work has come to its end then if `wait`, also work that was begun before and perhaps killed half
    way: whoever comes to its end first has done it. quiet: without a bar."""
    work = operation.work
    if work is not None and (said := work.beforehand()):
        errors.print(said, style="yellow", highlight=False, markup=False)
    if work is None or not wait:
        return operation(actor, **asked)
    try:
        outcome = operation(actor, **asked)
    except UnderWay as earlier:
        errors.print(TAKEN_UP, highlight=False)
        outcome = earlier.row
    if operation.found is not None and operation.found(outcome):
        errors.print(work.unchanged(outcome), highlight=False, markup=False)
    else:
        _to_its_end(work, outcome, quiet)
    return outcome


def _to_its_end(work: Work, outcome: Any, quiet: bool) -> None:
    with progress_bar(quiet=quiet) as bar:
        task = bar.add_task(work.label, total=None)
        if work.here is not None:
            work.here(outcome, lambda done, total, _: bar.update(task, completed=done, total=total))
        elif work.progress is not None:
            goes_on, told = True, False
            while goes_on:
                done, total, goes_on = work.progress(outcome)
                bar.update(task, completed=done, total=total)
                if goes_on and not told and not workers_heard(SILENCE).exists():
                    told = True
                    errors.print(NO_WORKER, style="yellow", highlight=False)
                if goes_on:
                    time.sleep(LOOK_SECONDS)
