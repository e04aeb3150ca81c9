"""A line of a scenario with `{…}` in it: the parts, and what they are filled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from yakuba.kernel.values.types import TYPES, written
from yakuba.services.robots.contracts import FieldSpec, Unconfirmed
from yakuba.services.robots.engine.errors import BadValue

CALLED = 1_000_000  # the steps of the n-th scenario that is called are numbered from n times this


def line_in_words(line: int) -> str:
    """Where a step stands, for people: 「シナリオ 12行目」, or in which of the scenarios that are called."""
    called, own = divmod(line, CALLED)
    return f"呼び出したシナリオ（{called}つ目）の{own}行目" if called else f"シナリオ {own}行目"


@dataclass(frozen=True)
class FieldPart:
    """`{氏名:半角カナ}`: a value of the case."""

    spec: FieldSpec
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class SecretPart:
    """`{秘密:パスワード}`: a secret by its name."""

    name: str


@dataclass(frozen=True)
class NumberPart:
    """`{登録番号}`: the number the target gave to this row."""


@dataclass(frozen=True)
class NamePart:
    """`{路線}`, `{行:続柄}`: what a step before gave a name to. ways: writings, or the one column of a row. masked: it is
    a value that is told to nobody."""

    name: str
    ways: tuple[str, ...] = ()
    masked: bool = False


Part = str | FieldPart | SecretPart | NumberPart | NamePart


@dataclass(frozen=True)
class Bound:
    """What a name stands for: a text that was read, a value of the case (canonical, of the field `spec`), or the cells of
    a table's row by column."""

    text: str = ""
    spec: FieldSpec | None = None
    cells: Mapping[str, str] = field(default_factory=dict)


NO_NAMES: Mapping[str, Bound] = MappingProxyType({})


@dataclass(frozen=True)
class Filled:
    """A template with its values put in. A field of type choices gives several texts, anything else one. secret: it
    holds a secret or a masked value, and is told to nobody."""

    texts: tuple[str, ...]
    secret: bool = False

    @property
    def text(self) -> str:
        return "、".join(self.texts)

    def __repr__(self) -> str:
        return "Filled(secret)" if self.secret else f"Filled({self.texts!r})"


def confirmed(spec: FieldSpec, values: Mapping[str, str], line: int) -> str:
    """The case's value of a field, empty where it has none. Raises `BadValue` where nobody confirmed it."""
    value = values.get(spec.code, "")
    if isinstance(value, Unconfirmed):
        raise BadValue(
            f"「{spec.label}」の値はだれも確かめていないので、ロボットは使いません。"
            "受付の画面の「直す」で確かめてから、もう一度流してください。",
            field=spec.label,
            where=line_in_words(line),
        )
    return value


@dataclass(frozen=True)
class Template:
    """Text with `{…}` parts, from one line of the scenario."""

    parts: tuple[Part, ...]
    line: int

    def fill(
        self,
        values: Mapping[str, str],
        secrets: Mapping[str, str],
        number: str = "",
        names: Mapping[str, Bound] = NO_NAMES,
    ) -> Filled:
        """Put values in. A name that no step has given yet is empty. Raises `BadValue`, naming the field, when a value
        cannot be written so."""
        if len(self.parts) == 1 and isinstance(self.parts[0], FieldPart):
            return Filled(self._field(self.parts[0], values), self.is_secret)
        text = ""
        for part in self.parts:
            if isinstance(part, str):
                text += part
            elif isinstance(part, FieldPart):
                text += "、".join(self._field(part, values))
            elif isinstance(part, NumberPart):
                text += number
            elif isinstance(part, NamePart):
                text += self._named(part, names.get(part.name, Bound()))
            else:
                text += secrets[part.name]
        return Filled((text,), self.is_secret)

    def _field(self, part: FieldPart, values: Mapping[str, str]) -> tuple[str, ...]:
        spec = part.spec
        value = confirmed(spec, values, self.line)
        items = value.split(",") if spec.type == "choices" and value else [value]
        return tuple(self._written(spec, item, part.formats) for item in items)

    def _named(self, part: NamePart, bound: Bound) -> str:
        if bound.cells:
            return bound.cells.get(part.ways[0], "") if part.ways else ""
        if bound.spec is None:
            return written(bound.text, part.ways)
        return self._written(bound.spec, bound.text, part.ways)

    def _written(self, spec: FieldSpec, item: str, formats: tuple[str, ...]) -> str:
        try:
            return written(_option(spec, item, "コード" in formats), formats)
        except ValueError as error:
            why = "" if TYPES[spec.type].masked else f"{error}。"
            raise BadValue(
                f"「{spec.label}」を書けません。{why}値を直してからもう一度流してください。",
                field=spec.label,
                where=line_in_words(self.line),
            ) from None

    @property
    def fields(self) -> tuple[FieldSpec, ...]:
        return tuple(part.spec for part in self.parts if isinstance(part, FieldPart))

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(part.name for part in self.parts if isinstance(part, SecretPart))

    @property
    def is_secret(self) -> bool:
        """Whether what comes of it must not be told: it holds a secret, or a value of a masked type."""
        named = any(part.masked for part in self.parts if isinstance(part, NamePart))
        return bool(self.secrets) or named or any(TYPES[spec.type].masked for spec in self.fields)


def _option(spec: FieldSpec, code: str, as_code: bool) -> str:
    if not spec.options or not code or as_code:
        return code
    if code not in spec.options:
        raise ValueError(f"選択肢に「{code}」がありません")
    return spec.options[code]
