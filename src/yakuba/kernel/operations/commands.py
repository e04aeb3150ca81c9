"""`yakuba <room> <verb>` from an operation: required fields are arguments, the others options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import typer

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.cli.options import JSON
from yakuba.kernel.cli.output import municipality_of
from yakuba.kernel.cli.verbs import verbs
from yakuba.kernel.operations.arguments import Part
from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.operations.printing import flat, print_answer, write
from yakuba.kernel.operations.spelling import keyword, parameter_of, read
from yakuba.kernel.operations.table import Operations
from yakuba.kernel.operations.working import carried_out

USER = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")
ANYBODY = typer.Option(
    "", "--user", help="だれが行うか（職員ID）。省くと、この機械を動かしている人として行います"
)
TOWN = typer.Option("", "--municipality", help="団体コード。--user があるか、自治体が1つなら省けます")
OUT = typer.Option(..., "--out", help="書くファイル")
WAIT_HELP = "終わるまで待つ／待たずにワーカーに任せる"

__all__ = ["ANYBODY", "JSON", "TOWN", "USER", "add_commands", "flat", "in_town", "write"]


def add_commands(app: typer.Typer, operations: Operations) -> dict[str, typer.Typer]:
    """Add a command to a room's for each operation that has one. Returns the groups by their word, for more commands."""
    groups = {word: verbs(line) for word, line in operations.groups.items()}
    for word, group in groups.items():
        app.add_typer(group, name=word)
    for operation in operations:
        *above, verb = operation.command.split(" ")
        if verb:
            place = groups[above[0]] if above else app
            place.command(verb, help=operation.help or operation.label)(_command(operation))
    return groups


@contextmanager
def in_town(operation: Operation, user: str, municipality: str) -> Iterator[Any]:
    """Work as that member of staff, or as whoever operates the machine (None). Raises typer.Exit."""
    if user:
        with acting(user, operation.permission, municipality=municipality) as actor:
            yield actor
    else:
        with municipality_of(municipality):
            yield None


def _command(operation: Operation) -> Callable[..., None]:
    def command(**given: Any) -> None:
        said = {one.name: given.pop(one.name) for one in standing}
        quiet = said.get("as_json", False)
        with in_town(operation, said["user"], said["municipality"]) as actor, ExitStack() as opened:
            asked = read(operation, given, opened)
            if hidden:
                outcome = operation.whole(actor, said["limit"], **asked)
            else:
                outcome = carried_out(operation, actor, asked, wait=said.get("wait", False), quiet=quiet)
            if operation.answer.media_type:
                write(outcome, said["out"])
            else:
                print_answer(operation.answer, outcome, as_json=quiet)

    hidden = Part.model_fields if issubclass(operation.arguments, Part) else {}
    fields = operation.arguments.model_fields
    standing = _standing(operation, hidden)
    parameters = [
        parameter_of(name, field) for name, field in fields.items() if name not in hidden
    ] + standing
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _standing(operation: Operation, hidden: Mapping[str, Any]) -> list[inspect.Parameter]:
    """What every command of that kind takes."""
    answer, work = operation.answer, operation.work
    found = []
    if hidden:
        several = typer.Option(answer.first, "--limit", min=1, help="何件まで。省くと全部")
        found.append(keyword("limit", int | None, several))
    if work is not None:
        waiting = typer.Option(work.waits, "--wait/--no-wait", help=WAIT_HELP)
        found.append(keyword("wait", bool, waiting))
    found.append(keyword("user", str, USER if operation.needs_person else ANYBODY))
    found.append(keyword("municipality", str, TOWN))
    found.append(keyword("out", Path, OUT) if answer.media_type else keyword("as_json", bool, JSON))
    return found
