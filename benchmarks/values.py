"""What fields say about each other, on drawn pairs: `.venv/bin/python benchmarks/values.py [--seed 1] [--json]`.

Two tables. Kana against kanji: names of the sample generator with their own reading, and with one character that a
scan confuses (ジ/シ, シ/ン, ツ/ッ, ユ/エ …) put in its place where that makes no reading of the name in IPADIC, the
generator's dictionary; how many of each are confirmed, and how. Addresses against postal codes: addresses of all
prefectures from Japan Post's list in the spellings people use, with their own code and with the code of another town;
how many agree, contradict, or are left open.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "samples/generator"), str(ROOT / "src")]

import people  # noqa: E402

from yakuba.services.reading.contracts import Decision, FieldReading  # noqa: E402
from yakuba.services.reading.engine import crosschecks  # noqa: E402
from yakuba.services.reading.engine.loading import load_procedure  # noqa: E402

CONFUSED = (
    "ジシ",
    "シン",
    "ツッ",
    "ユエ",
    "ジツ",
    "シツ",
    "ソン",
    "クワ",
    "クタ",
    "コユ",
    "チテ",
    "ヌス",
    "ハバ",
    "カガ",
    "タダ",
    "ヤャ",
    "ヨョ",
)
EXAMPLES = 12


# Kana against kanji


def ipadic() -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """Readings of surnames and of given names."""
    found = []
    for kind in (people.SURNAME, people.GIVEN):
        readings: dict[str, set[str]] = defaultdict(set)
        for entry in people.names(kind).entries:
            readings[entry.text].add(entry.reading)
        found.append(readings)
    return found[0], found[1]


def changed(kana: str) -> Iterator[str]:
    """`kana` with one character replaced by one that a scan takes it for."""
    for place, own in enumerate(kana):
        for pair in CONFUSED:
            if own in pair:
                yield kana[:place] + pair[1 - pair.index(own)] + kana[place + 1 :]


def kana_pairs(rng: random.Random, count: int) -> Iterator[tuple[str, str, str]]:
    """(kind, name, kana): right ones, and wrong ones made of them."""
    surnames, given_names = ipadic()
    for _ in range(count):
        person = people.draw_person(rng)
        yield "right", person.name, person.kana
        readings = {
            first + second
            for at in range(1, len(person.name))
            for first in surnames.get(
                person.name[:at], {person.surname_kana} if at == len(person.surname) else set()
            )
            for second in given_names.get(person.name[at:], ())
        }
        wrong = sorted(set(changed(person.kana)) - readings)
        for kana in rng.sample(wrong, min(3, len(wrong))):
            yield "wrong", person.name, kana


def reading_of(field: str, type_: str, value: str) -> FieldReading:
    return FieldReading(field, "", type_, 0, value, value, 1.0, Decision.TRUSTED, (), "", ())


def kana_table(rng: random.Random, count: int) -> dict[str, dict[str, object]]:
    procedure = load_procedure(ROOT / "samples/procedures/bus-pass.yaml")
    table: dict[str, dict[str, object]] = {}
    for kind, name, kana in kana_pairs(rng, count):
        values = {"name": reading_of("name", "name", name), "kana": reading_of("kana", "kana", kana)}
        found = crosschecks.check(procedure, values)["kana"]
        how = found.confirmed_by[0] if found.confirmed_by else "refused" if found.reasons else "open"
        how += " (picture decides)" if found.ambiguous and found.confirmed_by else ""
        row = table.setdefault(kind, {})
        row["pairs"] = int(row.get("pairs", 0)) + 1  # type: ignore[call-overload]
        row[how] = int(row.get(how, 0)) + 1  # type: ignore[call-overload]
        if (kind == "wrong") == bool(found.confirmed_by):
            row.setdefault("examples", []).append(f"{name} {kana}")  # type: ignore[attr-defined]
    return table
