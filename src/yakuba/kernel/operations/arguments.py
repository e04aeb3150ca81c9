"""What an operation is asked: a pydantic model with a Japanese help for each field, and how a command spells a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from yakuba.kernel.refusals import Invalid, Problem

LARGEST_PART = 500
Model = TypeVar("Model", bound=BaseModel)

_REASONS = {
    "missing": "指定してください。",
    "greater_than_equal": "{ge}以上で指定してください。",
    "less_than_equal": "{le}以下で指定してください。",
    "string_too_long": "{max_length}文字以内で指定してください。",
    "enum": "次のどれかを指定してください: {expected}",
}


@dataclass(frozen=True)
class Word:
    """In `Annotated[…]`: the option of the command that gives the field, where it is not `--name-of-the-field`."""

    option: str


@dataclass(frozen=True)
class FromFile:
    """In `Annotated[str, …]`: a command is given a file (UTF-8) in place of the text."""


class Part(BaseModel):
    """A part of a long list. A command shows all parts."""

    limit: int = Field(100, ge=1, le=LARGEST_PART, description="何件まで")
    offset: int = Field(0, ge=0, description="何件目の次から")

    def of(self, rows: Any) -> Any:
        """The part of a query set or a list."""
        return rows[self.offset : self.offset + self.limit]


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """The arguments. Raises Invalid with a problem for each field that cannot be taken."""
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        problems = [Problem(0, _label(model, one["loc"]), _reason(one)) for one in error.errors()]
        raise Invalid("\n".join(map(str, problems)), problems=problems) from error


def _label(model: type[BaseModel], path: tuple[Any, ...]) -> str:
    name = str(path[0]) if path else ""
    field = model.model_fields.get(name)
    return (field.description if field else "") or name


def _reason(fault: Any) -> str:
    sentence = _REASONS.get(fault["type"], "この値は使えません。値の形を確かめてください。")
    return sentence.format(**fault.get("ctx", {}))
