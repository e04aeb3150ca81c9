"""What a procedure file says (docs/architecture.md): pure Python, so that engines may read it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions import DefinitionRefused, decoded, values
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.values import TYPES

FIELD_KEYS = frozenset(
    [
        "code",
        "label",
        "type",
        "required",
        "options",
        "range",
        "length",
        "reading_of",
        "postal_code_of",
        "sum_of",
        "lexicon",
        "group",
        "after",
    ]
)


class DefinitionError(Invalid, ValueError):
    """A definition file that cannot be used. `str()` is a Japanese sentence with file, place and remedy."""

    exit_code = 2


@dataclass(frozen=True)
class FieldDefinition:
    """One field of a procedure; see docs/architecture.md for the types and their canonical values."""

    code: str
    label: str
    type: str
    required: bool = False
    options: dict[str, str] = field(default_factory=dict)  # code -> Japanese, for choice and choices
    range: tuple[str, str] | None = None  # lowest and highest canonical value
    length: int | None = None
    reading_of: str | None = None  # a kana field: the field it is the reading of
    postal_code_of: str | None = None  # a postal code: the address it belongs to
    sum_of: tuple[str, ...] = ()
    lexicon: str | None = None  # a closed list in `lexicons`
    after: str | None = None  # a date: not before that field's
    group: str = ""  # heading under which pages show it


@dataclass(frozen=True)
class ProcedureDefinition:
    """A procedure: its fields in order, its closed lists, and what a case took by hand before."""

    code: str
    title: str
    version: int
    minutes_by_hand: float
    baseline_kind: str  # "measured" or "estimated"
    baseline_source: str
    fields: tuple[FieldDefinition, ...]
    lexicons: dict[str, tuple[str, ...]]

    def field(self, code: str) -> FieldDefinition:
        """The field of that code. Raises KeyError."""
        return self._by_code[code]

    @property
    def labels(self) -> dict[str, str]:
        """Field code → Japanese label."""
        return {item.code: item.label for item in self.fields}

    @property
    def _by_code(self) -> dict[str, FieldDefinition]:
        return {item.code: item for item in self.fields}


def load_procedure(path: Path) -> ProcedureDefinition:
    """Read a procedure file. Raises DefinitionError."""
    return parse_procedure(read_document(path), path.name)


def read_document(path: Path) -> Any:
    """What a procedure file says, as plain data. Raises DefinitionError with its faults."""
    try:
        return values(decoded(path.read_bytes()))
    except OSError as error:
        raise DefinitionError(f"{path.name}: 読めません（{error.strerror}）。") from error
    except DefinitionRefused as error:
        raise DefinitionError(f"{path.name}: {error}") from error


def parse_procedure(document: Any, source: str) -> ProcedureDefinition:
    """The definition in a parsed document; `source` names it in messages. Raises DefinitionError."""
    if not isinstance(document, dict):
        raise DefinitionError(f"{source}: 手続の定義ではありません。")
    try:
        baseline = document["baseline"]
        fields = tuple(_field(row, source) for row in document["fields"])
        definition = ProcedureDefinition(
            code=str(document["procedure"]),
            title=str(document["title"]),
            version=int(document["version"]),
            minutes_by_hand=float(baseline["minutes_per_case"]),
            baseline_kind=str(baseline["kind"]),
            baseline_source=str(baseline.get("source", "")),
            fields=fields,
            lexicons={name: tuple(map(str, words)) for name, words in document.get("lexicons", {}).items()},
        )
    except KeyError as error:
        raise DefinitionError(f"{source}: {error.args[0]} がありません。加えてください。") from error
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(f"{source}: 値の形が正しくありません（{error}）。") from error
    _check_references(definition, source)
    return definition


def _field(row: dict[str, Any], source: str) -> FieldDefinition:
    place = f"{source} の項目「{row.get('code', '?')}」"
    if unknown := set(row) - FIELD_KEYS:
        raise DefinitionError(f"{place}: 知らない指定 {', '.join(sorted(unknown))} があります。")
    if row["type"] not in TYPES:
        raise DefinitionError(f"{place}: 型 {row['type']} はありません。使える型: {', '.join(sorted(TYPES))}")
    if row["type"] in {"choice", "choices"} and not row.get("options"):
        raise DefinitionError(f"{place}: 選択肢 options がありません。")
    limits = row.get("range")
    return FieldDefinition(
        code=str(row["code"]),
        label=str(row["label"]),
        type=row["type"],
        required=bool(row.get("required", False)),
        options={str(code): str(label) for code, label in (row.get("options") or {}).items()},
        range=(str(limits[0]), str(limits[1])) if limits else None,
        length=int(row["length"]) if row.get("length") else None,
        reading_of=row.get("reading_of"),
        postal_code_of=row.get("postal_code_of"),
        sum_of=tuple(row.get("sum_of", ())),
        lexicon=row.get("lexicon"),
        after=row.get("after"),
        group=str(row.get("group", "")),
    )


def _check_references(definition: ProcedureDefinition, source: str) -> None:
    codes = [item.code for item in definition.fields]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise DefinitionError(f"{source}: 項目 {', '.join(sorted(twice))} が二度あります。")
    for item in definition.fields:
        named = [item.reading_of, item.postal_code_of, item.after, *item.sum_of]
        if missing := [code for code in named if code and code not in codes]:
            raise DefinitionError(f"{source} の項目「{item.code}」: 項目 {', '.join(missing)} がありません。")
        if item.lexicon and item.lexicon not in definition.lexicons:
            raise DefinitionError(f"{source} の項目「{item.code}」: 語の一覧 {item.lexicon} がありません。")
