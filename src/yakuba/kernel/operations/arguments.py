"""What an operation is asked: a pydantic model with a Japanese help for each field, and how a command spells a field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, TypeVar

from pydantic import BaseModel, Field, ValidationError
from pydantic_core import core_schema

from yakuba.kernel.definitions.given import bounded
from yakuba.kernel.refusals import Invalid, Problem

LARGEST_PART = 500
LARGEST_NUMBER = 2**53 - 1  # JSON's; a database's integer holds it, also with a page's length added
NOT_TEXT = re.compile("[\0\ud800-\udfff]")
NO_TEXT = "使えない文字（NUL文字か、文字にならない符号）があります。"
UNREADABLE = "読めません。名前と場所を確かめてください。"
Model = TypeVar("Model", bound=BaseModel)

_REASONS = {
    "missing": "指定してください。",
    "greater_than_equal": "{ge}以上で指定してください。",
    "less_than_equal": "{le}以下で指定してください。",
    "string_too_long": "{max_length}文字以内で指定してください。",
    "enum": "次のどれかを指定してください: {expected}",
    "literal_error": "次のどれかを指定してください: {expected}",
    "int_parsing": "整数で指定してください。",
    "bool_parsing": "true か false で指定してください。",
    "date_from_datetime_parsing": "2027-04-01 のように指定してください。",
}


@dataclass(frozen=True)
class Word:
    """In `Annotated[…]`: the option of the command that gives the field, also one that is required (else an argument).

    flag: the option takes no value; where it is written, the field has this one.
    """

    option: str
    flag: Any = None


@dataclass(frozen=True)
class FromFile:
    """In `Annotated[…]`: a command is given a definition's file (UTF-8) in place of the text, or a JSON file in place of a
    dict. A table is an `Upload`, which is larger and comes in any encoding."""


@dataclass(frozen=True)
class Pairs:
    """In `Annotated[dict[str, int], …]` or `dict[str, str]`: a command repeats its option as `key=value`. shape: that in
    Japanese."""

    shape: str


@dataclass(frozen=True)
class Upload:
    """A file as it was sent (multipart), or as a command was given it. stream: None where there is no such file."""

    name: str
    stream: BinaryIO | None

    def read(self, most: int) -> bytes:
        """The content, of at most so many bytes. Raises Invalid where there is no such file, and where it is larger."""
        if self.stream is None:
            raise Invalid(UNREADABLE, place=self.name)
        return bounded(self.stream, self.name, most)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls)


class Nothing(BaseModel):
    """Nothing needs to be said."""


class Part(BaseModel):
    """A part of a long list. A command shows the whole one, or its `--limit`."""

    limit: int = Field(100, ge=1, le=LARGEST_PART, description="何件まで")
    offset: int = Field(0, ge=0, description="何件目の次から")

    def of(self, rows: Any) -> Any:
        """The part of a query set or a list."""
        return rows[self.offset : self.offset + self.limit]


def checked(model: type[Model], given: Mapping[str, Any]) -> Model:
    """The arguments. Raises Invalid with a problem for each field that cannot be taken."""
    try:
        asked = model.model_validate(dict(given))
    except ValidationError as error:
        problems = [Problem(0, _label(model, one["loc"]), reason_of(one)) for one in error.errors()]
        raise Invalid("\n".join(map(str, problems)), problems=problems) from error
    unfit = [
        Problem(0, _label(model, (name,)), reason)
        for name in model.model_fields
        if (reason := _unfit(getattr(asked, name)))
    ]
    if unfit:
        raise Invalid("\n".join(map(str, unfit)), problems=unfit)
    return asked


def _unfit(value: Any) -> str:
    """Why no database takes the value, wherever it stands in it; empty where it does."""
    if isinstance(value, str):
        return NO_TEXT if NOT_TEXT.search(value) else ""
    if isinstance(value, int):
        return "" if abs(value) <= LARGEST_NUMBER else f"{LARGEST_NUMBER}以下で指定してください。"
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list | tuple | set):
        return next((reason for one in value if (reason := _unfit(one))), "")
    return ""


def _label(model: type[BaseModel], path: tuple[Any, ...]) -> str:
    name = str(path[0]) if path else ""
    field = model.model_fields.get(name)
    return (field.description if field else "") or name


def reason_of(fault: Any) -> str:
    """A fault that pydantic found, in Japanese."""
    sentence = _REASONS.get(fault["type"], "この値は使えません。値の形を確かめてください。")
    return sentence.format(**fault.get("ctx", {}))
