"""What was found, through pages, API and commands; pseudonyms; drafts."""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.accounts.models import ApiToken
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.jobs.models import Job
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.retention.actions import sweep
from yakuba.services.corefiles.tests.examples import PROCEDURE, RECEIPTS
from yakuba.services.robots.actions import systems
from yakuba.services.robots.models import Recording, RowEvent
from yakuba.services.robots.tests.office import Office, Shift
from yakuba.services.worklogs import facade, queries
from yakuba.services.worklogs.actions import candidates, preparing
from yakuba.services.worklogs.models import Candidate, LogPart, Prepared, Subject
from yakuba.services.worklogs.queries.robots import effects
from yakuba.services.worklogs.tests.examples import log

RULES = "作業:\n  - 名前: 申込の入力\n    手続: seal-card\n    画面: [申込登録]\n"


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def found(in_yakuba_city, clerk):
    """A log with one routine, twenty times, of two people, and rules."""
    ledger.load_procedure(PROCEDURE, actor=clerk)
    facade.set_rules(RULES, actor=clerk)
    for person, day in (("tanaka", 1), ("suzuki", 2)):
        content = log(10, pc=f"PC-{person}", person=person, day=day).encode()
        facade.take_in(f"{person}.csv", io.BytesIO(content), actor=clerk)
    facade.prepare()
    return Candidate.objects.get()


def text(answer) -> str:
    return answer.content.decode()


def test_the_overview_shows_measured_time_and_no_names(page, found):
    shown = text(page.get(reverse("worklogs:index")))
    assert "操作100件、PC2台、2人分" in shown
    assert "申込の入力" in shown
    assert "印鑑登録" in shown
    assert "tanaka" not in shown
    (hours,) = facade.hours_by_process()
    # Of each time: two pastes and a click in the system, twenty seconds each and seventy behind the last one.
    assert (hours.activity, hours.procedure, hours.events) == ("申込の入力", "seal-card", 60)
    assert hours.minutes == pytest.approx((20 * (20 + 20) + 18 * 70) / 60, abs=0.1)
    assert list(hours.months) == ["2026-04-01"]
    assert "申込の入力" in text(page.get(reverse("reform:effects")))


def test_people_are_pseudonyms_until_somebody_says_why(page, found, make_staff, yakuba_city):
    shown = text(page.get(reverse("worklogs:people")))
    person = Subject.objects.filter(kind="person").order_by("number")[0]
    assert person.mark in shown
    assert "tanaka" not in shown
    assert AuditEvent.objects.filter(name="worklogs.people_seen").exists()
    assert page.get(reverse("worklogs:people"), {"sort": "-minutes"}).status_code == 200
    address = reverse("worklogs:open_name", args=[person.pk])
    assert "tanaka" not in text(page.post(address, {"reason": " "}))
    assert "tanaka" in text(page.post(address, {"reason": "本人から訂正の求め"}))
    event = AuditEvent.objects.get(name="worklogs.opened")
    assert event.details["reason"] == "本人から訂正の求め"
    other = Client()
    other.force_login(make_staff(yakuba_city, "worklogs.view", "worklogs.people"))
    assert other.get(address).status_code == 403
    assert "tanaka" not in text(other.get(reverse("worklogs:people")))


def test_the_union_sees_what_is_collected_and_nothing_else(found, make_staff, yakuba_city):
    client = Client()
    client.force_login(make_staff(yakuba_city, "worklogs.collected"))
    shown = text(client.get(reverse("worklogs:collected")))
    assert "操作100件（2026年4月から2026年4月まで）" in shown
    assert "365日" in shown
    assert client.get(reverse("worklogs:index")).status_code == 403


def test_a_candidate_opens_down_to_its_rows(page, found):
    assert found.times == 20
    assert found.minutes == pytest.approx(20 * 80 / 60, abs=0.1)
    assert found.regularity == 1.0
    listed = text(page.get(reverse("worklogs:candidates"), follow=True))
    assert found.title in listed
    shown = text(page.get(reverse("worklogs:candidate", args=[found.pk])))
    assert "EXCEL「申込一覧.xlsx」" in shown
    assert "児童氏名" in shown
    rows = text(page.get(reverse("worklogs:evidence", args=[found.pk, 0, 3])))
    assert rows.count("貼り付け") == 2
    assert "tanaka" not in rows
    assert page.get(reverse("worklogs:evidence", args=[found.pk, 0, 999])).status_code == 404
    assert AuditEvent.objects.filter(name="worklogs.evidence_seen").count() == 1


def test_how_one_of_few_people_works_is_not_for_everybody(found, make_staff, yakuba_city):
    other = Client()
    other.force_login(make_staff(yakuba_city, "worklogs.view"))
    shown = text(other.get(reverse("worklogs:candidate", args=[found.pk])))
    assert "元の操作を見る" not in shown
    assert "5人より少ない" in shown
    evidence = reverse("worklogs:evidence", args=[found.pk, 0, 3])
    assert other.get(evidence).status_code == 403
    Candidate.objects.update(content=found.content | {"people": 5})
    shown = text(other.get(reverse("worklogs:candidate", args=[found.pk])))
    assert "元の操作を見る" in shown
    assert Subject.objects.filter(kind="pc").first().mark not in shown, "moments without the PC"
    assert other.get(evidence).status_code == 200


def test_a_candidate_becomes_a_draft_for_a_robot_once(page, found, clerk, make_staff, yakuba_city):
    ledger.open_case(Procedure.objects.get(code="seal-card"), RECEIPTS[0])
    systems.set_system("住民情報", "http://127.0.0.1:9/", 60.0, {}, actor=clerk)
    weak = make_staff(yakuba_city, "worklogs.manage")
    with pytest.raises(PermissionDenied):
        candidates.make_draft(found, RECEIPTS[0], "住民情報", actor=weak)
    given = {"receipt_number": RECEIPTS[0], "system": "住民情報"}
    done = page.post(reverse("worklogs:draft", args=[found.pk]), given, follow=True)
    recording = Recording.objects.get()
    assert "ロボットの下書きを開く" in text(done)
    assert recording.state == "draft"
    assert recording.draft["入力"] == [
        {"入力": {"欄": "児童氏名", "値": "{氏名}"}},
        {"入力": {"欄": "生年月日", "値": "{生年月日}"}},
        {"押す": {"ボタン": "登録"}},
    ]
    assert page.get(reverse("robots:recording", args=[recording.pk])).status_code == 200
    found.refresh_from_db()
    assert (found.state, found.subject) == ("drafted", f"recording:{recording.pk}")
    with pytest.raises(Conflict):
        candidates.make_draft(found, RECEIPTS[0], "住民情報", actor=clerk)


def test_what_was_decided_stays_when_it_is_calculated_anew(page, found, clerk):
    page.post(reverse("worklogs:dismiss", args=[found.pk]), {"reason": "年に一度だけ"})
    facade.take_in(
        "more.csv", io.BytesIO(log(5, pc="PC-tanaka", person="tanaka", day=9).encode()), actor=clerk
    )
    facade.prepare()
    again = Candidate.objects.get()
    assert (again.pk, again.times, again.state, again.reason) == (found.pk, 25, "dismissed", "年に一度だけ")
    page.post(reverse("worklogs:take_back", args=[found.pk]))
    assert Candidate.objects.get().state == "found"


def test_rules_are_changed_by_version_and_faults_are_told(page, found):
    address = reverse("worklogs:rules")
    bad = page.post(address, {"text": "作業:\n  - 名前: x\n", "version": 1})
    assert bad.status_code == 422
    assert "見分ける言葉を書いてください" in text(bad)
    page.post(address, {"text": RULES.replace("申込の入力", "申込"), "version": 1})
    assert queries.rules().version == 2
    late = page.post(address, {"text": RULES, "version": 1})
    assert "その間に第2版が登録されました" in text(late)


def test_api_and_command_say_the_same(page, found, clerk):
    token = ApiToken.issue(clerk, "x", ["worklogs.view"])[1]
    headers = {"Authorization": f"Bearer {token}"}
    told = page.get("/api/v1/worklogs/overview", headers=headers).json()
    assert told["events"] == 100
    done = CliRunner().invoke(build(), ["worklogs", "overview", "--user", clerk.username, "--json"])
    assert json.loads(done.stdout) == told
    listed = page.get("/api/v1/worklogs/candidates", headers=headers).json()
    assert [one["id"] for one in listed] == [found.pk]
    assert (
        page.post(
            f"/api/v1/worklogs/candidates/{found.pk}/dismiss", {"reason": "x"}, headers=headers
        ).status_code
        == 403
    )


def test_events_go_when_their_days_are_over_and_the_figures_with_them(found):
    LogPart.objects.update(ends_at=timezone.now() - timedelta(days=400))
    number = StoredFile.objects.count()
    sweep()
    assert not LogPart.objects.exists()
    assert StoredFile.objects.count() == number - 1
    Job.objects.all().delete()  # that the log's taking in asked for
    assert not queries.is_up_to_date()
    assert [one.ok for one in queries.self_check()] == [True, False]
    preparing.work(lambda *_: None)
    assert Prepared.objects.get().content["events"] == 0
    assert not Candidate.objects.exists()
    assert queries.is_up_to_date()


def enter_by_robot(clerk, when: datetime) -> str:
    """A case of the robots' sample procedure that a robot entered then; the procedure's code."""
    run = Office.open(clerk).start(1)
    Shift(run).work()
    assert RowEvent.objects.filter(row__run=run, state="entered").update(at=when) == 1
    return "bus-pass"


def test_a_robots_effect_is_shown_and_told_by_months(page, in_yakuba_city, clerk):
    assert "まだありません" in text(page.get(reverse("worklogs:robots")))
    code = enter_by_robot(clerk, datetime(2026, 4, 10, 9, tzinfo=UTC))
    assert "この手続にあてた作業がありません" in text(page.get(reverse("worklogs:robots")))
    facade.set_rules(RULES.replace("seal-card", code), actor=clerk)
    for month, times in (("03", 20), ("04", 15), ("05", 4), ("06", 4)):
        content = log(times).replace("2026-04-", f"2026-{month}-").encode()
        facade.take_in(f"{month}.csv", io.BytesIO(content), actor=clerk)
    facade.prepare()
    (row,) = effects()
    assert (row.found.since, row.found.verdict, row.entered) == (
        date(2026, 4, 1),
        "lasting",
        {date(2026, 4, 1): 1},
    )
    assert (row.found.before, row.found.latest) == (
        row.months[date(2026, 3, 1)],
        row.months[date(2026, 5, 1)],
    )
    shown = text(page.get(reverse("worklogs:robots")))
    assert "続いています" in shown
    assert "2026年4月" in shown
    answer = CliRunner().invoke(build(), ["worklogs", "robots", "--user", clerk.username, "--json"])
    assert json.loads(answer.stdout)[0]["verdict"] == "lasting"
