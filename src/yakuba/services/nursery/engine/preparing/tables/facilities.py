"""The table of facilities."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import BinaryIO

from yakuba.kernel.definitions import plain
from yakuba.kernel.tables.reading import BadRow, Row, rows
from yakuba.kernel.tables.spoilt import folded, without_signs
from yakuba.services.nursery.contracts import AGES, Facility, Problem, SharedAges

REQUIRED = ("施設番号", "施設名")
NOT_TAKEN_IN = ("", "-", "－", "ー", "×")
SHARED = re.compile(r"([0-5])(?:[-~〜]([0-5]))?歳[:=](席|保育士)([0-9]{1,4})")


def read_facilities(
    data: bytes | BinaryIO, renamed: Mapping[str, str] | None = None
) -> tuple[list[Facility], list[Problem]]:
    """The facilities of a file, and what is wrong in it. renamed: see `reading.rows`."""
    problems: list[Problem] = []
    found, wrong = facilities_of(rows(data, REQUIRED, problems, _place, renamed=renamed))
    return found, sorted([*problems, *wrong], key=lambda one: one.line)


def facilities_of(rows: Iterable[Row]) -> tuple[list[Facility], list[Problem]]:
    """The same of rows that were read."""
    problems: list[Problem] = []
    found: dict[str, Facility] = {}
    for row in rows:
        try:
            facility = _facility(row)
            if facility.id in found:
                raise BadRow(f"施設番号「{facility.id}」の施設が前の行にもあります。")
            found[facility.id] = facility
        except BadRow as error:
            problems.append(Problem(row.line, _place(row), str(error)))
    return list(found.values()), problems


def _place(row: Row) -> str:
    return f"施設 {row.get('施設名', '施設番号')}"[:60]


def _facility(row: Row) -> Facility:
    code = folded(without_signs(row.get("施設番号"), "施設番号"))
    if not code:
        raise BadRow("施設番号が空です。")
    vacancies = {}
    for age in AGES:
        text = plain(row.get(f"{age}歳", f"{age}歳の空き"))
        if text in NOT_TAKEN_IN:
            continue
        if not text.isascii() or not text.isdigit() or len(text) > 4:
            raise BadRow(
                f"「{age}歳」の空き「{text}」は0以上の整数で書いてください。受け入れない年齢は空欄にします。"
            )
        vacancies[age] = int(text)
    return Facility(
        id=code,
        name=row.get("施設名") or code,
        vacancies=vacancies,
        kind=row.get("種別"),
        district=row.get("地区"),
        shared=_shared(plain(row.get("共用枠"))),
        facts=dict(row.cells),
    )


def _shared(text: str) -> tuple[SharedAges, ...]:
    """Ages that share seats or teachers. The same ages may have one number of each: of two, nobody knows which holds."""
    found: dict[tuple[int, ...], SharedAges] = {}
    for part in re.split(r"[、,;]", text):
        part = part.replace(" ", "")
        if not part:
            continue
        match = SHARED.fullmatch(part)
        if not match:
            raise BadRow(f"共用枠「{part}」は「3-5歳:席10」か「0-1歳:保育士2」のように書いてください。")
        low, high, what, count = match.groups()
        ages = tuple(range(int(low), int(high or low) + 1))
        if not ages:
            raise BadRow(f"共用枠「{part}」は、小さい年齢から先に「{high}-{low}歳」と書いてください。")
        name = f"{low}-{high}歳" if high else f"{low}歳"
        known = found.get(ages, SharedAges(name, ages))
        before = known.seats if what == "席" else known.teachers
        if before is not None:
            raise BadRow(
                f"共用枠に「{known.id}:{what}」が二つあります（{before} と {int(count)}）。どちらが正しいか確かめ、"
                "一つにしてください。"
            )
        found[ages] = (
            replace(known, seats=int(count)) if what == "席" else replace(known, teachers=int(count))
        )
    return tuple(found.values())
