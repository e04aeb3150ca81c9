"""The life events that are shipped: complete, reachable, with source and date, and with nothing that only one town has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from yakuba.kernel.definitions import decoded, values
from yakuba.kernel.definitions.procedures import load_procedure
from yakuba.kernel.localwords import slots
from yakuba.services.intake.engine.navigator.checking import check
from yakuba.services.intake.engine.navigator.reading import parse_event

FOLDER = Path(__file__).parents[5] / "samples" / "life-events"
FILES = sorted(one for one in FOLDER.glob("*.yaml") if one.stem != "yakuba-city")
CHECKED_ON = date(2026, 11, 29)


def test_the_ten_events_of_a_life_and_one_more_are_there():
    assert len(FILES) == 11


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_has_no_fault_and_the_demo_town_fills_its_slots(path):
    event = parse_event(decoded(path.read_bytes()))
    assert event.code == path.stem
    assert [one.message for one in check(event, CHECKED_ON).findings] == []
    own = values(decoded((FOLDER / "yakuba-city.yaml").read_bytes()))
    assert set(slots.names(*event.texts)) <= set(own)


def test_the_demo_towns_own_event_hands_its_answers_to_the_form_of_the_bus_pass():
    event = parse_event(decoded((FOLDER / "yakuba-city" / "bus.yaml").read_bytes()))
    assert [one.message for one in check(event, CHECKED_ON).findings] == []
    procedure = load_procedure(FOLDER.parent / "procedures" / "bus-pass.yaml")
    (task,) = event.tasks
    assert task.form == procedure.code
    for one in task.handed:
        for value in one.values.values():
            assert procedure.field(one.field).canonical(value) == value
