"""The queries find what plain Python finds, row by row, on made claims of many seeds."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from yakuba.services.claims.adapters import shelf, tables
from yakuba.services.claims.adapters.checking import Checking, Row, Source, TableFile, rule_rows
from yakuba.services.claims.contracts import Claim, Disease, Item
from yakuba.services.claims.engine.members import Member
from yakuba.services.claims.engine.tables import Check
from yakuba.services.claims.tests.reference import Reference

CODES = list(range(100_000_001, 100_000_009))
ILL = list(range(8_000_001, 8_000_007))
MONTHS = (202511, 202512, 202601, 202602, 202603)
KINDS = (
    "age", "sex", "setting", "count", "exclusion", "bundling", "indication", "contraindication", "pair", "dose", "days", "again",
    "suspected", "eligibility", "duplicate", "injury", "total",
)  # fmt: skip


def made_claim(rolled: random.Random, number: int) -> Claim:
    """A claim of few people with few codes, so that everything meets."""
    line = number * 30
    claim = Claim(
        number, line, 0, month=rolled.choice(MONTHS), table=rolled.choice((1, 1, 1, 4)), inpatient=rolled.random() < 0.3,
        institution=rolled.choice(("1310000001", "1310000002")), insurer="00990019", symbol="見本",
        insured=rolled.choice(("", "1", "2", "3", "004")), branch=rolled.choice(("01", "1", "", "2")), sex=rolled.choice((0, 1, 2)),
        birth=rolled.choice((19400101, 20200302, 20251201)), benefit=rolled.choice((None, 70, 80)),
        payer=rolled.choice(("", "54990001")), points=rolled.choice((None, 100, 200)),
        prescriber=rolled.choice(("", "", "1310000001")),
    )  # fmt: skip
    for at in range(rolled.randint(0, 5)):
        days = 0
        for _ in range(rolled.randint(0, 4)):
            days |= 1 << rolled.randrange(28)
        daily = [rolled.randint(1, 3) if days >> day & 1 else 0 for day in range(31)]
        points = rolled.choice((None, 10, 20))
        times = rolled.randint(1, 20)
        claim.items.append(
            Item(
                line + 1 + at, rolled.choice((1, 2)), 21, rolled.choice(CODES), rolled.choice((None, 1.0, 2.5, 9.0)), points,
                times, days, daily if rolled.random() < 0.5 else None, None if points is None else points * times,
            )
        )  # fmt: skip
    for at in range(rolled.randint(0, 3)):
        start = rolled.choice((0, 20240501, 20251101, 20260201))
        claim.diseases.append(
            Disease(line + 20 + at, rolled.choice(ILL), start, 1, False, rolled.random() < 0.4)
        )
    return claim


def made_check(rolled: random.Random, kind: str) -> Check:
    """A rule of that kind with limits that some meet."""
    starts, ends = rolled.choice(((0, 999_912), (202512, 202602), (202603, 999_912)))
    one = Check(kind, rolled.choice(CODES), starts=starts, ends=ends)
    disease, item = rolled.choice(ILL), rolled.choice([code for code in CODES if code != one.code])
    made = {
        "age": replace(one, code=rolled.choice([*CODES, *ILL]), low=rolled.choice((None, 1.0)), high=rolled.choice((None, 60.0))),
        "sex": replace(one, code=rolled.choice([*CODES, *ILL]), low=float(rolled.choice((1, 2)))),
        "setting": replace(one, low=float(rolled.choice((0, 1)))),
        "exclusion": replace(one, other=item, unit=rolled.choice((1, 2, 3))),
        "bundling": replace(one, other=rolled.choice((1, 2)), unit=rolled.choice((1, 3))),
        "indication": replace(one, other=disease, mark=rolled.choice((0, 1))),
        "contraindication": replace(one, other=disease),
        "pair": replace(one, other=item),
        "dose": replace(one, low=rolled.choice((None, 2.0)), high=rolled.choice((None, 3.0))),
        "days": replace(one, high=15.0),
        "again": replace(one, high=float(rolled.choice((5, 40)))),
        "suspected": replace(one, code=rolled.choice((0, disease)), high=float(rolled.choice((1, 3)))),
        "eligibility": replace(one, code=0, low=float(rolled.choice((1, 2, 3, 4)))),
        "duplicate": replace(one, code=0),
        "injury": replace(one, code=disease),
        "total": replace(one, code=0),
    }  # fmt: skip
    if kind == "count":
        unit = rolled.choice((1, 2, 3, 3))
        return replace(
            one,
            high=float(rolled.choice((1, 2, 20))),
            unit=unit,
            span=rolled.choice((1, 3)) if unit == 3 else 1,
        )
    return made[kind]


def made_members(rolled: random.Random) -> list[Member]:
    """Periods of some of them."""
    return [
        Member(
            "990019", "見本", number, rolled.choice(("1", "")), "見本", "", rolled.choice(("", "1940-01-01")), rolled.choice((20200401, 20251215, 20260201)),
            rolled.choice((20260101, 20260202, 99991231)), rolled.choice((0, 70, 80)), rolled.choice(("", "54990001")), "",
        )
        for number in ("1", "2", "4")
        for _ in range(rolled.randint(0, 2))
    ]  # fmt: skip


def checked(folder, files, rules, members=(), table=(), months=(), before=()):
    """What the queries find, as the reference says it; and the checking."""
    sources = []
    for place, claims in enumerate(files):
        own = folder / str(place)
        own.mkdir()
        with shelf.Writing(own) as writing:
            for one in claims:
                writing.add(one)
        sources.append(Source(*(writing.path(name) for name in ("claims", "items", "diseases"))))
    people, tabled = folder / "members.parquet", folder / "table.parquet"
    tables.write_members(people, members)
    tables.write_checks(tabled, table)
    checking = Checking(folder)
    checking.rules(rule_rows(rules), [TableFile(tabled)], [people])
    count = checking.claims(sources, months, before)
    checking.check()
    return checking, count


def as_found(row: Row) -> tuple[object, ...]:
    return (row.rule, row.place, row.other, row.code, row.value, row.measured)


@pytest.mark.parametrize("seed", range(12))
def test_the_queries_find_what_plain_python_finds(tmp_path, seed):
    rolled = random.Random(seed)
    files = [[made_claim(rolled, number) for number in range(1, 41)] for _ in range(2)]
    # One rule may have several rows; rules of the same kind with several codes are what a clerk writes.
    rules = [(number, made_check(rolled, kind)) for number, kind in enumerate(KINDS * 3, start=1)]
    groups = [Check("group", rolled.choice(CODES), rolled.choice((1, 2))) for _ in range(4)]
    members = made_members(rolled)
    checking, count = checked(tmp_path, files, rules, members, groups)
    found = sorted((as_found(one) for one in checking.rows()), key=repr)
    wanted = Reference(files, [*rules, *((0, group) for group in groups)], members).found()
    checking.close()
    assert count == 80
    assert sorted(map(normal, found)) == sorted(map(normal, wanted))
    assert len({row[0] for row in wanted}) > 25, (
        "most rules find something, so that the comparison says something"
    )


def normal(row) -> str:
    """The same number is the same text."""
    return repr(tuple(None if one is None else float(one) for one in row))
