"""`yakuba <room> <verb>` from an operation: required fields are arguments, the others options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer
from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from yakuba.kernel.accounts.acting import acting
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.cli.output import municipality_of, print_json, print_rows
from yakuba.kernel.definitions import DefinitionRefused, decoded
from yakuba.kernel.operations.arguments import LARGEST_PART, FromFile, Part, Word
from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.refusals import Invalid

USER = typer.Option(..., "--user", help="だれが行うか（職員ID）。その人の権限で動きます")
ANYBODY = typer.Option(
    "", "--user", help="だれが見るか（職員ID）。省くと、この機械を動かしている人として見ます"
)
TOWN = typer.Option("", "--municipality", help="団体コード。--user があるか、自治体が1つなら省けます")
JSON = typer.Option(False, "--json", help="JSONで出す")


def add_commands(app: typer.Typer, operations: Iterable[Operation]) -> None:
    """Add a command to a room's for each operation that has one."""
    for operation in operations:
        if operation.command:
            app.command(operation.command, help=operation.help or operation.label)(_command(operation))


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
    def command(user: str, municipality: str, as_json: bool, **given: Any) -> None:
        with in_town(operation, user, municipality) as actor:
            told = _told(operation, actor, _read(operation, given))
        if as_json:
            print_json(told)
        else:
            rows = told if isinstance(told, list) else [told]
            print_rows(
                [flat(row, operation.answer.columns) for row in rows],
                dict(operation.answer.columns),
                as_json=False,
            )

    parameters = [_parameter(name, field) for name, field in _fields(operation).items()]
    parameters += [
        _keyword("user", str, ANYBODY if operation.reads_only else USER),
        _keyword("municipality", str, TOWN),
        _keyword("as_json", bool, JSON),
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # typer reads it
    command.__annotations__ = {one.name: one.annotation for one in parameters}
    return command


def _told(operation: Operation, actor: Actor, given: dict[str, Any]) -> Any:
    """What the operation answers; of a list all parts."""
    if not issubclass(operation.arguments, Part):
        return operation.answer.show(operation(actor, **given))
    rows: list[Any] = []
    while True:
        part = operation.answer.show(operation(actor, **given, limit=LARGEST_PART, offset=len(rows)))
        rows += part
        if len(part) < LARGEST_PART:
            return rows


def _fields(operation: Operation) -> dict[str, FieldInfo]:
    hidden = Part.model_fields if issubclass(operation.arguments, Part) else {}
    return {name: field for name, field in operation.arguments.model_fields.items() if name not in hidden}


def _parameter(name: str, field: FieldInfo) -> inspect.Parameter:
    kind = Path if _marked(field, FromFile) else field.annotation
    limits = {"min": _marked(field, Ge), "max": _marked(field, Le)}
    more = {key: getattr(one, "ge" if key == "min" else "le") for key, one in limits.items() if one}
    if field.is_required():
        return _keyword(name, kind, typer.Argument(..., help=field.description, **more))
    word = _marked(field, Word)
    option = word.option if word else "--" + name.replace("_", "-")
    return _keyword(name, kind, typer.Option(field.get_default(), option, help=field.description, **more))


def _keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def _marked(field: FieldInfo, kind: type) -> Any:
    return next((one for one in field.metadata if isinstance(one, kind)), None)


def _read(operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, with the text of each file that was named."""
    fields = operation.arguments.model_fields
    return {name: text_of(one) if _marked(fields[name], FromFile) else one for name, one in given.items()}


def text_of(path: Path) -> str:
    """The text of a file (UTF-8). Raises Invalid with its name."""
    try:
        return decoded(path.read_bytes())
    except OSError as error:
        raise Invalid(f"読めません（{error.strerror}）。", place=str(path)) from error
    except DefinitionRefused as error:
        raise Invalid(str(error), place=str(path)) from error


def flat(row: Mapping[str, Any], columns: Sequence[str] | Mapping[str, str]) -> dict[str, Any]:
    """The row's cells by column; `a.b` is the `b` within `a`, empty where there is no `a`."""
    cells = {}
    for column in columns:
        cell: Any = row
        for key in column.split("."):
            cell = cell.get(key) if isinstance(cell, Mapping) else None
        cells[column] = cell
    return cells
