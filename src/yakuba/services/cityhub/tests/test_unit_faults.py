"""Units that are written oddly or invented, numbers that are too large, and decisions that are changed."""

from __future__ import annotations

import time

import pytest
from django.urls import reverse

from yakuba.kernel.jobs.models import Job
from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import hours, other_units
from yakuba.services.cityhub.actions.measuring import FURTHER, MOST_UNITS
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


def waiting_values(clerk, values=(5.0, 6.0)):
    """A series in ℃ with one value, and some that wait, the oldest two hours ago."""
    start = time.time() - 7_200
    patch("w-1", 20.0, "CEL", start - 10)
    for n, value in enumerate(values):
        patch("w-1", value, "目盛", start + n)
    return OtherUnit.objects.get()


def test_a_factor_that_was_wrong_is_mended_for_those_that_were_taken(in_yakuba_city, clerk):
    row = waiting_values(clerk)
    series = Series.objects.get()
    other_units.decide(row.pk, "taken", 0.01, actor=clerk)
    hours.prepare(series, time.time())
    patch("w-1", 1.0, "CEL", RawReading.objects.order_by("at").first().at / 1e6)  # sent anew, rightly
    patch("w-1", 7.0, "目盛", time.time() - 5)
    assert numbers() == [20.0, 1.0, 0.06, 0.07]
    other_units.decide(row.pk, "taken", 0.1, 1.0, actor=clerk)
    assert numbers() == [20.0, 1.0, 6 * 0.1 + 1, 7 * 0.1 + 1]
    series.refresh_from_db()
    assert series.last_number == 7 * 0.1 + 1
    hours.prepare(series, time.time())
    full = Reading.objects.filter(at__lt=Series.objects.get().prepared_to).values_list("number", flat=True)
    assert sum(Hour.objects.values_list("total", flat=True)) == pytest.approx(sum(full))
    other_units.decide(row.pk, "taken", 0.1, 1.0, actor=clerk)
    assert numbers() == [20.0, 1.0, 6 * 0.1 + 1, 7 * 0.1 + 1]


def test_what_is_no_one_unit_is_never_taken(in_yakuba_city, clerk):
    patch("w-1", 20.0, "CEL")
    for n in range(MOST_UNITS + 2):
        patch("w-1", n, f"u{n}")
    row = OtherUnit.objects.get(unit=FURTHER)
    with pytest.raises(Invalid, match="いくつもの単位"):
        other_units.decide(row.pk, "taken", actor=clerk)
    assert numbers() == [20.0]
    other_units.decide(row.pk, "discarded", actor=clerk)
    assert not row.readings.exists()


def test_an_old_value_that_comes_late_is_not_the_last_one(in_yakuba_city, clerk):
    row = waiting_values(clerk)
    patch("w-1", 99.0, "目盛", time.time() - 9_000)
    row.refresh_from_db()
    assert (row.last_number, row.came) == (6.0, 3)


@pytest.mark.parametrize("changed", ["", "waiting", "discarded"])
def test_many_that_wait_are_taken_part_by_part(in_yakuba_city, clerk, monkeypatch, changed):
    monkeypatch.setattr(other_units, "AT_ONCE", 4)
    row = waiting_values(clerk, range(10))
    other_units.decide(row.pk, "taken", 2.0, actor=clerk)
    assert (len(numbers()), row.readings.count()) == (5, 6)
    assert Job.objects.get(name=other_units.JOB).arguments == {"other_id": row.pk}
    patch("w-1", 50.0, "目盛", time.time() - 5)  # what comes meanwhile does not wait
    if changed:
        other_units.decide(row.pk, changed, actor=clerk)
    told = []
    other_units.take_rest(row.pk, lambda done, total: told.append((done, total)))
    other_units.take_rest(row.pk, lambda done, total: told.append((done, total)))
    taken = [20.0, *(n * 2.0 for n in range(4 if changed else 10)), 100.0]
    assert numbers() == taken
    assert row.readings.count() == (6 if changed == "waiting" else 0)
    assert Series.objects.get().last_number == 100.0


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"choice": "converted", "factor": "0"}, "0でない"),
        ({"choice": "converted", "factor": "nan"}, "数"),
        ({"choice": "converted", "factor": "1e400"}, "数"),
        ({"choice": "converted", "factor": "千分の一"}, "数"),
        ({"choice": "converted", "factor": ""}, "係数を書いてください"),
        ({"choice": "converted", "factor": "1", "offset": "9e99"}, "10億"),
        ({"choice": "nonsense"}, "選択"),
        ({}, "必須"),
    ],
)
def test_the_page_says_what_is_wrong_and_keeps_what_waits(
    in_yakuba_city, yakuba_city, clerk, make_staff, client, given, sentence
):
    row = waiting_values(clerk)
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.manage"))
    answer = client.post(reverse("cityhub:other_unit", args=[row.pk]), given | {"note": "説明書の5ページ"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "説明書の5ページ" in page
    assert row.readings.count() == 2


def test_the_row_of_many_units_is_refused_on_the_page_with_the_reason(
    in_yakuba_city, yakuba_city, make_staff, client
):
    patch("w-1", 20.0, "CEL")
    for n in range(MOST_UNITS + 2):
        patch("w-1", n, f"u{n}")
    row = OtherUnit.objects.get(unit=FURTHER)
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.manage"))
    answer = client.post(reverse("cityhub:other_unit", args=[row.pk]), {"choice": "as_is"})
    assert (answer.status_code, "いくつもの単位" in answer.content.decode()) == (422, True)


def test_who_may_only_look_sees_no_door_that_is_shut(in_yakuba_city, yakuba_city, clerk, make_staff, client):
    row = waiting_values(clerk)
    client.force_login(make_staff(yakuba_city, "cityhub.view"))
    page = client.get(reverse("cityhub:other_units"), {"state": "waiting"}, follow=True).content.decode()
    assert "目盛" in page
    assert f'href="{reverse("cityhub:other_unit", args=[row.pk])}"' not in page
    assert client.get(reverse("cityhub:other_unit", args=[row.pk])).status_code in (403, 404)


def test_another_towns_row_is_not_there(in_yakuba_city, clerk, client, neighbour):
    row = waiting_values(clerk)
    client.force_login(neighbour)
    assert client.get(reverse("cityhub:other_unit", args=[row.pk])).status_code == 404


def test_of_two_clerks_the_second_is_told_what_the_first_has_decided(
    in_yakuba_city, yakuba_city, clerk, make_staff, client
):
    row = waiting_values(clerk)
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.manage"))
    where = reverse("cityhub:other_unit", args=[row.pk])
    opened = client.get(where).context["form"].initial["before"]
    assert client.post(where, {"choice": "as_is", "before": opened}).status_code == 302
    answer = client.post(where, {"choice": "discarded", "before": opened})
    assert (answer.status_code, "その間に" in answer.content.decode()) == (422, True)
    row.refresh_from_db()
    assert row.state == "taken"
    again = client.get(where).context["form"].initial["before"]
    assert client.post(where, {"choice": "discarded", "before": again}).status_code == 302
