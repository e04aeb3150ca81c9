"""Advisors: who fits and why, the limit of the supported body, team, report, case; the notice of a job."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.sharing.actions import advisors as actions
from yakuba.services.sharing.engine import advisors as engine
from yakuba.services.sharing.engine.advisors import (
    Candidate,
    Job,
    Used,
    Wanted,
    kilometres,
    matches,
    notice,
    refusal,
)
from yakuba.services.sharing.models import Case, Request, Visit
from yakuba.services.sharing.queries import advisors as queries
from yakuba.services.sharing.tests import examples

DAY = date(2026, 5, 11)


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def advisor(in_yakuba_city):
    return examples.an_advisor()


def ask(**given) -> Request:
    return actions.ask(examples.a_request(**given), actor=None)


def book(request: Request, advisor, day: date = DAY, minutes: int = 0, override: str = "") -> Visit:
    return actions.book(request, day, bool(minutes), minutes, [advisor], override, actor=None)


@pytest.mark.parametrize(
    ("used", "minutes", "online", "told", "may"),
    [
        (Used(), 0, False, "", False),
        (Used(visits=2), 0, False, "", False),
        (Used(visits=3), 0, False, "3回まで", False),
        (Used(minutes=540), 60, True, "", False),
        (Used(minutes=541), 60, True, "残りは59分", False),
        (Used(visits=1), 60, True, "混ぜてよいか", True),
        (Used(minutes=60), 0, False, "混ぜてよいか", True),
        (Used(visits=3, minutes=60), 0, False, "3回まで", False),
    ],
)
def test_the_limit_of_a_body(used, minutes, online, told, may):
    sentence, override = refusal(used, minutes, online=online)
    assert told in sentence if told else sentence == ""
    assert override is may


def test_the_limit_is_the_bodys_and_not_the_requests_or_the_advisors(advisor):
    other = examples.an_advisor("ほかの人")
    for person in (advisor, other, advisor):
        book(ask(), person)
    with pytest.raises(Conflict, match="3回まで"):
        book(ask(fields=["窓口", "防災"]), other)
    book(ask(), other, date(2027, 4, 1))
    book(ask(body="まつかぜ町", body_code="990035"), other)
    npo = {"municipal": False, "recommender": "見本総合通信局", "body": "見本の会"}
    book(ask(**npo), other)  # in the same town, and not the town
    assert queries.used("990027", 2026) == Used(3, 0)


def test_visits_and_online_hours_are_not_mixed_without_a_reason(advisor):
    request = ask()
    book(request, advisor, minutes=540)
    with pytest.raises(Conflict, match="混ぜる理由"):
        book(request, advisor)
    assert book(request, advisor, override="総合通信局に確かめた").override == "総合通信局に確かめた"
    with pytest.raises(Conflict, match="残りは60分"):
        book(request, advisor, minutes=61, override="もっと")


def test_a_cancelled_occasion_counts_no_more(advisor):
    request = ask()
    visits = [book(request, advisor) for _ in range(3)]
    assert actions.cancel(visits[0]).state == Request.State.ARRANGED
    book(request, advisor)
    for one in Visit.objects.all():
        actions.cancel(one)
    assert Request.objects.get().state == Request.State.OPEN


def test_a_body_that_is_no_municipality_needs_a_recommendation(in_yakuba_city):
    with pytest.raises(Invalid, match="推薦"):
        ask(municipal=False, body="見本の会", body_code="")
    with pytest.raises(Invalid, match="団体コード"):
        ask(body_code="")
    with pytest.raises(Invalid, match="千代田区"):
        ask(body="中央区", body_code="131016")
    assert (
        ask(municipal=False, body="見本の会", body_code="", recommender="やくば市").recommender == "やくば市"
    )


def candidate(key: int, *fields: str, code: str = "131016", load: int = 0, online: bool = True) -> Candidate:
    return Candidate(key, f"人{key}", fields, ("エンジニア",), code, online, load, 3)


def test_matching_is_by_field_then_load_then_distance_with_reasons():
    wanted = Wanted(("窓口", "防災"), "131024", False)
    near, far = candidate(1, "窓口"), candidate(2, "窓口", code="011002")
    both, busy, full = (
        candidate(3, "窓口", "防災", code="011002"),
        candidate(4, "窓口", load=2),
        candidate(5, "窓口", "防災", load=3),
    )
    found = matches(wanted, [far, busy, full, near, both, candidate(6, "教育")])
    assert [one.candidate.key for one in found] == [3, 1, 2, 4, 5]
    assert "上限に達している" in found[-1].against[0]
    assert any("km" in reason for reason in found[1].reasons)
    online = matches(
        Wanted(("窓口",), "990019", True, "プロデューサー"), [candidate(1, "窓口", online=False)]
    )
    assert len(online[0].against) == 2
    assert "分からない" in " ".join(matches(Wanted(("窓口",), "990019", False), [near])[0].reasons)


def test_the_distance_of_two_town_halls():
    assert kilometres("131016", "131016") == 0
    assert kilometres("131016", "011002") == pytest.approx(830, abs=15)  # 千代田区 and 札幌市
    assert kilometres("131016", "990019") is None


def test_a_report_becomes_a_case_that_others_find(page, clerk, advisor, make_staff, in_yakuba_city):
    request = ask()
    address = reverse("sharing:book", args=[request.pk])
    answer = page.post(address, {"on": timezone.localdate().isoformat(), "team": [str(advisor.pk)], "online": "", "minutes": ""}, follow=True)  # fmt: skip
    assert "派遣の日を決めました" in answer.content.decode()
    page.post(
        reverse("sharing:report", args=[request.pk]),
        {"report": "書かない窓口を試した", "effect": "待ち時間が減った"},
    )
    page.post(reverse("sharing:make_case", args=[request.pk]))
    case = Case.objects.get()
    reader = Client()
    reader.force_login(make_staff(in_yakuba_city, "sharing.cases"))
    assert reader.get(reverse("sharing:case", args=[case.pk])).status_code == 404
    given = {"title": "書かない窓口", "body": "となり町", "population": "9200", "field": "窓口", "text": "試した", "effect": "減った", "source": "支援の報告"}  # fmt: skip
    page.post(reverse("sharing:change_case", args=[case.pk]), given)
    page.post(reverse("sharing:publish_case", args=[case.pk]))
    with pytest.raises(Conflict, match="取り下げて"):
        actions.save_case({"title": "x"}, Case.objects.get())
    listed = reader.get(
        reverse("sharing:cases"), {"population": "0-10000", "field": "窓口", "sort": ""}, follow=True
    )
    assert "書かない窓口" in listed.content.decode()
    assert "書かない窓口" not in reader.get(reverse("sharing:cases"), {"population": "30000-100000"}, follow=True).content.decode().split("<table")[-1]  # fmt: skip


def test_nothing_is_reported_before_it_took_place(advisor):
    request = ask()
    book(request, advisor, timezone.localdate() + timedelta(days=3))
    with pytest.raises(Conflict, match="まだ派遣が終わって"):
        actions.report(request, "x", "")


def test_a_lecture_asks_lecturers_alone(advisor):
    lecturer = examples.an_advisor("講師", lecturer=True, topics="窓口のはなし")
    assert [one.candidate.key for one in queries.matched(ask(kind="lecture"))] == [lecturer.pk]
    with pytest.raises(Invalid, match="スキル標準"):
        examples.an_advisor(roles=["王様"])


def test_a_refused_day_keeps_what_was_typed(page, advisor):
    request = ask(online=True)
    answer = page.post(reverse("sharing:book", args=[request.pk]), {"on": "令和8年5月1日", "team": [str(advisor.pk)], "online": "on", "minutes": "", "override": "確かめた"})  # fmt: skip
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert "分で書いてください" in shown
    assert "確かめた" in shown


def test_the_notice_of_a_job_comes_from_the_standard(page):
    assert [one.name for one in engine.standard().roles] == [
        "プロデューサー",
        "プロジェクトマネージャー",
        "サービスデザイナー",
        "エンジニア",
    ]
    text = notice(Job("やくば市", "サービスデザイナー", "窓口の見直し", "", "1年", "", "", "", ""))
    assert "UI・UX" in text
    assert "報酬：（書いてください）" in text
    assert "条件ではありません" in text
    shown = page.get(
        reverse("sharing:job"), {"role": "エンジニア", "task": "ロボットを作る"}
    ).content.decode()
    assert "ローコード" in shown
    assert "ロボットを作る" in shown


def test_a_body_has_one_limit_however_it_is_written(advisor):
    npo = {"municipal": False, "recommender": "見本総合通信局"}
    for name in ("ＮＰＯ 見本の会", "NPO見本の会", "NPO　見本の会"):
        book(ask(**npo, body=name), advisor)
    with pytest.raises(Conflict, match="3回まで"):
        book(ask(**npo, body="NPO見本の会"), advisor)
    with pytest.raises(Invalid, match="団体コードではありません"):
        ask(body_code="99002")


def test_one_person_twice_is_one_person_and_a_reported_request_is_done(advisor):
    request = ask()
    visit = actions.book(request, timezone.localdate(), False, 0, [advisor, advisor], "", actor=None)
    assert visit.members.count() == 1
    done = actions.report(request, "x", "")
    assert actions.case_of(done) == actions.case_of(done)
    with pytest.raises(Conflict, match="新しい依頼"):
        book(request, advisor)
