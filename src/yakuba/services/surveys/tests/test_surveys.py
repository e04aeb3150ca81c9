"""A survey from its file to its published results, by pages; two people decide, and two towns of one installation."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from typer.testing import CliRunner

from yakuba.config.command import build
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Department
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.robots import facade as robots
from yakuba.services.surveys.actions import answers, definitions, incoming, tallies
from yakuba.services.surveys.engine.answers import SPREADSHEET_ERRORS
from yakuba.services.surveys.models import Answers, Asked, Clarification, Edition, Incoming
from yakuba.services.surveys.queries import editions as queries
from yakuba.services.surveys.queries import results
from yakuba.services.surveys.tests import examples

SMALL = "survey_code", "edition_code"


def said(answer) -> str:
    return answer.content.decode()


def keep(edition, code: str, values: dict[str, str]):
    return answers.keep(
        Asked.objects.select_related("edition__survey").get(edition=edition, code=code),
        values,
        Answers.Way.PROXY,
        actor=None,
        reason="例",
    )


def test_a_survey_goes_out_by_two_people(page, chief, clerk):
    sent = page.post(reverse("surveys:load"), {"text": examples.text().replace("kind: date", "kind: dat")})
    assert sent.status_code == 422
    assert "dat" in said(sent)
    assert not Edition.objects.exists()
    page.post(reverse("surveys:load"), {"text": examples.text()})
    row = Edition.objects.get()
    shown = said(page.get(reverse("surveys:edition", args=[row.pk])))
    assert "5団体に出す" in shown
    assert "音声認識" in said(page.get(reverse("surveys:questions", args=[row.pk])))
    page.post(reverse("surveys:propose", args=[row.pk]), {"reason": "毎年の調査"})
    waiting = Approval.objects.get()
    with pytest.raises(approvals.ApprovalRefused, match="本人は承認できません"):
        approvals.approve(waiting, actor=clerk)
    assert not Asked.objects.exists()
    approvals.approve(waiting, actor=chief)
    row.refresh_from_db()
    assert (row.state, Asked.objects.filter(edition=row).count()) == ("open", 5)
    ward = Asked.objects.get(code="131016")
    assert (ward.kind, ward.prefecture, ward.deadline_text, ward.deadline.isoformat()) == (
        "ward",
        "東京都",
        "6月中旬",
        "2026-06-15",
    )
    assert AuditEvent.objects.filter(name="surveys.sent").exists()
    with pytest.raises(Conflict, match="設問を変えられません"):
        definitions.load(examples.text(), actor=clerk)


def test_the_owner_sets_the_day_and_keeps_the_words_of_each_class(page, edition):
    url = reverse("surveys:texts", args=[edition.pk])
    given = {
        "contact": "企画課",
        "lead": "",
        "text_ward": "7月初旬",
        "day_ward": "令和8年7月3日",
        "text_town": "",
        "day_town": "七月",
    }
    assert page.post(url, given).status_code == 422
    page.post(url, given | {"day_town": ""})
    wards = Asked.objects.filter(edition=edition, kind="ward")
    assert {(one.deadline_text, one.deadline.isoformat()) for one in wards} == {("7月初旬", "2026-07-03")}


def test_answers_are_entered_for_a_body_and_every_version_stays(page, edition):
    body = Asked.objects.get(edition=edition, code="131016")
    url = reverse("surveys:enter", args=[body.pk])
    wrong = page.post(url, {"ai": "yes", "cases": "約3", "reason": "電話"})
    assert wrong.status_code == 422
    assert "数として読めません" in said(wrong)
    assert "約3" in said(wrong)
    page.post(url, {"ai": "yes", "kinds": ["voice"], "cases": "１，２００件", "reason": "電話で聞いた"})
    page.post(
        url,
        {"ai": "yes", "kinds": ["voice"], "cases": "1300", "systems": "台帳、3\n", "reason": "訂正の電話"},
    )
    shown = said(page.get(reverse("surveys:body", args=[body.pk])))
    assert "1,300件" in shown
    assert "第2版" in shown
    versions = Answers.objects.filter(asked=body).order_by("version")
    assert [one.values["cases"] for one in versions] == ["1200", "1300"]
    body.refresh_from_db()
    assert body.state == "answered"


def test_who_lacks_required_answers_has_not_answered(edition):
    keep(edition, "131016", {"cases": "3"})
    assert Asked.objects.get(edition=edition, code="131016").state == "partly"


def test_bodies_are_reminded_at_once_and_the_late_ones_stand_on_the_home_page(page, edition):
    Asked.objects.filter(edition=edition).update(deadline="2020-01-01")
    keep(edition, "131016", {"ai": "no"})
    url = reverse("surveys:asked", args=[edition.pk])
    rows = list(Asked.objects.filter(edition=edition).values_list("pk", flat=True))
    shown = page.post(url, {"bulk": "0", "row": rows, "text": ""}, follow=True)
    assert "もう答えています" in said(shown)
    assert sum(body.reminders.count() for body in Asked.objects.filter(edition=edition)) == 4
    assert queries.waiting_bodies(None).count == 4
    assert "期限を過ぎて答えのない団体" in said(page.get("/"))


def counted(edition) -> Edition:
    tallies.prepare(edition)
    edition.refresh_from_db()
    return edition


def test_the_results_show_denominators_maps_trends_and_a_body_beside_its_prefecture(page, edition):
    before = examples.opened(edition="2025", as_of="2025-04-01")
    keep(before, "131016", {"ai": "no", "cases": "10"})
    counted(before)
    for code, ai in (("131016", "yes"), ("131024", "no"), ("011002", "yes")):
        keep(
            edition,
            code,
            {"ai": ai, "cases": "12", "people": "30"} | ({"kinds": "voice"} if ai == "yes" else {}),
        )
    counted(edition)
    assert "はい 40.0%（2/5）" in said(page.get(reverse("surveys:tally", args=[edition.pk])))
    url = reverse("surveys:question", args=[edition.pk])
    shown = said(page.get(url, {"key": "ai"}))
    assert "33.3%" in shown  # 1 of 3 wards
    assert "前の回と比べられるか" in shown
    for drawn in ("prefecture", "bodies"):
        assert "<svg" in said(page.get(url, {"key": "ai", "option": "yes", "map": drawn}))
    assert page.get(url, {"key": "lost"}).status_code == 404
    card = said(
        page.get(reverse("surveys:card", args=[Asked.objects.get(edition=edition, code="131016").pk]))
    )
    assert "はい 33.3%（1/3）" in card
    assert "はい 40.0%（2/5）" in card
    body = said(
        page.get(reverse("surveys:body", args=[Asked.objects.get(edition=edition, code="131016").pk]))
    )
    assert "10件" in body  # last year's


def test_every_question_can_be_shown(page, edition):
    keep(edition, "131016", {"ai": "yes", "kinds": "voice,letters", "trouble.money": "much", "rate": "3.5", "since": "2026-04-01", "words": "文", "systems": '[["a", "1"]]'})  # fmt: skip
    counted(edition)
    for key in edition.definition.fields:
        for drawn in ("", "prefecture", "bodies"):
            assert (
                page.get(
                    reverse("surveys:question", args=[edition.pk]), {"key": key, "map": drawn}
                ).status_code
                == 200
            )


def test_small_counts_of_persons_are_hidden_everywhere_and_counts_of_bodies_are_not(page, edition):
    for code, people in (("131016", "3"), ("131024", "200"), ("131130", "50"), ("011002", "80")):
        keep(edition, code, {"ai": "yes", "people": people})
    counted(edition)
    found = results.result(edition, "people", results.tally_of(edition, "people"))
    prefectures = {
        row.name: row.total for table in found.tables for row in table.rows if table.title == "都道府県"
    }
    assert prefectures == {"北海道": "80", "東京都": "253"}
    keep(edition, "011002", {"ai": "yes", "people": "4"})
    counted(edition)
    found = results.result(edition, "people", results.tally_of(edition, "people"))
    hidden = {row.name for table in found.tables for row in table.rows if row.hidden}
    assert {"北海道", "東京都"} <= hidden  # one alone could be worked out from the total
    assert "秘匿" in said(page.get(reverse("surveys:question", args=[edition.pk]), {"key": "people"}))
    ai = results.result(edition, "ai", results.tally_of(edition, "ai"))
    assert not any(row.hidden for table in ai.tables for row in table.rows)


def published(edition, clerk, chief) -> Edition:
    row = definitions.close(edition, True)
    counted(row)
    approvals.approve(tallies.propose_publication(row, "公表する", actor=clerk), actor=chief)
    row.refresh_from_db()
    return row


def test_results_are_public_only_when_published_and_the_page_is_open(page, edition, clerk, chief):
    keep(edition, "131016", {"ai": "yes", "people": "3", "words": "ひみつの文", "kinds": "voice"})
    where = {"town_code": "990019", "survey_code": "small", "edition_code": "2026"}
    anybody = Client()
    url = reverse("survey_results:edition", kwargs=where)
    assert anybody.get(url).status_code == 404
    row = published(edition, clerk, chief)
    assert anybody.get(url).status_code == 404  # the town has not opened the page
    set_values({"surveys.public": True}, actor=clerk)
    assert "見本の調査" in said(anybody.get(reverse("survey_results:index", args=["990019"])))
    shown = said(anybody.get(url, {"body": "千代田"}))
    assert "東京都千代田区" in shown
    card = said(anybody.get(reverse("survey_results:card", kwargs=where), {"body": "131016"}))
    assert "秘匿" in card
    table = anybody.get(
        reverse("survey_results:table", kwargs=where | {"what": "answers", "form": "utf-8"})
    ).content.decode("utf-8-sig")
    assert "kinds.voice 音声認識" in table.splitlines()[0]
    assert "kinds.letters 文字認識" in table.splitlines()[0]
    ward = next(line for line in table.splitlines() if line.startswith("131016"))
    assert "秘匿" in ward
    for page_ in (shown, card, table):
        assert "ひみつの文" not in page_
    document = json.loads(anybody.get(reverse("survey_results:json", kwargs=where)).content)
    assert document["state"] == "final"
    row_of = next(
        one
        for one in document["tally"]
        if (one["question"], one["group"], one["option"]) == ("ai", "特別区", "yes")
    )
    assert (row_of["count"], row_of["of"], row_of["percent"]) == (1, 3, 33.3)
    schema = json.loads(anybody.get(reverse("survey_results:schema", args=["990019"])).content)
    assert set(schema["properties"]["tally"]["items"]["properties"]) == set(row_of)
    for form in ("xlsx", "cp932", "utf-8"):
        assert (
            anybody.get(
                reverse("survey_results:table", kwargs=where | {"what": "tally", "form": form})
            ).status_code
            == 200
        )
    assert "33.3" in said(anybody.get(reverse("survey_results:question", kwargs=where), {"key": "ai"}))
    tallies.withdraw(row, actor=clerk)
    assert anybody.get(url).status_code == 404


def test_what_changed_since_is_not_published(edition, clerk, chief):
    keep(edition, "131016", {"ai": "yes"})
    row = definitions.close(edition, True)
    with pytest.raises(Conflict, match="集計し直して"):
        tallies.propose_publication(row, "公表", actor=clerk)
    counted(row)
    waiting = tallies.propose_publication(row, "公表", actor=clerk)
    definitions.close(row, False)
    keep(Edition.objects.get(pk=row.pk), "131016", {"ai": "no"})
    with pytest.raises(approvals.ApprovalRefused):
        approvals.approve(waiting, actor=chief)


def test_a_town_of_the_installation_answers_on_its_own_pages(
    page, clerk, neighbour, neighbour_town, in_yakuba_city, make_staff
):
    robots.set_group("例の集まり", [in_yakuba_city, neighbour_town])
    before = examples.opened(clerk, edition="2025", as_of="2025-04-01", bodies='"990027"')
    keep(before, "990027", {"ai": "no", "cases": "10"})
    row = examples.opened(clerk, bodies='"990019", "990027"')
    body = Asked.objects.get(edition=row, code="990027")
    assert body.in_house
    theirs = Client()
    theirs.force_login(neighbour)
    other = make_staff(neighbour_town, *permission_names())
    with active_municipality(neighbour_town):
        inquiry = Incoming.objects.get(edition="2026")
        section, _ = Department.objects.get_or_create(name="総務課")
        assert inquiry.last == {"ai": "no", "cases": "10"}
    assert theirs.get(reverse("surveys:edition", args=[row.pk])).status_code == 404  # another town's row
    theirs.post(
        reverse("surveys:split", args=[inquiry.pk]),
        {f"use_{section.pk}": "on", f"deadline_{section.pk}": "2026-06-10"},
    )
    with active_municipality(neighbour_town):
        part = inquiry.parts.get()
    url = reverse("surveys:part", args=[part.pk])
    assert "去年：10件" in said(theirs.get(url))
    wrong = theirs.post(url, {"done": "1", "cases": "5"})
    assert "に答えてください" in said(wrong)
    theirs.post(url, {"done": "1", "ai": "yes", "kinds": ["letters"], "cases": "12"})
    theirs.post(reverse("surveys:ask_asker", args=[inquiry.pk]), {"question": "件数は年度ですか"})
    question = Clarification.objects.get()
    page.post(reverse("surveys:clarify", args=[question.pk]), {"answer": "年度です", "shared": "on"})
    page.post(reverse("surveys:remind", args=[body.pk]), {"text": "お早めに"})
    page.post(reverse("surveys:hearing", args=[body.pk]), {"day": "令和8年7月10日", "note": "ウェブ会議"})
    shown = said(theirs.get(reverse("surveys:inquiry", args=[inquiry.pk])))
    for told in ("年度です", "お早めに", "2026-07-10"):
        assert told in shown
    theirs.post(reverse("surveys:propose_reply", args=[inquiry.pk]), {"reason": "回答する"})
    assert Asked.objects.get(pk=body.pk).state == "waiting"
    with active_municipality(neighbour_town):
        approvals.approve(Approval.objects.get(kind="surveys.reply"), actor=other)
    body.refresh_from_db()
    newest = Answers.objects.get(asked=body, is_newest=True)
    assert (body.state, newest.by, newest.values) == (
        "answered",
        "house",
        {"ai": "yes", "kinds": "letters", "cases": "12"},
    )
    # a correction is a new version, and what was sent stays with the asker until then
    theirs.post(reverse("surveys:reopen_inquiry", args=[inquiry.pk]))
    assert Answers.objects.filter(asked=body).count() == 1


def test_an_inquiry_on_paper_is_split_and_answered_in_one_file(page, in_yakuba_city, clerk, chief):
    section, _ = Department.objects.get_or_create(name="企画課")
    given = {
        "title": "条例の状況",
        "sender": "例の県",
        "came_on": "令和7年4月1日",
        "deadline": "令和7年5月1日",
    }
    page.post(reverse("surveys:new_incoming"), given)
    first = Incoming.objects.get()
    late = page.post(
        reverse("surveys:split", args=[first.pk]),
        {f"use_{section.pk}": "on", f"deadline_{section.pk}": "令和7年6月1日"},
    )
    assert "照会の期限より後" in said(late)
    page.post(
        reverse("surveys:split", args=[first.pk]),
        {f"use_{section.pk}": "on", f"deadline_{section.pk}": "令和7年4月20日"},
    )
    page.post(reverse("surveys:part", args=[first.parts.get().pk]), {"reply": "制定している", "done": "1"})
    page.post(reverse("surveys:propose_reply", args=[first.pk]), {"reason": "回答"})
    approvals.approve(Approval.objects.get(), actor=chief)
    first.refresh_from_db()
    assert first.state == "sent"
    second = incoming.register(
        {"title": "条例の状況", "sender": "例の県", "came_on": timezone.localdate()}, "", actor=clerk
    )
    (part,) = incoming.split(second, [incoming.PartOf(section, (), None)])
    assert part.last_reply == "制定している"
    assert page.get(reverse("surveys:reply_file", args=[first.pk]))["Content-Disposition"].endswith('.xlsx"')


def test_a_question_stands_with_one_section_alone(in_yakuba_city, clerk):
    row = incoming.register(
        {"title": "例", "sender": "県", "came_on": timezone.localdate()}, examples.text(), actor=clerk
    )
    one, two = (Department.objects.create(name=name) for name in ("企画課", "総務課"))
    with pytest.raises(Invalid, match="二つの課"):
        incoming.split(
            row, [incoming.PartOf(one, ("ai",), None), incoming.PartOf(two, ("ai", "cases"), None)]
        )
    with pytest.raises(Invalid, match="ありません"):
        incoming.split(row, [incoming.PartOf(one, ("lost",), None)])


def test_the_calendar_says_only_days_that_somebody_set(page, in_yakuba_city):
    for code, cycle, day in (("open-data", "概ね3年毎", ""), ("reform", "毎年度", "令和8年5月1日")):
        given = {
            "code": code,
            "title": f"{code}の調査",
            "cycle": cycle,
            "last": "H29",
            "next_text": "",
            "next_on": day,
        }
        assert page.post(reverse("surveys:plan"), given).status_code == 302
    shown = said(page.get(reverse("surveys:calendar")))
    assert shown.index("reformの調査") < shown.index("open-dataの調査")
    assert "決まっていない" in shown


def test_the_command_line_lists_and_shows(edition, clerk):
    keep(edition, "131016", {"ai": "yes"})
    counted(edition)
    run = CliRunner()
    listed = run.invoke(build(), ["surveys", "list", "--user", clerk.username, "--json"])
    assert json.loads(listed.stdout)[0]["bodies"] == 5
    shown = run.invoke(build(), ["surveys", "result", "show", str(edition.pk), "--user", clerk.username])
    assert json.loads(shown.stdout)["survey"] == "small"


def test_nothing_that_a_spreadsheet_calls_an_error_is_an_answer(edition):
    for word in SPREADSHEET_ERRORS:
        with pytest.raises(Invalid):
            from yakuba.services.surveys.operations.answers import read_values

            read_values(edition.definition, {"cases": word, "words": word})
