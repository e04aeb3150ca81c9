"""What a procedure file says (docs/architecture.md): read once, here, for the ledger, the engines and every other room."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from yakuba.kernel.definitions.faults import DefinitionError
from yakuba.kernel.definitions.given import content
from yakuba.kernel.definitions.source import decoded, values
from yakuba.kernel.refusals import said_as
from yakuba.kernel.values import TYPES, FieldType, Picks
from yakuba.kernel.values.characters import comparable

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
        "person",
    ]
)
PERSON_KEYS = ("name", "kana", "birth", "address")  # what of an application says whose number it is


@dataclass(frozen=True)
class FieldDefinition:
    """One field of a procedure; see docs/architecture.md for the types and their canonical values."""

    code: str
    label: str
    type: str
    required: bool = False
    options: Mapping[str, str] = field(default_factory=dict)  # code -> Japanese, for choice and choices
    range: tuple[str, str] = ("", "")  # lowest and highest canonical value, each empty when open
    length: int | None = None
    reading_of: str = ""  # a kana field: the field it is the reading of
    postal_code_of: str = ""  # a postal code: the address it belongs to
    sum_of: tuple[str, ...] = ()
    lexicon: str = ""  # the name of a closed list in `lexicons`
    words: tuple[str, ...] = ()  # that list; empty when any value may stand
    after: str = ""  # a date: not before that field's
    group: str = ""  # heading under which pages show it
    # A resident's number (宛名番号): `PERSON_KEYS` -> the fields that say of whom; the register of persons supplies it.
    person: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> FieldType:
        """The field type itself."""
        return TYPES[self.type]

    def canonical(self, text: str) -> str:
        """The canonical value of a text. Raises ValueRefused."""
        return self.kind.canonical(text, self.options)

    def shown(self, value: str, *, revealed: bool = False) -> str:
        """A canonical value as staff read it."""
        return self.kind.shown(value, self.options, revealed=revealed)


@dataclass(frozen=True)
class Repeat:
    """Fields that come several times, a row for each child or employment: `child_1_name`, `child_2_name`. The ledger, paper
    and files know each of them as a field; who asks them one row at a time asks this (docs/adr/0039).

    unit: what rows are counted in (人, 件).  least: rows that there always are.  needs: the parts (`name`) that must be given in a row that is there.  rows: the
    field codes of each row, of equal parts in equal order.
    """

    code: str
    label: str
    least: int
    needs: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unit: str = "件"

    @property
    def most(self) -> int:
        """How many rows there can be."""
        return len(self.rows)

    def part(self, field: str) -> str:
        """`name` of `child_2_name`."""
        return re.sub(rf"^{re.escape(self.code)}_\d+_", "", field)

    def row_label(self, row: int) -> str:
        """What a row is called; `row` counts from 1."""
        return f"{self.label}{row}"


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
    lexicons: Mapping[str, tuple[str, ...]]
    repeats: tuple[Repeat, ...] = ()

    def field(self, code: str) -> FieldDefinition:
        """The field of that code. Raises KeyError."""
        return self.by_code[code]

    @cached_property
    def by_code(self) -> Mapping[str, FieldDefinition]:
        """Field code → field, in order."""
        return {item.code: item for item in self.fields}

    @property
    def resident(self) -> FieldDefinition | None:
        """The field that holds the applicant's number in the register of persons; None where the procedure has none."""
        return next((item for item in self.fields if item.person), None)

    @property
    def labels(self) -> dict[str, str]:
        """Field code → Japanese label."""
        return {item.code: item.label for item in self.fields}

    @property
    def labels_twice(self) -> frozenset[str]:
        """What several fields are called, however it is written: staff could not tell them apart, nor a file's columns."""
        count = Counter(comparable(item.label) for item in self.fields)
        return frozenset(label for label, number in count.items() if number > 1)


def load_procedure(path: Path) -> ProcedureDefinition:
    """Read a procedure file. Raises DefinitionError."""
    return parse_procedure(read_document(path), path.name)


def read_document(path: Path) -> Any:
    """What a procedure file says, as plain data. Raises DefinitionError with its faults."""
    written = content(path)
    with said_as(DefinitionError, f"{path.name}: "):
        return values(decoded(written))


def parse_procedure(document: Any, source: str) -> ProcedureDefinition:
    """The definition in a parsed document; `source` names it in messages. Raises DefinitionError."""
    if not isinstance(document, dict):
        raise DefinitionError(f"{source}: 手続の定義ではありません。")
    try:
        baseline = document["baseline"]
        lexicons = {name: tuple(map(str, words)) for name, words in (document.get("lexicons") or {}).items()}
        fields = tuple(_field(row, source, lexicons) for row in document["fields"])
        definition = ProcedureDefinition(
            code=str(document["procedure"]),
            title=str(document["title"]),
            version=_version(document["version"], source),
            minutes_by_hand=float(baseline["minutes_per_case"]),
            baseline_kind=str(baseline["kind"]),
            baseline_source=str(baseline.get("source", "")),
            fields=fields,
            lexicons=lexicons,
            repeats=tuple(_repeat(row, fields, source) for row in document.get("repeats") or ()),
        )
    except KeyError as error:
        raise DefinitionError(f"{source}: {error.args[0]} がありません。加えてください。") from error
    except (TypeError, ValueError, AttributeError) as error:
        if isinstance(error, DefinitionError):
            raise
        raise DefinitionError(f"{source}: 値の形が正しくありません（{error}）。") from error
    _check_references(definition, source)
    return definition


def _version(given: Any, source: str) -> int:
    if not str(given).isdecimal() or int(given) < 1:
        raise DefinitionError(f"{source}: version は1以上の整数で書いてください（今は「{given}」）。")
    return int(given)


def _field(row: dict[str, Any], source: str, lexicons: Mapping[str, tuple[str, ...]]) -> FieldDefinition:
    place = f"{source} の項目「{row.get('code', '?')}」"
    if unknown := set(row) - FIELD_KEYS:
        raise DefinitionError(f"{place}: 知らない指定 {', '.join(sorted(unknown))} があります。")
    if row["type"] not in TYPES:
        raise DefinitionError(f"{place}: 型 {row['type']} はありません。使える型: {', '.join(sorted(TYPES))}")
    if TYPES[row["type"]].picks is not Picks.NONE and not row.get("options"):
        raise DefinitionError(f"{place}: 選択肢 options がありません。")
    limits = row.get("range") or ("", "")
    if len(limits) != 2:
        raise DefinitionError(f"{place}: range は [最小, 最大] の2つで書いてください。")
    lexicon = str(row.get("lexicon") or "")
    if lexicon and lexicon not in lexicons:
        raise DefinitionError(f"{place}: 語の一覧 {lexicon} がありません。")
    return FieldDefinition(
        code=str(row["code"]),
        label=str(row["label"]),
        type=row["type"],
        required=bool(row.get("required", False)),
        options={str(code): str(label) for code, label in (row.get("options") or {}).items()},
        range=_limits(TYPES[row["type"]], limits, place),
        length=int(row["length"]) if row.get("length") else None,
        reading_of=str(row.get("reading_of") or ""),
        postal_code_of=str(row.get("postal_code_of") or ""),
        sum_of=tuple(map(str, row.get("sum_of") or ())),
        lexicon=lexicon,
        words=lexicons.get(lexicon, ()),
        after=str(row.get("after") or ""),
        group=str(row.get("group", "")),
        person=_person(row, place),
    )


def _repeat(row: Mapping[str, Any], fields: tuple[FieldDefinition, ...], source: str) -> Repeat:
    code, place = str(row["code"]), f"{source} の繰り返し「{row['code']}」"
    if unknown := set(row) - {"code", "label", "least", "needs", "unit"}:
        raise DefinitionError(f"{place}: 知らない指定 {', '.join(sorted(map(str, unknown)))} があります。")
    rows: dict[int, list[FieldDefinition]] = {}
    for item in fields:
        if found := re.fullmatch(rf"{re.escape(code)}_(\d{{1,2}})_.+", item.code):
            rows.setdefault(int(found[1]), []).append(item)
    if not rows or list(rows) != list(range(1, len(rows) + 1)):
        raise DefinitionError(f"{place}: 項目 {code}_1_…、{code}_2_… を、1から順に並べて書いてください。")
    said = Repeat(
        code,
        str(row["label"]),
        int(row.get("least", 0)),
        tuple(map(str, row.get("needs") or ())),
        tuple(tuple(item.code for item in part) for part in rows.values()),
        str(row.get("unit") or "件"),
    )
    kinds = {tuple((said.part(item.code), item.type) for item in part) for part in rows.values()}
    if len(kinds) > 1:
        raise DefinitionError(f"{place}: どの番号にも、同じ項目を同じ順と同じ型で書いてください。")
    if not 0 <= said.least <= said.most or set(said.needs) - {part for part, _ in kinds.pop()}:
        raise DefinitionError(
            f"{place}: least は{said.most}まで、needs は繰り返す項目の名前で書いてください。"
        )
    if any(item.required for number, part in rows.items() if number > said.least for item in part):
        raise DefinitionError(
            f"{place}: {said.least + 1}番目からは required を書けません。書くときに要るものは needs に書いてください。"
        )
    return said


def _person(row: dict[str, Any], place: str) -> dict[str, str]:
    said = row.get("person") or {}
    if not said:
        return {}
    if row["type"] not in ("digits", "text"):
        raise DefinitionError(f"{place}: person（宛名突合）は、型 digits か text の項目に書いてください。")
    if unknown := set(said) - set(PERSON_KEYS):
        raise DefinitionError(
            f"{place}: person に書けるのは {', '.join(PERSON_KEYS)} です（{', '.join(sorted(map(str, unknown)))} は使えません）。"
        )
    if "name" not in said:
        raise DefinitionError(f"{place}: person に name（氏名の項目）を書いてください。")
    return {str(key): str(code) for key, code in said.items()}


def _limits(kind: FieldType, limits: Any, place: str) -> tuple[str, str]:
    with said_as(DefinitionError, f"{place}: range を読めません。"):
        lowest, highest = ("" if limit is None else kind.canonical(str(limit)) for limit in limits)
    return lowest, highest


def _check_references(definition: ProcedureDefinition, source: str) -> None:
    codes = [item.code for item in definition.fields]
    if twice := {code for code in codes if codes.count(code) > 1}:
        raise DefinitionError(f"{source}: 項目 {', '.join(sorted(twice))} が二度あります。")
    for item in definition.fields:
        named = [item.reading_of, item.postal_code_of, item.after, *item.sum_of, *item.person.values()]
        if missing := [code for code in named if code and code not in codes]:
            raise DefinitionError(f"{source} の項目「{item.code}」: 項目 {', '.join(missing)} がありません。")
