"""Every example in the manual on rule files is read, and every word of the language is explained there."""

import re
from datetime import date
from pathlib import Path

import pytest

from yakuba.kernel.definitions import parse
from yakuba.services.nursery.contracts import Applications
from yakuba.services.nursery.engine import preparing, rules
from yakuba.services.nursery.engine.preparing import tables
from yakuba.services.nursery.engine.rules import model, reading
from yakuba.services.nursery.engine.rules.conditions import COMPARISONS

PAGE = (Path(__file__).parents[5] / "docs" / "manual" / "選考基準の書き方.md").read_text(encoding="utf-8")
WHOLE, *PARTS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
PLACES, HOMES = re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)


def heading(text: str) -> str:
    return re.match(r"[^:]+", text).group()


def with_part(part: str) -> str:
    """The whole example with one of its parts replaced by, or extended by, the part shown."""
    blocks = {heading(one): one for one in re.split(r"^(?=\S)", WHOLE, flags=re.MULTILINE) if one.strip()}
    return "".join({**blocks, heading(part): part}.values())


def applications() -> Applications:
    places, in_places = tables.read_facilities(PLACES.encode())
    homes, in_homes = tables.read_households(HOMES.encode())
    assert (in_places, in_homes) == ([], [])
    return Applications(places, homes, date(2027, 4, 1))


@pytest.mark.parametrize("text", [WHOLE, *map(with_part, PARTS)], ids=["全体", *map(heading, PARTS)])
def test_every_example_is_read_and_prepares_the_tables_shown(text):
    read = rules.read(text)
    selection = preparing.prepare(applications(), read)
    assert len(selection.indices) == 2
    for number in read.rounds:
        read.for_round(number)


def test_an_example_is_shown_for_every_part_that_needs_one():
    assert {heading(part) for part in PARTS} >= set(reading.PER_ROUND) - {"項目"}


def test_every_word_of_the_language_is_explained():
    words = [
        *reading.REQUIRED, *reading.OPTIONAL, *model.COMPARED, *COMPARISONS, *model.OWN, *model.THERE,
        *(word.value for kind in (model.Whose, model.Transfers, model.Stage, model.JointOrder, rules.Kind) for word in kind),
    ]  # fmt: skip
    assert [word for word in words if f"`{word}" not in PAGE and f"{word}`" not in PAGE] == []


def test_the_whole_example_is_one_document():
    assert {key for key, _, _ in parse(WHOLE).entries} >= set(reading.REQUIRED)
