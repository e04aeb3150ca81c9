"""What staff do with a report: steps that cannot be dated by hand, and what everybody may read of it."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.ledger.actions import move, put_away
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.fieldwork.actions import erasing, handling
from yakuba.services.fieldwork.models import Report, ReportEvent, ReportPhoto
from yakuba.services.fieldwork.queries import proving, statistics
from yakuba.services.fieldwork.queries import reports as queries
from yakuba.services.fieldwork.tests.conftest import HOLE, TOWN, numbers, photograph, uploaded


@pytest.fixture
def report(resident):
    resident.number, resident.secret = numbers(
        resident.send({**HOLE, "name": "見本 花子", "contact": "090-1111-2222"}, photo=uploaded(photograph()))
    )
    return Report.objects.get()


def change(staff, report, step, **given):
    fields = {f"{step}-{name}": text for name, text in given.items()}
    return staff.post(reverse("fieldwork:change", args=[report.pk, step]), fields, follow=True)


def test_from_beginning_to_end_with_answers_that_the_reporter_reads(staff, resident, report):
    staff.post(reverse("fieldwork:start", args=[report.pk]))
    change(staff, report, "move", section="環境課", text="ごみのため")
    change(staff, report, "answer", text="来週行きます")
    page = change(staff, report, "finish", text="穴を埋めました").content.decode()
    report.refresh_from_db()
    assert (report.state, report.section.name) == ("done", "環境課")
    assert report.done_at == ReportEvent.objects.get(kind="done").at
    assert report.case.__class__.objects.get(pk=report.case_id).status == Status.DECIDED
    assert "合いません" not in page
    shown = resident.look(resident.number, resident.secret).content.decode()
    assert "来週行きます" in shown
    assert "穴を埋めました" in shown
    assert "ごみのため" not in shown  # between sections
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown)[1]
    resident.client.post(f"{TOWN}reopen/", {"ticket": ticket, "text": "また穴があきました"})
    report.refresh_from_db()
    assert (report.state, report.done_at) == ("working", None)
    assert Case.objects.get(pk=report.case_id).status == Status.EXAMINING
    kinds = list(ReportEvent.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["received", "started", "moved", "answered", "done", "reopened"]
    assert (
        AuditEvent.objects.filter(name__startswith="fieldwork.report_", subject=f"report:{report.pk}")
        .exclude(name="fieldwork.report_looked_at")
        .count()
        == 6
    )


def test_times_cannot_be_edited_and_a_hand_in_the_database_is_seen(staff, report, clerk):
    handling.finish(report.pk, "直した", actor=clerk)
    event = ReportEvent.objects.get(kind="done")
    event.at -= timedelta(days=3)
    with pytest.raises(RuntimeError):
        event.save()
    with pytest.raises(RuntimeError):
        event.delete()
    report.refresh_from_db()
    events = list(ReportEvent.objects.order_by("pk"))
    assert proving.disagreements(report, events) == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE fieldwork_reportevent SET at = %s WHERE id = %s", [event.at, event.pk])
    events = list(ReportEvent.objects.order_by("pk"))
    assert len(proving.disagreements(report, events)) == 1
    assert "監査記録と合いません" in staff.get(reverse("fieldwork:report", args=[report.pk])).content.decode()
    assert len(proving.disagreements(report, events[:1])) == 1  # one that was taken away


@pytest.mark.parametrize(
    ("step", "given", "said"),
    [
        ("finish", {"text": ""}, "したこと"),
        ("finish", {"text": "番号 1234 5678 9018"}, "個人番号のような数字"),
        ("move", {"section": "建設課", "text": "x"}, "もう建設課にあります"),
        ("due", {"day": "2001-01-01", "text": "x"}, "今日より後の日"),
        ("reopen", {"text": "x"}, "まだ終わっていません"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(staff, report, step, given, said):
    answer = change(staff, report, step, **given)
    assert said in answer.content.decode()
    assert ReportEvent.objects.count() == 1


def test_several_at_once_and_the_list_shows_no_reporter(staff, resident, report):
    resident.send({**HOLE, "category": "light"})
    page = staff.get(reverse("fieldwork:index"), follow=True).content.decode()
    assert HOLE["description"] in page
    assert "花子" not in page
    rows = list(Report.objects.values_list("pk", flat=True))
    staff.post(
        reverse("fieldwork:index"), {"bulk": "1", "row": rows, "section": "農林課", "text": "担当替え"}
    )
    assert set(Report.objects.values_list("section__name", flat=True)) == {"農林課"}
    found = staff.get(reverse("fieldwork:index"), {"text": "橋のたもと", "sort": "-received"}, follow=True)
    assert report.number in found.content.decode()
    assert (
        "花子"
        not in b"".join(
            staff.get(reverse("fieldwork:index"), {"form": "utf-8", "text": ""}, follow=True)
        ).decode()
    )


def test_who_looks_at_a_reporter_is_recorded(staff, report):
    page = staff.get(reverse("fieldwork:report", args=[report.pk])).content.decode()
    assert "見本 花子" in page
    assert AuditEvent.objects.filter(name="fieldwork.report_looked_at").count() == 1


def test_everybody_reads_only_what_a_person_released(staff, resident, report):
    where = reverse("report:map", args=["990019"])
    geojson = reverse("report:places", args=["990019"])
    photo = ReportPhoto.objects.get()
    picture = reverse("report:photo", args=["990019", photo.pk])
    assert HOLE["description"] not in resident.client.get(where).content.decode()
    assert resident.client.get(picture).status_code == 404
    given = {"text": "橋の近くの穴", "photos": [photo.pk]}
    assert (
        staff.post(reverse("fieldwork:release", args=[report.pk]), given).status_code == 422
    )  # nobody says who looked
    staff.post(reverse("fieldwork:release", args=[report.pk]), {**given, "looked": "on"})
    page = resident.client.get(where).content.decode()
    assert "橋の近くの穴" in page
    assert "花子" not in page
    assert HOLE["description"] not in page
    assert resident.client.get(picture)["Content-Type"] == "image/jpeg"
    (feature,) = json.loads(resident.client.get(geojson).content)["features"]
    assert feature["geometry"]["coordinates"] == [138.5005, 35.6005]
    assert set(feature["properties"]) == {"number", "category", "state", "text", "received_on", "done_on"}
    staff.post(reverse("fieldwork:hide", args=[report.pk]))
    assert "橋の近くの穴" not in resident.client.get(where).content.decode()
    assert resident.client.get(picture).status_code == 404


def test_another_town_sees_nothing_of_it(report, neighbour):
    other = Client()
    other.force_login(neighbour)
    assert other.get(reverse("fieldwork:report", args=[report.pk])).status_code == 404
    photo = ReportPhoto.objects.get()
    assert other.get(reverse("fieldwork:photo", args=[photo.pk])).status_code == 404
    assert other.post(reverse("fieldwork:start", args=[report.pk])).status_code in (302, 404)
    report.refresh_from_db()
    assert report.state == "received"


def test_figures_map_and_geojson_of_staff(staff, report, clerk):
    empty = Report.objects.none()
    assert statistics.paces(empty, timezone.now()) == []
    handling.finish(report.pk, "直した", actor=clerk)
    (pace,) = statistics.paces(Report.objects.all(), timezone.now())
    assert (pace.received, pace.done, pace.done_in_time, pace.open) == (1, 1, 1, 0)
    assert "終えるまでの日数" in staff.get(reverse("fieldwork:statistics")).content.decode()
    assert "地図に出る通報はありません" in staff.get(reverse("fieldwork:map")).content.decode()
    handling.reopen(report.pk, "また", actor=clerk)
    assert report.number in staff.get(reverse("fieldwork:map")).content.decode()
    token = ApiToken.issue(clerk, "x", ["fieldwork.view", "fieldwork.export"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    listed = Client().get("/api/v1/fieldwork/reports?state=open", headers=headers).json()
    assert [one["number"] for one in listed] == [report.number]


def test_late_reports_stand_on_the_home_page(staff, report):
    Report.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert queries.in_state(Report.objects.all(), "late").count() == 1
    assert "期限を過ぎた通報" in staff.get("/").content.decode()
    assert [one.number for one in queries.stops()] == [report.number]


def test_a_case_that_is_withdrawn_in_the_ledger_ends_its_report(report, clerk):
    put_away(report.case, "いたずら", user=clerk)
    move(report.case, Status.WITHDRAWN, user=clerk, reason="いたずら")
    report.refresh_from_db()
    assert report.state == "closed"
    with pytest.raises(Conflict):
        handling.finish(report.pk, "x", actor=clerk)


def test_what_was_kept_long_enough_goes_with_its_case(report):
    files = erasing.erase([report.case_id])
    assert len(files) == 1
    assert not Report.objects.exists()
    assert not ReportEvent.objects.exists()


def test_rules_need_sections_that_are_there_and_faults_have_lines(staff, open_town, clerk):
    from yakuba.services.fieldwork.actions.rules import set_rules
    from yakuba.services.fieldwork.engine.rules import EXAMPLE, read_rules

    with pytest.raises(Invalid) as told:
        set_rules(EXAMPLE.replace("環境課", "ない課"), actor=clerk)
    assert told.value.problems[0].line == EXAMPLE.splitlines().index("    課: 環境課") + 1
    page = staff.post(
        reverse("fieldwork:rules"), {"text": EXAMPLE.replace("期限の日数: 10", "期限の日数: 十", 1)}
    )
    assert page.status_code == 422
    for broken in (
        "町: 1",
        "分類: []",
        EXAMPLE.replace("符号: light", "符号: road"),
        EXAMPLE.replace("分類: road", "分類: nothing"),
        EXAMPLE.replace("名前: 役場, 緯度: 35.6000", "名前: 役場, 緯度: 43.0"),
        EXAMPLE + "振分: []\n",
    ):
        with pytest.raises(Invalid) as told:
            read_rules(broken)
        assert told.value.problems


def test_urgent_words_and_districts_route(resident):
    resident.send({**HOLE, "description": "道が陥没しています"})
    row = Report.objects.get()
    assert (row.urgent, row.district) == (True, "中央")
