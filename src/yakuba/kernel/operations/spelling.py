"""How a command spells the fields of an operation, and what it makes of what was typed."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin

import typer
from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from yakuba.kernel.cli.output import fail
from yakuba.kernel.definitions import decoded
from yakuba.kernel.definitions.given import content
from yakuba.kernel.operations.arguments import FromFile, Pairs, Upload, Word
from yakuba.kernel.operations.operation import Operation
from yakuba.kernel.refusals import Invalid, said_as


def parameter_of(name: str, field: FieldInfo) -> inspect.Parameter:
    """The argument or option for a field."""
    limits = {"min": _marked(field, Ge), "max": _marked(field, Le)}
    more: dict[str, Any] = {
        key: getattr(one, "ge" if key == "min" else "le") for key, one in limits.items() if one
    }
    kind = _typed(field)
    if kind is datetime:
        more["formats"] = ["%Y-%m-%d"]
    word = _marked(field, Word)
    if field.is_required() and word is None:
        return keyword(name, kind, typer.Argument(..., help=field.description, **more))
    default = ... if field.is_required() else _default(field)
    return keyword(name, kind, typer.Option(default, option_of(name, field), help=field.description, **more))


def words_of(operation: Operation) -> list[str]:
    """What has to be typed behind the verb."""
    required = {name: one for name, one in operation.arguments.model_fields.items() if one.is_required()}
    places = [name.upper() for name, one in required.items() if not _marked(one, Word)]
    options = [
        f"{option_of(name, one)} {name.upper()}" for name, one in required.items() if _marked(one, Word)
    ]
    return places + options


def option_of(name: str, field: FieldInfo) -> str:
    """The option's name."""
    word = _marked(field, Word)
    return word.option if word else "--" + name.replace("_", "-")


def keyword(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    """A parameter of the function that typer makes a command of."""
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


def read(operation: Operation, given: Mapping[str, Any], opened: ExitStack) -> dict[str, Any]:
    """The arguments as the operation takes them; files that are named are read, or opened in `opened`. Raises typer.Exit(2)
    and Invalid."""
    fields = operation.arguments.model_fields
    return {name: _value(name, fields[name], one, opened) for name, one in given.items()}


def _value(name: str, field: FieldInfo, given: Any, opened: ExitStack) -> Any:
    word = _marked(field, Word)
    if word is not None and word.flag is not None:
        return word.flag if given else field.get_default()
    if (pairs := _marked(field, Pairs)) is not None:
        return _pairs(option_of(name, field), field, pairs.shape, given)
    if given is None:
        return None
    if _marked(field, FromFile) is not None:
        return text_of(given) if str in _kinds(field) else _object(given)
    if Upload in _kinds(field):
        files = [_upload(path, opened) for path in (given if isinstance(given, list) else [given])]
        return files if isinstance(given, list) else files[0]
    return given.date() if isinstance(given, datetime) else given


def text_of(path: Path) -> str:
    """The text of a file (UTF-8). Raises Invalid with its name."""
    written = content(path)
    with said_as(partial(Invalid, place=str(path))):
        return decoded(written)


def _object(path: Path) -> dict[str, Any]:
    """A JSON object. Raises typer.Exit(2), and Unreadable."""
    written = content(path)
    try:
        found = json.loads(written.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise fail(f"{path}: UTF-8のJSONとして読めません。", 2) from error
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise fail(f'{path}: {{"項目": "文"}} のように、項目と文の組で書いてください。', 2)
    return found


def _upload(path: Path, opened: ExitStack) -> Upload:
    try:
        return Upload(path.name, opened.enter_context(path.open("rb")))
    except OSError:
        return Upload(str(path), None)


def _pairs(option: str, field: FieldInfo, shape: str, stated: list[str]) -> dict[str, Any]:
    """`["N1-1=5", "N1-2=-1"]` → `{"N1-1": 5, "N1-2": -1}`; the texts themselves where the field wants texts, in which a
    further = may stand. Raises typer.Exit(2)."""
    texts = field.annotation == dict[str, str]
    found: dict[str, Any] = {}
    for one in stated:
        key, mark, value = one.partition("=") if texts else one.rpartition("=")
        try:
            read = value if texts else int(value)
        except ValueError as error:
            raise fail(f"{option} {one} は「{shape}」の形で書いてください。", 2) from error
        if not key or not mark or key in found:
            raise fail(f"{option} {one} は「=」の前がないか、同じものを二度書いています。", 2)
        found[key] = read
    return found


def _typed(field: FieldInfo) -> Any:
    """What typer makes of the words for the field."""
    word, kinds = _marked(field, Word), _kinds(field)
    if word is not None and word.flag is not None:
        return bool
    if _marked(field, Pairs):
        return list[str]
    if _marked(field, FromFile):
        return Path if field.is_required() else Path | None
    if Upload in kinds:
        return list[Path] if get_origin(field.annotation) is list else Path
    return datetime if date in kinds else field.annotation


def _default(field: FieldInfo) -> Any:
    word = _marked(field, Word)
    if word is not None and word.flag is not None:
        return False
    return [] if _marked(field, Pairs) else field.get_default(call_default_factory=True)


def _kinds(field: FieldInfo) -> tuple[Any, ...]:
    """The annotation, or what its union or list is made of."""
    if get_origin(field.annotation) in (list, Union, UnionType):
        return get_args(field.annotation)
    return (field.annotation,)


def _marked(field: FieldInfo, kind: type) -> Any:
    return next((one for one in field.metadata if isinstance(one, kind)), None)
