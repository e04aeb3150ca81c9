"""Units that are written oddly or invented, numbers that are too large, and decisions that are changed."""

from __future__ import annotations

import time

import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import hours, other_units
from yakuba.services.cityhub.actions.measuring import FURTHER, MOST_UNITS
from yakuba.services.cityhub.engine.units import between, is_same
from yakuba.services.cityhub.models import Hour, OtherUnit, OtherUnitReading, RawReading, Reading, Series
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.test_units import numbers, patch


def test_a_unit_in_full_width_letters_is_one_unit(in_yakuba_city):
    assert patch("w-1", 36, "ｋｍ／ｈ").status == 204
    assert patch("w-1", 10, "m/s").status == 204
    assert patch("w-1", 7, "ｋｍ/ｈ").status == 204
    assert Series.objects.get().unit == "ｋｍ／ｈ"
    assert numbers() == [36.0, 36.0, 7.0]
    assert not OtherUnit.objects.exists()


@pytest.mark.parametrize(
    "unit", ["", "   ", "\u3000", None, 1, 1.5, True, [], {}, "x" * 10_000, "\u202e℃", "a\nb", "<script>"]
)
def test_whatever_stands_for_a_unit_loses_no_value(in_yakuba_city, unit):
    patch("w-1", 20.0, "CEL")
    assert patch("w-1", 21.0, unit).status in (204, 400)
    assert len(numbers()) + OtherUnitReading.objects.count() in (1, 2)


def test_a_unit_that_changes_back_and_forth_in_one_batch(in_yakuba_city):
    start = time.time() - 3_000
    units = ["CEL", "FAH", "K", "目盛"] * 10
    listed = [
        {
            "id": "w-1",
            "type": "Weather",
            "temperature": {
                "type": "Number",
                "value": n,
                "metadata": {"unitCode": {"type": "Text", "value": unit}},
            },
            "TimeInstant": {"type": "DateTime", "value": f"2026-11-30T09:00:{n:02}Z"},
        }
        for n, unit in enumerate(units)
    ]
    body = {"actionType": "append", "entities": listed}
    assert ask("POST", "/v2/op/update", body).status == 204, start
    assert Series.objects.get().unit == "CEL"
    assert len(numbers()) == 30
    assert OtherUnit.objects.get().came == 10


def test_a_converted_number_that_is_too_large_is_no_reading(in_yakuba_city):
    patch("w-1", 1.0, "mm")
    patch("w-1", 9e299, "km")
    assert numbers() == [1.0]
