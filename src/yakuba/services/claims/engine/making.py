"""Invented claim files in the electronic format, always the same for a seed: for the demo town, the tests and the benchmark.
Persons are called 見本 with a number, institutions 見本医院, codes begin where no master has any: nobody is meant."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

INSURER = "00990019"
ACTS = tuple(range(199_000_001, 199_000_401))
DRUGS = tuple(range(699_000_001, 699_000_801))
DISEASES = tuple(range(9_900_001, 9_900_301))
FIRST_VISIT, AGAIN_VISIT = 199_000_001, 199_000_002
INJURY = 9_900_001
INSTITUTIONS = 40


@dataclass(frozen=True)
class Sample:
    """A claim to be written. days: of the items; items: (type, section, code, amount, points or None, days)."""

    number: int
    institution: int
    month: int
    person: int
    inpatient: bool
    sex: int
    birth: int
    items: tuple[tuple[str, int, int, float, int | None, tuple[int, ...]], ...]
    diseases: tuple[tuple[int, int, bool], ...]
    payer: str = ""
    stated: int | None = None  # points as the insurer's record states them, None: as they add up


def samples(count: int, *, seed: int, month: int = 202604, persons: int = 0) -> Iterator[Sample]:
    """So many claims, about nine lines each."""
    rolled = random.Random(seed)
    persons = persons or max(3, count // 2)
    for number in range(1, count + 1):
        yield _sample(rolled, number, month, persons)


def _sample(rolled: random.Random, number: int, month: int, persons: int) -> Sample:
    person = rolled.randrange(persons)
    its = random.Random(person)  # sex and birth stay with a person
    sex, birth = (
        its.randint(1, 2),
        its.randint(1935, 2023) * 10_000 + its.randint(1, 12) * 100 + its.randint(1, 28),
    )
    items: list[tuple[str, int, int, float, int | None, tuple[int, ...]]] = []
    for at in range(rolled.randint(3, 7)):
        code = rolled.choice(ACTS[:40] if at else ACTS[:4])
        days = tuple(sorted(rolled.sample(range(1, 29), rolled.choice((1, 1, 1, 2, 3)))))
        items.append(("SI", 12 if at == 0 else 60, code, 1.0, rolled.choice((73, 144, 288, 11, 400)), days))
    for _ in range(rolled.randint(0, 2)):
        days = (rolled.randint(1, 28),)
        items += [
            ("IY", 21, rolled.choice(DRUGS[:100]), float(rolled.randint(1, 9)), None, days),
            ("IY", 21, rolled.choice(DRUGS[:100]), 3.0, rolled.randint(2, 60), days),
        ]
    diseases = tuple(
        (rolled.choice(DISEASES[:60]), month - 100 * rolled.randint(0, 2), rolled.random() < 0.15)
        for _ in range(rolled.randint(1, 4))
    )
    return Sample(
        number,
        rolled.randrange(INSTITUTIONS),
        month,
        person,
        rolled.random() < 0.06,
        sex,
        birth,
        tuple(items),
        diseases,
    )


def lines(claims: Iterator[Sample], *, sheet: bool = True) -> Iterator[bytes]:
    """The file, record by record, in CP932 with CRLF. sheet: with its last record and 0x1A."""
    count = points = 0
    institution = None
    for one in claims:
        if one.institution != institution:
            if institution is not None and sheet:
                yield _line("GO", count, points, "00")
            institution, count, points = one.institution, 0, 0
            yield _line(
                "IR", 2, "99", 1, f"{institution:07d}", "", f"見本医院{institution}", "202605", "00", ""
            )
        found = list(records(one))
        count, points = count + 1, points + _stated(one)
        yield from found
    if sheet and institution is not None:
        yield _line("GO", count, points, "99")
        yield b"\x1a"


def records(one: Sample) -> Iterator[bytes]:
    """The records of a claim."""
    kind = f"11{'1' if not one.payer else '2'}{1 if one.inpatient else 2}"
    more = [""] * 18
    yield _line(
        "RE", one.number, kind, one.month, f"見本　{one.person}", one.sex, one.birth, 70, "", "", "", "", "", "", "", "", "", "", "",
        "202004", *more[:16], "ミホン", "",
    )  # fmt: skip
    yield _line("HO", INSURER, "見本", f"{one.person:07d}", 1, _stated(one), *[""] * 9)
    if one.payer:
        yield _line("KO", one.payer, "9900001", "", 1, _stated(one), *[""] * 6)
    yield _line("SN", 1, "01", INSURER, "見本", f"{one.person:07d}", "01", "", "")
    for code, month, suspected in one.diseases:
        yield _line("SY", f"{code:07d}", f"{month}01", 1, "8002" if suspected else "", "", "", "")
    for kind_of, section, code, amount, points, days in one.items:
        often = {day: days.count(day) for day in days}
        yield _line(
            kind_of, section, 1, code, f"{amount:g}", "" if points is None else points, len(days), *[""] * 6,
            *(often.get(day, "") for day in range(1, 32)),
        )  # fmt: skip


def total(one: Sample) -> int:
    """Points × times of its groups."""
    return sum(points * len(days) for *_, points, days in one.items if points is not None)


def _stated(one: Sample) -> int:
    return total(one) if one.stated is None else one.stated


def _line(*fields: object) -> bytes:
    return ",".join(map(str, fields)).encode("cp932") + b"\r\n"


def ordered(claims: list[Sample]) -> list[Sample]:
    """By institution, as files are, numbered anew."""
    return [
        replace(one, number=at)
        for at, one in enumerate(sorted(claims, key=lambda one: one.institution), start=1)
    ]


def planted(count: int, *, seed: int, month: int) -> list[Sample]:
    """Claims among which some have what the sample rules look for: two first visits, one claim twice, an injury, a wrong total, a
    person without eligibility."""
    found = list(samples(count, seed=seed, month=month, persons=max(3, count * 2 // 3)))
    visit = ("SI", 11, FIRST_VISIT, 1.0, 288, (3, 17))
    found[0] = replace(found[0], items=(visit, *found[0].items[1:]))
    found[1] = replace(found[1], diseases=((INJURY, month, False), *found[1].diseases))
    found[2] = replace(found[2], stated=total(found[2]) + 100)
    found[3] = replace(found[3], person=999_999)
    found[4] = replace(
        found[4], items=(("SI", 12, AGAIN_VISIT, 1.0, 73, (5,)), ("SI", 11, FIRST_VISIT, 1.0, 288, (5,)))
    )
    found.append(replace(found[5], number=count + 1))
    return ordered(found)


def members(count: int) -> bytes:
    """Eligibility of so many persons, as CSV in CP932."""
    head = "保険者番号,記号,番号,枝番,氏名,カナ,生年月日,資格取得日,資格喪失日,給付割合"
    rows = [f"{INSURER},見本,{person:07d},01,見本　{person},ミホン,,2020/4/1,,70" for person in range(count)]
    return "\r\n".join([head, *rows, ""]).encode("cp932")


def masters() -> dict[str, bytes]:
    """Masters with the names of all codes, in the width of the official ones."""
    told = {
        "act": (
            150,
            "S",
            [
                (FIRST_VISIT, "見本の初診料"),
                (AGAIN_VISIT, "見本の再診料"),
                *((code, f"見本の診療行為{code % 1000}") for code in ACTS[2:]),
            ],
        ),
        "drug": (42, "Y", [(code, f"見本の薬{code % 1000}") for code in DRUGS]),
        "disease": (
            46,
            "B",
            [(INJURY, "見本のけが"), *((code, f"見本の傷病{code % 1000}") for code in DISEASES[1:])],
        ),
    }
    return {
        kind: b"".join(_line(*_row(width, mark, code, name)) for code, name in rows)
        for kind, (width, mark, rows) in told.items()
    }


def _row(width: int, mark: str, code: int, name: str) -> list[object]:
    shown = f"{code:07d}" if mark == "B" else str(code)
    return ["0", mark, shown, len(name) * 2, name, *[""] * (width - 5)]
