"""Applications → a whole round: the sample round from table to checked result, and any round."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from yakuba.services.nursery.contracts import Applications, SharedAges
from yakuba.services.nursery.engine import check, preparing, rules
from yakuba.services.nursery.engine.matching import market_file, market_writing, solving
from yakuba.services.nursery.engine.preparing import tables
from yakuba.services.nursery.engine.preparing.ranking import order
from yakuba.services.nursery.tests.small_rules import (
    START,
    child,
    facility,
    given,
    household,
)

SAMPLES = Path(__file__).parents[5] / "samples"


@pytest.fixture(scope="module")
def round_of_the_town():
    places, _ = tables.read_facilities((SAMPLES / "nursery-round/facilities.csv").read_bytes())
    homes, _ = tables.read_households((SAMPLES / "nursery-round/applications.csv").read_bytes())
    return Applications(places, homes, START)


def example(name: str) -> rules.Rules:
    return rules.read((SAMPLES / f"nursery-rules/{name}.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["yakuba-city", "yakuba-town", "yakuba-staff"])
def test_the_whole_chain_holds(round_of_the_town, name):
    selection = preparing.prepare(round_of_the_town, example(name))
    data = market_writing.dump(selection.market)
    matching = solving.solve(market_file.checked(selection.market), seconds=20)
    report = check.check(data, json.dumps(matching.to_json()).encode())
    assert report.reasons == []
    assert matching.seated > 200
    assert set(matching.assignment) == {one.id for _, one in round_of_the_town.children()}


def test_the_order_of_rows_makes_no_difference(round_of_the_town):
    chance = random.Random(1)
    homes = [
        replace(home, children=tuple(chance.sample(home.children, len(home.children))))
        for home in chance.sample(round_of_the_town.households, len(round_of_the_town.households))
    ]
    places = chance.sample(round_of_the_town.facilities, len(round_of_the_town.facilities))
    mixed = replace(round_of_the_town, households=homes, facilities=places)
    one, two = (preparing.prepare(round_, example("yakuba-staff")) for round_ in (round_of_the_town, mixed))
    assert one.market == two.market
    assert one.standings == two.standings
    assert {name: index.total for name, index in one.indices.items()} == {
        name: index.total for name, index in two.indices.items()
    }


HOURS = st.sampled_from(["", "0", "20", "64", "100", "140", "160", "200"])
WORKS = st.sampled_from(["employed", "self", "leave", "seeking", "student", "illness"])
YES = st.sampled_from(["", "yes", "no"])


@st.composite
def random_homes(draw):
    homes = []
    for number in range(draw(st.integers(1, 5))):
        common = {
            "household_income": str(draw(st.integers(0, 3))),
            "application_date": f"2026-10-0{draw(st.integers(1, 3))}",
            "sibling_attends": draw(st.sampled_from(["", "A", "B園", "A、C"])),
        }
        for parent in ("father", "mother"):
            work = draw(WORKS)
            needs_hours = work in ("employed", "self", "leave")
            hours = draw(HOURS.filter(bool)) if needs_hours else ""
            common |= {f"{parent}_work": work, f"{parent}_hours": hours, f"{parent}_teacher": draw(YES)}
        members = []
        for at in range(draw(st.integers(1, 3))):
            picked = draw(st.lists(st.sampled_from("ABC"), min_size=1, max_size=3, unique=True))
            facts = common | {"welfare": draw(st.sampled_from(["", "yes", "no"])), "medical_care": draw(YES)}
            born = draw(st.dates(date(2021, 4, 1), date(2027, 3, 31)))
            current = draw(st.sampled_from([None, None, None, "A", "C"]))
            members.append(
                child(
                    f"{number}{at}",
                    *picked,
                    born=born.isoformat(),
                    current=current,
                    hold=draw(st.booleans()),
                    **facts,
                )
            )
        homes.append(household(*members, mode=draw(st.sampled_from(["", "together", "apart", "anyone"]))))
    return homes


@settings(max_examples=25)
@drawn(random_homes(), st.sampled_from(["yakuba-city", "yakuba-town", "yakuba-staff"]))
def test_indices_are_the_sum_of_their_lines_and_orders_are_strict_and_complete(homes, name):
    places = [
        facility("A", 1, kind="保育所", open_saturday="no", **{"医療的ケア児枠1歳": "1"}),
        facility(
            "B",
            2,
            shared=(SharedAges("3-5歳", (3, 4, 5), seats=2), SharedAges("0-2歳", (0, 1, 2), teachers=1)),
        ),
        facility("C", 1, ages=range(3), kind="小規模保育"),
    ]
    selection = preparing.prepare(given(*homes, facilities=places), EXAMPLES[name])
    market = selection.market
    for one in selection.indices.values():
        assert one.total == sum(line.points for line in one.lines)
        for where in "ABC":
            extra = sum(line.points for line in one.at_facility.get(where, ()))
            assert one.at(where) == one.total + extra
    for slot, rows in selection.standings.items():
        keys = [order(row) for row in rows]
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)
        assert list(market.priorities[slot]) == [row.child for row in rows]
        if slot in selection.slots:
            for row in rows:
                assert row.index == selection.indices[row.child].at(selection.slots[slot].facility)
    everyone = {one.id for home in homes for one in home.children}
    assert {name for row in market.children for name in row} == everyone
    arrays = market_file.checked(market)  # refuses a wish for a slot where the child is not ranked
    matching = solving.solve(arrays, seconds=5)
    assert check.check(market_writing.dump(market), json.dumps(matching.to_json()).encode()).reasons == []


EXAMPLES = {name: example(name) for name in ("yakuba-city", "yakuba-town", "yakuba-staff")}
