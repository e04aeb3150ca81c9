"""GeoReport v2: its fields, its errors, its keys, in XML and JSON."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.fieldwork.actions import handling
from yakuba.services.fieldwork.models import Report

V2 = "/open311/990019/v2/"
GIVEN = {"service_code": "road", "lat": "35.6", "long": "138.5", "description": "穴"}


@pytest.fixture
def key(open_town, clerk):
    return ApiToken.issue(clerk, "x", ["fieldwork.send"])[1]


def xml(answer):
    return ElementTree.fromstring(answer.content)


def test_discovery_services_and_definitions_in_both_forms(open_town):
    assert (
        xml(Client().get(V2 + "discovery.xml"))
        .findtext("endpoints/endpoint/url")
        .endswith("/open311/990019/v2")
    )
    listed = xml(Client().get(V2 + "services.xml"))
    assert listed.tag == "services"
    assert [one.findtext("service_code") for one in listed] == ["road", "light", "rubbish", "wildlife"]
    assert listed[0].findtext("metadata") == "false"
    assert Client().get(V2 + "services.json").json()[0]["service_name"] == "道路の穴・段差"
    assert xml(Client().get(V2 + "services/road.xml")).tag == "service_definition"
    missing = Client().get(V2 + "services/nothing.xml")
    assert (missing.status_code, xml(missing).findtext("error/code")) == (404, "404")
    assert Client().get(V2 + "services.csv").status_code == 404


def test_a_request_is_a_report_and_is_read_back_as_a_list(open_town, key):
    answer = Client().post(
        V2 + "requests.xml",
        {**GIVEN, "api_key": key, "attribute[size]": "30 cm", "media_url": "https://example.jp/a.jpg"},
    )
    assert answer.status_code == 201
    number = xml(answer).findtext("request/service_request_id")
    row = Report.objects.get(number=number)
    description = row.case.values.get(field="description").value
    assert "size：30 cm" in description
    assert "https://example.jp/a.jpg" in description
    found = Client().get(f"{V2}requests/{number}.json", {"api_key": key}).json()
    assert [one["service_request_id"] for one in found] == [number]
    assert found[0]["status"] == "open"
    assert found[0]["requested_datetime"].endswith("+09:00")
    assert found[0]["lat"] is None  # nobody has released it
    assert Client().get(f"{V2}tokens/{number}.json").json()[0]["service_request_id"] == number


def test_who_has_no_key_reads_what_was_released_and_sends_nothing(open_town, key, clerk, neighbour):
    assert Client().post(V2 + "requests.xml", GIVEN).status_code == 403
    with active_municipality(neighbour.municipality):
        other = ApiToken.issue(neighbour, "x", ["fieldwork.send"])[1]
    assert Client().post(V2 + "requests.xml", {**GIVEN, "api_key": other}).status_code == 403
    weak = ApiToken.issue(clerk, "y", ["fieldwork.view"])[1]
    assert Client().post(V2 + "requests.xml", {**GIVEN, "api_key": weak}).status_code == 403
    assert not Report.objects.exists()
    number = Client().post(V2 + "requests.json", {**GIVEN, "api_key": key}).json()[0]["service_request_id"]
    assert Client().get(V2 + "requests.json").json() == []
    assert Client().get(f"{V2}requests/{number}.xml").status_code == 404
    handling.release(Report.objects.get().pk, "道の穴", [], actor=clerk)
    (row,) = Client().get(V2 + "requests.json").json()
    assert (row["lat"], row["long"], row["description"]) == (35.6, 138.5, "道の穴")


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": ""}, 400),
        ({"service_code": "nothing"}, 404),
        ({"lat": "0", "long": "0"}, 400),
        ({"lat": "here"}, 400),
        ({"lat": "", "long": ""}, 400),
        ({"media_url": "file:///etc/passwd"}, 400),
        ({"jurisdiction_id": "somewhere"}, 404),
        ({"api_key": "wrong"}, 403),
    ],
)
def test_errors_are_a_list_of_code_and_description(open_town, key, given, status):
    for form in ("xml", "json"):
        answer = Client().post(f"{V2}requests.{form}", {**GIVEN, "api_key": key, **given})
        assert answer.status_code == status
        rows = (
            answer.json()
            if form == "json"
            else [{one.tag: one.text for one in error} for error in xml(answer)]
        )
        assert int(rows[0]["code"]) == status
        assert rows[0]["description"]
    assert not Report.objects.exists()


def test_the_search_has_ninety_days_and_ids_override_it(open_town, key):
    ids = [
        Client().post(V2 + "requests.json", {**GIVEN, "api_key": key}).json()[0]["service_request_id"]
        for _ in range(2)
    ]
    Report.objects.filter(number=ids[0]).update(
        received_at=timezone.now() - timedelta(days=120), state="done"
    )

    def found(**query):
        return [
            one["service_request_id"]
            for one in Client().get(V2 + "requests.json", {"api_key": key, **query}).json()
        ]

    assert found() == [ids[1]]
    assert found(service_request_id=",".join(ids), status="closed") == [ids[1], ids[0]]
    assert found(status="closed") == []
    assert found(status="open,closed", service_code="road,light") == [ids[1]]
    assert found(service_code="light") == []
    start = (timezone.now() - timedelta(days=130)).isoformat(timespec="seconds")
    assert found(start_date=start) == [ids[0]]
    end = timezone.now().isoformat(timespec="seconds")
    wide = Client().get(V2 + "requests.json", {"start_date": start, "end_date": end})
    assert wide.status_code == 400
    for text in ("yesterday", "9999-12-31T00:00:00Z", "0001-01-01"):
        assert Client().get(V2 + "requests.xml", {"start_date": text}).status_code == 400
    assert Client().get(V2 + "requests.xml", {"status": "lost"}).status_code == 400


def test_sent_again_with_the_same_key_of_the_sender_it_is_one(open_town, key):
    headers = {"Idempotency-Key": "abc"}
    first, second = (
        Client().post(V2 + "requests.json", {**GIVEN, "api_key": key}, headers=headers).json()
        for _ in range(2)
    )
    assert first == second
    assert Report.objects.count() == 1
