"""Numbers in another unit than their series has: converted, or kept aside; never mixed in."""

from __future__ import annotations

import json
import math
import time

import pytest
from django.urls import reverse

from yakuba.kernel.refusals import Invalid, Missing
from yakuba.services.cityhub.actions import devices, hours, other_units, taking
from yakuba.services.cityhub.actions.measuring import FURTHER, MOST_UNITS
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.register import GivenDevice, GivenMeasure
from yakuba.services.cityhub.engine.units import between, is_same
from yakuba.services.cityhub.models import (
    Entity,
    Hour,
    OtherUnit,
    OtherUnitReading,
    RawReading,
    Reading,
    Series,
)
from yakuba.services.cityhub.queries import other_units as queries
from yakuba.services.cityhub.queries.looking import place_map
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import ld

CASES = [
    ("℃", "K", 25.3, 298.45),
    ("CEL", "°C", 25.3, 25.3),
    ("FAH", "CEL", 77, 25),
    ("°F", "℃", -40, -40),
    ("K", "degC", 0, -273.15),
    ("mm", "m", 1234, 1.234),
    ("cm", "mm", 12.3, 123),
    ("MTR", "CMT", 1.1, 110),
    ("㎝", "m", 7, 0.07),
    ("km/h", "m/s", 36, 10),
    ("MTS", "KMH", 10, 36),
    ("hPa", "Pa", 1013.25, 101325),
    ("mbar", "hPa", 1000, 1000),
    ("KPA", "hPa", 101.3, 1013),
    ("%", "1", 45, 0.45),
    ("ratio", "P1", 0.07, 7),
    ("％", "P1", 45, 45),
    ("kWh", "Wh", 1.5, 1500),
    ("μg/m³", "mg/m3", 35, 0.035),
    ("m³/h", "m3/s", 36, 0.01),
    ("mm / min", "mm/h", 2, 120),
]


@pytest.mark.parametrize(("given", "wanted", "number", "expected"), CASES)
def test_what_can_be_converted_is(given, wanted, number, expected):
    way = between(given, wanted)
    assert way.of(number) == expected
    back = between(wanted, given).of(expected)
    assert math.isclose(back, number, rel_tol=1e-11, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("m", "℃"), ("m", "T.P."), ("個", "%"), ("", "m"), ("m", ""), ("M", "m"), ("mW", "MW")],
)
def test_what_nobody_can_convert_is_not(given, wanted):
    assert between(given, wanted) is None
    assert not is_same(given, wanted)


def patch(name, value, unit=None, at=None, word="unitCode", **more):
    """One attribute of a sensor, as NGSIv2 has it."""
    marks = {} if unit is None else {word: {"type": "Text", "value": unit}}
    if at is not None:
        marks["TimeInstant"] = {"type": "DateTime", "value": written(at)}
    body = {
        "id": name,
        "type": "Weather",
        "temperature": {"type": "Number", "value": value, "metadata": marks},
    }
    return ask("POST", "/v2/entities", body | more, {"options": "upsert"})


def numbers(name="w-1"):
    found = Reading.objects.filter(series__entity_id=name).order_by("at")
    return list(found.values_list("number", flat=True))


def test_an_update_in_another_unit_is_converted_and_shown_as_it_came(in_yakuba_city):
    assert patch("w-1", 20.0, "CEL").status == 204
    assert patch("w-1", 77, "FAH").status == 204
    assert numbers() == [20.0, 25.0]
    assert Series.objects.get().unit == "CEL"
    assert Series.objects.get().last_number == 25.0
    raw = RawReading.objects.get()
    assert (raw.number, raw.unit) == (77.0, "FAH")
    told = ask("GET", "/v2/entities/w-1").json["temperature"]
    assert (told["value"], told["metadata"]["unitCode"]["value"]) == (77, "FAH")


def test_one_sent_anew_in_the_right_unit_shows_nothing_else(in_yakuba_city):
    at = time.time() - 60
    patch("w-1", 20.0, "CEL", at - 10)
    patch("w-1", 77, "FAH", at)
    patch("w-1", 24.0, "CEL", at)
    (one,) = queries.with_sent(Reading.objects.filter(at=round(at, 3) * 1e6))
    assert one.number == 24.0
    assert queries.sent_words(one.number, one.sent, one.sent_unit, "CEL") == ""


@pytest.mark.parametrize(
    "send",
    [
        lambda value, unit: patch("w-1", value, unit),
        lambda value, unit: ask(
            "POST",
            "/v2/op/update",
            {
                "actionType": "append",
                "entities": [
                    {
                        "id": "w-1",
                        "type": "Weather",
                        "temperature": {
                            "type": "Number",
                            "value": value,
                            "metadata": {"unit": {"type": "Text", "value": unit}},
                        },
                    }
                ],
            },
        ),
        lambda value, unit: ld(
            "PATCH",
            "/entities/urn:ngsi-ld:Weather:w-1/attrs",
            {"temperature": {"type": "Property", "value": value, "unitCode": unit}},
        ),
    ],
    ids=["update", "batch", "ld"],
)
def test_what_cannot_be_converted_waits_apart_and_its_sender_is_answered_as_ever(in_yakuba_city, send):
    patch("w-1", 20.0, "CEL")
    assert send(5.0, "LUX").status in (201, 204)
    series = Series.objects.get()
    assert numbers() == [20.0]
    assert (series.last_number, series.unit) == (20.0, "CEL")
    other = OtherUnit.objects.get()
    assert (other.unit, other.came, other.last_number, other.state) == ("LUX", 1, 5.0, "waiting")
    assert OtherUnitReading.objects.get().number == 5.0
    words = queries.sentence_of(other)
    for word in ("w-1 の temperature", "明るさ", "温度", "選んで"):
        assert word in words


def test_unknown_units_are_told_as_such(in_yakuba_city):
    patch("w-1", 20.0, "CEL")
    patch("w-1", 3, "XYZ")
    assert "「XYZ」は換算の表にない単位" in queries.sentence_of(OtherUnit.objects.get())


def test_a_value_without_a_unit_is_in_the_series_own(in_yakuba_city):
    patch("w-1", 20.0, "CEL")
    ask("PUT", "/v2/entities/w-1/attrs/temperature/value", b"21.5", headers={"content-type": "text/plain"})
    assert numbers() == [20.0, 21.5]


def test_the_unit_stays_with_the_attribute_as_its_metadata_does(in_yakuba_city):
    patch("w-1", 20.0, "CEL")
    patch("w-1", 77, "FAH")
    ask("PUT", "/v2/entities/w-1/attrs/temperature/value", b"86", headers={"content-type": "text/plain"})
    assert numbers() == [20.0, 25.0, 30.0]


def test_what_came_with_the_update_goes_before_what_stands_there(in_yakuba_city):
    patch("w-1", 20.0, "℃", word="unit")
    patch("w-1", 77, "FAH", word="unitCode")
    assert numbers() == [20.0, 25.0]
    # Both stand there now, and say two things: nobody knows which.
    ask("PUT", "/v2/entities/w-1/attrs/temperature/value", b"86", headers={"content-type": "text/plain"})
    assert numbers() == [20.0, 25.0]
    other = OtherUnit.objects.get()
    assert other.unit == "℃ と FAH"
    assert "二つ" in queries.sentence_of(other)


def test_two_units_are_no_unit_of_a_new_series(in_yakuba_city):
    marks = {"unit": {"value": "m" * 40}, "unitCode": {"value": "LUX" * 13}}
    body = {"id": "w-9", "type": "Weather", "a": {"value": 1, "metadata": marks}}
    assert ask("POST", "/v2/entities", body).status == 201
    assert (Series.objects.get().unit, numbers("w-9"), OtherUnit.objects.count()) == ("", [], 1)


def test_the_first_unit_that_is_named_holds(in_yakuba_city):
    patch("w-1", 20.0)
    patch("w-1", 21.0, "CEL")
    assert Series.objects.get().unit == "CEL"
    patch("w-1", 77, "FAH")
    assert numbers() == [20.0, 21.0, 25.0]


def register(clerk, unit, entity="w-1"):
    measures = [GivenMeasure("temperature", "t", unit)]
    given = GivenDevice("D-1", "観測", entity, "Weather", measures=measures)
    return devices.save(given, actor=clerk)


def test_the_register_says_the_unit_of_what_nobody_has_sent_yet(in_yakuba_city, clerk):
    register(clerk, "°C")
    patch("w-1", 77, "FAH")
    assert (Series.objects.get().unit, numbers()) == ("°C", [25.0])
    patch("w-1", 4, "LUX")
    assert numbers() == [25.0]


def test_a_first_value_that_does_not_fit_the_register_waits(in_yakuba_city, clerk):
    register(clerk, "°C")
    patch("w-1", 4, "LUX")
    assert (Series.objects.get().unit, numbers()) == ("°C", [])
    assert OtherUnit.objects.get().came == 1


def test_a_table_in_another_unit_is_converted_and_what_cannot_be_is_told_by_line(in_yakuba_city, clerk):
    head = "id,type,attribute,at,value,unit\n"
    taking.take_text(head + "w-1,Weather,temperature,2026-03-03T03:00:00+09:00,20,℃\n", actor=clerk)
    taking.take_text(head + "w-1,Weather,temperature,2026-03-03T04:00:00+09:00,77,°F\n", actor=clerk)
    assert numbers() == [20.0, 25.0]
    with pytest.raises(Invalid) as refused:
        taking.take_text(head + "w-1,Weather,temperature,2026-03-03T05:00:00+09:00,7,lx\n", actor=clerk)
    assert "lx" in str(refused.value.problems[0])
    same = "w-1,Weather,temperature,2026-03-03T06:00:00+09:00,{},{}\n"
    taking.take_text(head + same.format("20", "℃") + same.format("68", "°F"), actor=clerk)
    with pytest.raises(Invalid):
        taking.take_text(head + same.format("20", "℃") + same.format("20", "°F"), actor=clerk)


def aside(values=(5.0, 6.0), unit="目盛"):
    """A series in ℃ with one value, and two that wait."""
    start = time.time() - 7_200
    patch("w-1", 20.0, "CEL", start - 10)
    for n, value in enumerate(values):
        patch("w-1", value, unit, start + n)
    return OtherUnit.objects.get()


def test_a_person_takes_them_by_a_factor_and_those_that_come_later_too(in_yakuba_city, clerk):
    row = aside()
    series = Series.objects.get()
    hours.prepare(series, time.time())
    other_units.decide(row.pk, "taken", 0.5, 10.0, "説明書", actor=clerk)
    assert numbers() == [20.0, 12.5, 13.0]
    assert list(RawReading.objects.order_by("at").values_list("number", "unit")) == [
        (5.0, "目盛"),
        (6.0, "目盛"),
    ]
    series.refresh_from_db()
    assert series.last_number == 13.0
    hours.prepare(series, time.time())
    assert sum(Hour.objects.values_list("count", flat=True)) == 3
    patch("w-1", 8, "目盛")
    assert numbers() == [20.0, 12.5, 13.0, 14.0]
    assert OtherUnit.objects.get().came == 3
    assert not OtherUnitReading.objects.exists()


def test_a_person_discards_them(in_yakuba_city, clerk):
    row = aside()
    other_units.decide(row.pk, "discarded", actor=clerk)
    patch("w-1", 8, "目盛")
    assert numbers() == [20.0]
    assert not OtherUnitReading.objects.exists()
    assert OtherUnit.objects.get().came == 3
    other_units.decide(row.pk, "waiting", actor=clerk)
    patch("w-1", 9, "目盛")
    assert OtherUnitReading.objects.get().number == 9


def test_what_the_series_has_of_that_moment_stays(in_yakuba_city, clerk):
    row = aside()
    at = OtherUnitReading.objects.order_by("at").first().at
    patch("w-1", 21.0, "CEL", at / 1e6)
    other_units.decide(row.pk, "taken", actor=clerk)
    assert numbers() == [20.0, 21.0, 6.0]


@pytest.mark.parametrize(
    "given", [("nonsense", 1.0, 0.0), ("taken", 0.0, 0.0), ("taken", math.inf, 0.0), ("taken", 1.0, math.nan)]
)
def test_a_decision_that_is_none_is_refused(in_yakuba_city, clerk, given):
    row = aside()
    with pytest.raises(Invalid):
        other_units.decide(row.pk, *given, actor=clerk)
    assert OtherUnitReading.objects.count() == 2
    with pytest.raises(Missing):
        other_units.decide(row.pk + 1, "taken", actor=clerk)


def test_invented_units_do_not_pile_up(in_yakuba_city):
    patch("w-1", 20.0, "CEL")
    for n in range(MOST_UNITS + 5):
        patch("w-1", n, f"u{n}")
    assert OtherUnit.objects.count() == MOST_UNITS + 1
    assert OtherUnit.objects.get(unit=FURTHER).came == 5


def test_a_map_shows_one_unit(in_yakuba_city):
    place = {"location": {"type": "geo:json", "value": {"type": "Point", "coordinates": [132.1, 35.0]}}}
    patch("w-1", 20.0, "CEL", **place)
    patch("w-1", 77, "FAH", **place)
    assert json.loads(Entity.objects.get().document)["temperature"]["value"] == 77
    (spot,) = place_map("Weather", "temperature").mapped
    assert spot.value == 25.0


def test_a_clerk_decides_on_the_page(in_yakuba_city, make_staff, yakuba_city, client):
    row = aside()
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.manage")
    client.force_login(person)
    assert "単位の合わない値" in client.get(reverse("cityhub:other_units"), follow=True).content.decode()
    page = client.get(reverse("cityhub:other_unit", args=[row.pk])).content.decode()
    assert "w-1 の temperature は単位「CEL」でためています" in page
    answer = client.post(reverse("cityhub:other_unit", args=[row.pk]), {"choice": "converted"})
    assert answer.status_code == 422
    given = {"choice": "converted", "factor": "2", "offset": "", "note": "説明書"}
    assert client.post(reverse("cityhub:other_unit", args=[row.pk]), given).status_code == 302
    assert numbers() == [20.0, 10.0, 12.0]
    shown = client.get(reverse("cityhub:series", args=[row.series_id])).content.decode()
    assert "5 目盛" in shown
    assert (
        "5 目盛"
        in client.get(reverse("cityhub:readings", args=[row.series_id]), follow=True).content.decode()
    )
