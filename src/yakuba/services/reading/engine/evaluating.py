"""A town's own labelled scans against what is read from them: exact fields and characters, passed, silent errors."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from yakuba.kernel.binomial import upper_bound
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import ProcedureDefinition
from yakuba.kernel.refusals import said_as

from ..contracts import Decision, PageReading, PageStatus
from .resolve import distance

FILE, PAGE, FIELD, VALUE = "file", "page", "field", "value"
HOW = (
    "1行目に見出しを書きます。file と page（1から。省くと1）のほかに、項目のコードか見出しの列を並べるか、"
    "field と value の列を置いてください。"
)

Truth = dict[tuple[str, int], dict[str, str]]


@dataclass
class Score:
    """Counts of one type. characters: of the true values; wrong_characters: edits from the reading to them."""

    fields: int = 0
    exact: int = 0
    characters: int = 0
    wrong_characters: int = 0
    passed: int = 0
    silent: int = 0

    def count(self, truth: str, read: str, *, passed: bool) -> None:
        """Add one field."""
        self.fields += 1
        self.exact += truth == read
        self.characters += len(truth)
        self.wrong_characters += distance(truth, read)
        self.passed += passed
        self.silent += passed and truth != read

    def add(self, other: Score) -> None:
        """Add the counts of another type."""
        for name in self.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def facts(self) -> dict[str, float | int | None]:
        """The counts with their shares, and the 95 % bound of the rate of silent errors among what passed."""
        return {
            "fields": self.fields,
            "exact": self.exact,
            "exact_share": _share(self.exact, self.fields),
            "characters": self.characters,
            "characters_share": _share(max(0, self.characters - self.wrong_characters), self.characters),
            "passed": self.passed,
            "passed_share": _share(self.passed, self.fields),
            "silent": self.silent,
            "silent_bound": _rounded(upper_bound(self.silent, self.passed)),
        }


def read_truth(text: str, procedure: ProcedureDefinition, name: str) -> Truth:
    """(file, page from 1) → field → canonical value. Raises DefinitionError with the line."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), restkey="", restval="")
    heads = [head.strip() for head in reader.fieldnames or []]
    if FILE not in heads:
        raise DefinitionError(f"{name}: 「file」の列がありません。{HOW}")
    reader.fieldnames = heads
    codes = {item.label: item.code for item in procedure.fields} | {code: code for code in procedure.by_code}
    found: Truth = {}
    for number, row in enumerate(reader, start=2):
        place = f"{name} {number}行目"
        values = found.setdefault((row[FILE].strip(), _page(row, place)), {})
        for head, value in _told(row, heads, place):
            if head not in codes:
                raise DefinitionError(f"{place}: 項目「{head}」は手続「{procedure.title}」にありません。")
            values[codes[head]] = _canonical(procedure, codes[head], value, place)
    if not found:
        raise DefinitionError(f"{name}: 正しい値が1行もありません。{HOW}")
    return found


def _told(row: Mapping[str, str], heads: list[str], place: str) -> Iterable[tuple[str, str]]:
    """(field, value) pairs of a row, written in either way."""
    if FIELD in heads and VALUE in heads:
        return [(row[FIELD].strip(), row[VALUE])]
    if row.get(""):
        raise DefinitionError(f"{place}: 見出しより列が多くあります。")
    return [(head, row[head]) for head in heads if head not in (FILE, PAGE, "")]


def _page(row: Mapping[str, str], place: str) -> int:
    text = (row.get(PAGE) or "1").strip()
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 10_000):
        raise DefinitionError(f"{place}: page「{text[:20]}」は1からの整数で書いてください。")
    return int(text)


def _canonical(procedure: ProcedureDefinition, code: str, value: str, place: str) -> str:
    field = procedure.field(code)
    with said_as(DefinitionError, f"{place}: 項目「{field.label}」: "):
        return field.canonical(value)


def judge(truth: Mapping[str, str], page: PageReading, scores: dict[str, Score]) -> list[dict[str, str]]:
    """Add a page to the scores by type; the silent errors on it. What could not be read at all counts as asked."""
    read = {one.field: one for one in page.fields} if page.status is PageStatus.READ else {}
    silent = []
    for code, value in truth.items():
        one = read.get(code)
        if one is None and read:
            continue  # it stands on another page
        type_ = one.type if one else "unread"
        passed = one is not None and one.decision is not Decision.DOUBTFUL
        got = one.value if one else ""
        scores.setdefault(type_, Score()).count(value, got, passed=passed)
        if passed and got != value:
            silent.append({"field": code, "truth": value, "read": got})
    return silent


def _share(some: int, of: int) -> float | None:
    return round(some / of, 4) if of else None


def _rounded(bound: float | None) -> float | None:
    return None if bound is None else round(bound, 5)
