"""NGSI-LD's temporal interface over the readings that the hub keeps, whichever way they came in."""

from __future__ import annotations

import statistics

import pytest

from yakuba.services.cityhub.actions.hours import prepare
from yakuba.services.cityhub.models import Hour, Reading, Series
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.ld import ld, problem

pytestmark = pytest.mark.usefixtures("in_yakuba_city")
HOUR = 3_600_000_000
START = 1_796_029_200_000_000  # 2026-11-30T09:00:00Z
NUMBERS = [1.0, 2.0, 2.0, 7.0, 4.0, 5.0, 9.0, 3.0]  # every 20 minutes


@pytest.fixture
def measured():
    for number, value in enumerate(NUMBERS):
        minutes = 20 * number
        body = {
            "level": {
                "value": value,
                "unitCode": "MTR",
                "observedAt": f"2026-11-30T{9 + minutes // 60:02d}:{minutes % 60:02d}:00Z",
            }
        }
        if number == 0:
            body |= {"id": "urn:r:1", "type": "River"}
            assert ld("POST", "/entities", body).status == 201
        else:
            assert ld("PATCH", "/entities/urn:r:1/attrs", body).status == 204
    ask("POST", "/v2/entities", {"id": "R2", "type": "River", "level": {"value": 8}})
    return Series.objects.get(entity_id="urn:r:1")


def get(path="/temporal/entities/urn:r:1", **query):
    return ld("GET", path, **query)


def values(**query):
    found = get(options="temporalValues", **query)
    return [number for number, _ in found.json["level"]["values"]] if found.status == 200 else problem(found)


def test_readings_come_with_moment_and_unit(measured):
    body = get().json
    assert (body["id"], body["type"]) == ("urn:r:1", "River")
    assert body["level"][0] == {
        "type": "Property",
        "value": 1.0,
        "observedAt": "2026-11-30T09:00:00.000Z",
        "unitCode": "MTR",
    }
    assert [one["value"] for one in body["level"]] == NUMBERS


def test_times_have_their_bounds(measured):
    at = "2026-11-30T09:20:00Z"
    assert values(timerel="before", timeAt=at) == [1.0]
    assert values(timerel="after", timeAt=at) == NUMBERS[2:]
    assert values(timerel="between", timeAt=at, endTimeAt="2026-11-30T10:00:00Z") == [2.0, 2.0]
    assert values(lastN="3") == [3.0, 9.0, 5.0]
    assert values(timerel="after", timeAt="2027-01-01T00:00:00Z") == (404, "ResourceNotFound")


@pytest.mark.parametrize("prepared", [False, True])
def test_aggregation_is_the_same_from_readings_and_from_prepared_hours(measured, prepared):
    if prepared:
        prepare(measured, START / 1e6 + 2 * 3_600)
        assert Hour.objects.count() == 2
        # Readings that a month's file has taken: the hours are left.
        Reading.objects.filter(series=measured, at__lt=START + HOUR).delete()
    body = get(
        options="aggregatedValues",
        aggrMethods="totalCount,sum,avg,min,max",
        aggrPeriodDuration="PT1H",
        timerel="between",
        timeAt="2026-11-30T09:00:00Z",
        endTimeAt="2026-11-30T12:00:00Z",
    ).json["level"]
    hours = [NUMBERS[0:3], NUMBERS[3:6], NUMBERS[6:8]]
    assert [row[0] for row in body["totalCount"]] == [len(hour) for hour in hours]
    assert [row[0] for row in body["sum"]] == [sum(hour) for hour in hours]
    assert [row[0] for row in body["avg"]] == pytest.approx([statistics.mean(hour) for hour in hours])
    assert [row[0] for row in body["min"]] == [min(hour) for hour in hours]
    assert body["max"][0] == [2.0, "2026-11-30T09:00:00.000Z", "2026-11-30T10:00:00.000Z"]


def test_spread_of_everything_and_of_odd_periods(measured):
    body = get(options="aggregatedValues", aggrMethods="stddev,sumsq,distinctCount").json["level"]
    assert body["stddev"][0][0] == pytest.approx(statistics.pstdev(NUMBERS))
    assert body["sumsq"][0][0] == pytest.approx(sum(one * one for one in NUMBERS))
    assert body["distinctCount"][0][0] == len(set(NUMBERS))
    body = get(
        options="aggregatedValues",
        aggrMethods="totalCount",
        aggrPeriodDuration="PT30M",
        timerel="between",
        timeAt="2026-11-30T09:00:00Z",
        endTimeAt="2026-11-30T10:00:00Z",
    ).json["level"]
    assert [row[0] for row in body["totalCount"]] == [2, 1]


def test_entities_are_found_by_type_and_name_and_paged(measured):
    query = {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z", "count": "true"}
    answer = get("/temporal/entities", type="River", **query)
    assert [one["id"] for one in answer.json] == ["urn:ngsi-ld:River:R2", "urn:r:1"]
    assert answer.header("NGSILD-Results-Count") == "2"
    assert len(get("/temporal/entities", type="River", limit="1", offset="1", **query).json) == 1
    assert get("/temporal/entities", type="Lake", **query).json == []
    assert [one["id"] for one in get("/temporal/entities", idPattern="R2$", **query).json] == [
        "urn:ngsi-ld:River:R2"
    ]
    assert get("/temporal/entities", attrs="flow", **query).json == []
    body = {
        "type": "Query",
        "entities": [{"type": "River", "id": "urn:r:1"}],
        "temporalQ": {"timerel": "before", "timeAt": "2026-11-30T09:20:00Z"},
    }
    found = ld("POST", "/temporal/entityOperations/query", body, options="temporalValues").json
    assert found[0]["level"]["values"] == [[1.0, "2026-11-30T09:00:00.000Z"]]


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ({"type": "River"}, "BadRequestData"),
        ({"type": "River", "timerel": "during", "timeAt": "2026-01-01T00:00:00Z"}, "BadRequestData"),
        ({"type": "River", "timerel": "after", "timeAt": "yesterday"}, "BadRequestData"),
        ({"type": "River", "timerel": "between", "timeAt": "2026-01-02T00:00:00Z", "endTimeAt": "2026-01-01T00:00:00Z"}, "BadRequestData"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "lastN": "0"}, "BadRequestData"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "timeproperty": "createdAt"}, "OperationNotSupported"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "aggrMethods": "avg"}, "BadRequestData"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "options": "aggregatedValues", "aggrMethods": "median"}, "BadRequestData"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "options": "aggregatedValues", "aggrMethods": "avg", "aggrPeriodDuration": "P1M"}, "OperationNotSupported"),
        ({"type": "River", "timerel": "after", "timeAt": "2026-01-01T00:00:00Z", "q": "a==1"}, "InvalidRequest"),
        ({"timerel": "after", "timeAt": "2026-01-01T00:00:00Z"}, "BadRequestData"),
    ],
)  # fmt: skip
def test_bad_temporal_queries_get_their_error(query, error):
    assert problem(get("/temporal/entities", **query))[1] == error


def test_too_many_readings_for_one_answer_are_refused(measured, monkeypatch):
    monkeypatch.setattr("yakuba.services.cityhub.engine.ld.temporal.MOST_INSTANCES", 5)
    assert problem(get()) == (403, "TooManyResults")
    assert len(get(lastN="5").json["level"]) == 5


def test_history_is_not_written_to():
    assert problem(ld("POST", "/temporal/entities", {"id": "urn:x:1", "type": "T"})) == (
        422,
        "OperationNotSupported",
    )
