"""Rounds through their pages, files, API and command."""

from __future__ import annotations

import json
import re

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.tables.tests.looking import form_of
from yakuba.services.fieldwork.actions import rounds_answers, rounds_changes
from yakuba.services.fieldwork.models import Crew, RoadFile, RoundChange, RoundPlan, StopEvent
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.tests.rounds_town import (
    calculated,
    crew,
    picture,
    plan,
    quickly,
    roads,
    stop,
    under_way,
)

CREW = {
    "name": "一班", "latitude": "34.398", "longitude": "132.52", "breaks": "12:00 60分", "active": "on",
    **{f"day_{number}": "8:30-17:15" for number in range(5)},
}  # fmt: skip
STOP = {
    "title": "道路の穴",
    "latitude": "34.41",
    "longitude": "132.53",
    "minutes": "20",
    "priority": "1",
    "load": "0",
}


@pytest.fixture
def page(in_yakuba_city, clerk):
    quickly(clerk)
    client = Client()
    client.force_login(clerk)
    return client


def text_of(answer):
    return answer.content.decode()


def address(name, *arguments):
    return reverse(f"fieldwork:{name}", args=arguments)


def test_from_a_crew_to_a_round_in_its_hands(page, clerk):
    assert "先に班を登録します" in text_of(page.get(address("new_round_plan")))
    answer = page.post(address("new_crew"), CREW | {"day_0": "朝から"})
    assert answer.status_code == 422
    assert "「9:00-12:00」のように" in text_of(answer)
    page.post(address("new_crew"), CREW)
    made = Crew.objects.get()
    assert "一班" in text_of(page.get(address("crews"), follow=True))
    assert 'value="8:30-17:15"' in text_of(page.get(address("edit_crew", made.pk)))
    page.post(
        address("new_round_plan"),
        {"title": "補修", "first_day": "令和8年11月30日", "days": "1", "crews": [made.pk]},
    )
    row = RoundPlan.objects.get()
    shown = text_of(page.get(address("round_plan", row.pk)))
    assert "訪問先はまだありません" in shown
    page.post(address("new_round_stop", row.pk), STOP)
    file = SimpleUploadedFile("stops.csv", "件名,緯度,経度\n枝,34.42,132.53\n".encode())
    looked = page.post(address("load_round_stops", row.pk), {"file": file}, follow=True)
    page.post(address("load_round_stops", row.pk), form_of(looked) | {"take": "1"})
    assert [one.title for one in queries.stops_of(row)] == ["道路の穴", "枝"]
    page.post(address("plan_rounds", row.pk))
    assert "計算中" in text_of(page.get(address("round_plan", row.pk)))
    rounds_answers.work(row.pk)
    shown = text_of(page.get(address("round_plan", row.pk)))
    assert "直線距離×1.30、時速25km" in shown
    assert "<svg" in shown
    assert "班に出す" in shown
    page.post(address("publish_rounds", row.pk))
    assert address("go_crew", row.pk, made.pk) in text_of(page.get(address("go")))
    shown = text_of(page.get(address("go_crew", row.pk, made.pk)))
    assert re.search(r"次は (道路の穴|枝)", shown)
    assert "済んだ" in shown


def test_the_phone_says_what_a_crew_says(page, clerk):
    row = under_way(clerk, [stop("穴"), stop("枝", 2)], ["一班"])
    first = queries.rounds_of(queries.current(row))[0].listed[0].stop
    by = queries.crews_of(row)[0]
    at = address("go_stop", row.pk, by.pk, first.pk)
    key = re.search(r'name="key" value="(\w+)"', text_of(page.get(at)))[1]
    answer = page.post(at, {"kind": "failed", "key": key})
    assert answer.status_code == 422
    assert "わけを選んでください" in text_of(answer)
    photo = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    said = {"kind": "done", "key": key, "minutes": "12", "kilometres": "1.2", "note": "済", "photos": [photo]}
    answer = page.post(at, said, follow=True)
    assert "済んだと記録しました" in text_of(answer)
    event = StopEvent.objects.get()
    assert (event.minutes, event.metres, event.photos.count()) == (12, 1200, 1)
    late = page.post(at, {"kind": "done", "key": "y" * 16, "note": "書いたことは残る"})
    assert "「済んだ」と記録しています" in text_of(late)
    assert "書いたことは残る" in text_of(late)
    shown = text_of(page.get(address("round_record", row.pk)))
    assert "監査記録と合っています" in shown
    photo_page = page.get(address("visit_photo", event.photos.get().pk))
    assert photo_page["Content-Type"] == "image/jpeg"
    assert "12" in text_of(page.get(address("round_figures")))


def test_a_change_of_the_day_stands_side_by_side(page, clerk):
    row = under_way(clerk, [stop("穴"), stop("枝", 2)])
    given = {f"stop-{name}": value for name, value in STOP.items()} | {"what": "stop"}
    answer = page.post(address("change_rounds", row.pk), given)
    change = RoundChange.objects.get()
    assert answer.url == address("round_change", change.pk)
    assert "計算" in text_of(page.get(answer.url))
    rounds_changes.work(change.pk)
    shown = text_of(page.get(answer.url))
    assert "「順番を変えない」を取り入れる" in shown
    assert "「組み直す」を取り入れる" in shown
    assert "決めていない巡回の変更" in text_of(page.get("/"))
    answer = page.post(address("take_change", change.pk), {"kept": "0"}, follow=True)
    assert "取り入れました" in text_of(answer)
    assert "道路の穴" in text_of(page.get(address("round_version", row.pk, queries.current(row).number)))
    assert "道路の穴" not in re.sub(
        r"(?s)<table.*?</table>", "", text_of(page.get(address("round_version", row.pk, 1)))
    )
    crew_id = queries.crews_of(row)[0].pk
    refused = page.post(
        address("change_rounds", row.pk), {"what": "crew", "crew-kind": "late", "crew-crew_id": crew_id}
    )
    assert refused.status_code == 422
    assert "「13:30」のように" in text_of(refused)


def test_rounds_are_taken_along_and_printed_a_crew_a_page(page, clerk):
    stops = [stop(f"場所{number}", number, minutes=200) for number in range(1, 5)]
    row = calculated(clerk, plan(clerk, [crew(clerk, "一班"), crew(clerk, "二班")], stops))
    rows = queries.rounds_of(queries.current(row))
    assert len(rows) == 2
    table = page.get(address("round_file", row.pk, "utf-8")).content.decode("utf-8-sig")
    assert table.splitlines()[0].startswith("日,班,順番,種類")
    assert len(table.splitlines()) == 5
    found = json.loads(page.get(address("round_file", row.pk, "geojson")).content)
    kinds = [one["geometry"]["type"] for one in found["features"]]
    assert (kinds.count("LineString"), kinds.count("Point")) == (2, 4)
    assert page.get(address("round_file", row.pk, "xlsx")).content.startswith(b"PK")
    assert page.get(address("round_file", row.pk, "doc")).status_code == 404
    paper = page.get(address("round_paper", row.pk))
    document = pypdfium2.PdfDocument(paper.content)
    assert ["一班" in one.get_textpage().get_text_range() for one in document] == [True, False]


def test_roads_come_in_by_page(page):
    file = SimpleUploadedFile("roads.geojson", json.dumps(roads(bridge=True)).encode())
    answer = page.post(address("roads"), {"file": file, "source": "見本の道路（CC0）"}, follow=True)
    assert "3本の道路を入れました" in text_of(answer)
    row = RoadFile.objects.get()
    page.post(address("use_straight"))
    assert "直線距離の1.3倍" in text_of(page.get(address("roads")))
    page.post(address("use_roads", row.pk))
    assert RoadFile.objects.get().in_use
    answer = page.post(address("roads"), {"file": SimpleUploadedFile("x.geojson", b"{"), "source": "x"})
    assert answer.status_code == 422
    assert "JSONとして読めません" in text_of(answer)


def test_programs_and_commands_do_the_same(page, clerk):
    names = ["fieldwork.rounds", "fieldwork.plan_rounds", "fieldwork.go_rounds"]
    headers = {"Authorization": f"Bearer {ApiToken.issue(clerk, 'x', names)[1]}"}

    def post(path, given):
        return page.post(
            f"/api/v1/fieldwork/{path}", json.dumps(given), content_type="application/json", headers=headers
        )

    made = post("crews", {"name": "一班", "latitude": 34.398, "longitude": 132.52}).json()
    number = post("rounds", {"title": "補修", "first_day": "2026-11-30", "crews": [made["id"]]}).json()["id"]
    wrong = post(f"rounds/{number}/stops", {"title": "海", "latitude": 0, "longitude": 0})
    assert wrong.status_code == 422
    at = post(
        f"rounds/{number}/stops", {"title": "穴", "latitude": 34.41, "longitude": 132.53, "kind": "report"}
    ).json()
    assert post(f"rounds/{number}/plan", {}).status_code == 200
    rounds_answers.work(number)
    assert post(f"rounds/{number}/publish", {}).json()["rounds"][0]["visits"][0]["title"] == "穴"
    said = {"round_stop_id": at["id"], "crew_id": made["id"], "kind": "done", "key": "k" * 16}
    visits = "/api/v1/fieldwork/visits"
    assert page.post(visits, said, headers=headers).status_code == 201
    assert page.post(visits, said | {"key": "z" * 16}, headers=headers).status_code == 409
    listed = page.get(f"/api/v1/fieldwork/rounds/{number}/visits", headers=headers).json()
    assert [one["kind"] for one in listed] == ["done"]
    shown = CliRunner().invoke(
        build(), ["fieldwork", "rounds", "show", str(number), "--user", clerk.username, "--json"]
    )
    assert json.loads(shown.stdout)["rounds"][0]["crew"] == "一班"


def test_who_may_only_go_does_not_plan(page, make_staff, yakuba_city, clerk):
    row = under_way(clerk, [stop("穴")], ["一班"])
    driver = Client()
    driver.force_login(make_staff(yakuba_city, "fieldwork.go_rounds"))
    by = queries.crews_of(row)[0]
    assert driver.get(address("go_crew", row.pk, by.pk)).status_code == 200
    assert driver.get(address("round_plan", row.pk)).status_code == 403
    assert driver.post(address("plan_rounds", row.pk)).status_code == 403
