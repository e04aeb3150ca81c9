"""Who asks, from file to case: two people put it into force, web and counter ask, the case waits, and nothing is kept too much."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.ledger.models import Case, CaseLetter, CaseValue
from yakuba.kernel.ledger.sight import KIND
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.protection.models import Covered, Protection
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import acting, answering, counter, drafts, notice, rules, visits
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door, Part, To
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import ActingStatement, RuleFile, Signing, Submission
from yakuba.services.intake.queries import acting as queries
from yakuba.services.intake.queries import rules as rule_queries
from yakuba.services.intake.tests.conftest import YAMADA
from yakuba.services.intake.tests.test_engine_acting import RULES

ADDRESS = "東京都代理区1-2-3"


def in_force(text, clerk, head, kind=RuleFile.Kind.ACTING):
    row = rules.write(kind, text, actor=clerk)
    approvals.approve(rules.propose(row.pk, "試験", actor=clerk), actor=head)
    return row


@pytest.fixture
def head(make_staff, in_yakuba_city):
    return make_staff(in_yakuba_city, "intake.approve", "intake.view", "intake.fees_close", "intake.fees")


@pytest.fixture
def asked(bus, clerk, head):
    """The procedure with its rules in force."""
    in_force(RULES, clerk, head)
    return bus


def agent_sends(resident):
    draft = resident.begin_as("任意代理人", name="代理　次郎", address=ADDRESS)
    resident.fill(draft)
    number, secret = resident.send(draft)
    return Case.objects.get(receipt_number=number), secret


@pytest.fixture
def resident(resident):
    def begin_as(part, **person):
        where = resident.client.post("/apply/990019/bus/")["Location"]
        assert where.endswith("/who/")
        draft = where.removesuffix("who/")
        answer = resident.client.post(where, {"part": part})
        if answer["Location"].endswith("person/"):
            answer = resident.client.post(answer["Location"], person)
        assert answer.status_code == 302, answer.content.decode()
        return draft

    resident.begin_as = begin_as
    return resident


def test_a_file_is_in_force_only_by_a_second_person_and_leaves_it_again(bus, clerk, head):
    row = rules.write(RuleFile.Kind.ACTING, RULES, actor=clerk)
    assert rule_queries.acting("bus") is None
    approval = rules.propose(row.pk, "試験", actor=clerk)
    with pytest.raises(Conflict):
        rules.write(RuleFile.Kind.ACTING, RULES, actor=clerk)
    with pytest.raises(Conflict):
        approvals.approve(approval, actor=clerk)
    approvals.approve(approval, actor=head)
    found, _ = rule_queries.acting("bus")
    assert [one.part for one in found.at(Door.WEB)] == [Part.SELF, Part.HOUSEHOLD, Part.AGENT]
    assert [one.code for one in rule_queries.collect("bus")] == ["bus"]
    rules.withdraw(row.pk)
    assert rule_queries.acting("bus") is None
    assert RuleFile.objects.get().text == RULES


def test_rules_of_a_procedure_that_the_town_has_not_are_not_put_into_force(bus, clerk):
    row = rules.write(RuleFile.Kind.ACTING, RULES.replace("手続: bus", "手続: koseki"), actor=clerk)
    with pytest.raises(Conflict, match="koseki"):
        rules.propose(row.pk, "試験", actor=clerk)


def test_a_person_who_asks_by_web_says_one_word_more(asked, resident):
    draft = resident.begin_as("本人")
    resident.fill(draft)
    number, _ = resident.send(draft)
    now = queries.standing(Case.objects.get(receipt_number=number))
    assert (now.last.part, now.last.door, now.lacking, now.last.name) == ("本人", "web", (), "")


def test_a_role_is_asked_only_what_it_needs_and_no_documents_number(asked, resident):
    where = resident.client.post("/apply/990019/bus/")["Location"]
    page = resident.client.get(where).content.decode()
    assert "使者" not in page
    assert "委任状のある代理人" in page
    resident.client.post(where, {"part": "同一世帯の人"})
    person = resident.client.get(f"{where}person/").content.decode()
    assert 'name="name"' in person
    assert 'name="address"' not in person
    resident.client.post(where, {"part": "任意代理人"})
    person = resident.client.get(f"{where}person/").content.decode()
    assert 'name="address"' in person
    assert "委任状（自筆、日付、3か月以内の日付）" in person
    answer = resident.client.post(f"{where}person/", {"name": "代理　次郎"})
    assert answer.status_code == 422
    assert "住所を入力してください" in answer.content.decode()


def test_nothing_is_sent_before_somebody_said_who_asks(asked, resident):
    draft = resident.client.post("/apply/990019/bus/")["Location"].removesuffix("who/")
    resident.fill(draft)
    page = resident.client.get(f"{draft}check/").content.decode()
    assert "まだ選んでいません" in page
    assert resident.client.post(f"{draft}send/").status_code == 422
    assert not Submission.objects.exists()


def test_the_person_in_the_agents_place_is_told_before_it_is_sent(asked, resident):
    draft = resident.begin_as("任意代理人", name="山田 太郎", address=ADDRESS)
    resident.fill(draft)
    assert "同じ人になっています" in resident.client.get(f"{draft}check/").content.decode()
    assert not Submission.objects.exists()


def test_an_agents_case_waits_and_goes_on_when_the_paper_is_there(asked, resident, clerk):
    case, _ = agent_sends(resident)
    now = queries.standing(case)
    assert now.waits
    assert now.to == To.PRINCIPAL
    assert "委任状" in now.lacking[0]
    with pytest.raises(Conflict, match="足りないもの"):
        answering.accept(case, actor=clerk)
    given = acting.given_again(now.last)
    full = Given(given.part, given.door, given.said, frozenset({"委任状"}), {"委任状": frozenset({"自筆", "日付"})},
                 {"委任状": now.last.said_at.date()})  # fmt: skip
    with pytest.raises(Invalid, match="理由"):
        acting.state(case, full, actor=clerk)
    acting.state(case, full, actor=clerk, reason="委任状が届いた")
    answering.accept(case, actor=clerk)
    case.refresh_from_db()
    assert case.status == Status.READY
    assert [one.serial for one in queries.history(case)] == [2, 1]


def test_going_on_without_needs_a_reason_and_stays_written(asked, resident, clerk):
    case, _ = agent_sends(resident)
    given = acting.given_again(queries.standing(case).last)
    acting.state(case, given, actor=clerk, reason="電話で確認", waived="係長の判断")
    answering.accept(case, actor=clerk)
    assert queries.standing(case).last.waived == "係長の判断"


def test_two_clerks_do_not_write_over_each_other_and_twice_is_once(asked, resident, clerk):
    case, _ = agent_sends(resident)
    given = acting.given_again(queries.standing(case).last)
    first = acting.state(case, given, actor=clerk, reason="一", waived="甲", after=1)
    assert acting.state(case, given, actor=clerk, reason="一", waived="甲", after=1).pk == first.pk
    with pytest.raises(Conflict, match="ほかの人"):
        acting.state(case, given, actor=clerk, reason="二", waived="乙", after=1)


def test_what_was_stated_is_never_changed(asked, resident):
    case, _ = agent_sends(resident)
    with pytest.raises(DatabaseError), transaction.atomic():
        ActingStatement.objects.filter(case=case).update(part="本人")
    with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
        cursor.execute("UPDATE intake_actingstatement SET name = ''")


def test_an_agent_is_no_value_of_the_case_and_so_never_matched(asked, resident):
    case, _ = agent_sends(resident)
    said = " ".join(CaseValue.objects.filter(case=case).values_list("value", flat=True))
    assert "代理" not in said
    assert ADDRESS not in said
    assert case.name == "山田太郎"


def protect(case, clerk):
    row = Protection.objects.create(
        name="山田　太郎", reason="試験", begins="2026-01-01", until="2030-01-01", begun_by=clerk
    )
    Covered.objects.create(protection=row, kind=KIND, key=str(case.pk), state=Covered.State.CERTAIN)


def test_somebody_else_learns_nothing_of_a_protected_person(
    asked, resident, clerk, make_staff, in_yakuba_city
):
    """An agent may be the very one from whom the person is protected."""
    case, secret = agent_sends(resident)
    given = acting.given_again(queries.standing(case).last)
    points = {"委任状": frozenset({"自筆", "日付"})}
    whole = Given(
        given.part, given.door, given.said, frozenset({"委任状"}), points, {"委任状": case.created_at.date()}
    )
    acting.state(case, whole, actor=clerk, reason="届いた")
    assert not queries.standing(case).waits
    protect(case, clerk)
    now = queries.standing(case)
    assert now.waits
    assert queries.GUARDED in now.lacking
    assert now.to == To.PRINCIPAL
    with pytest.raises(Conflict):
        answering.accept(case, actor=clerk)
    page = resident.look(case.receipt_number, secret).content.decode()
    assert "支援" not in page
    assert "連絡先" not in page
    assert "本人に" not in page
    staff = make_staff(in_yakuba_city, "intake.view", "intake.edit", "ledger.view", "ledger.confirm")
    client = Client()
    client.force_login(staff)
    seen = client.get(f"/cases/{case.pk}/").content.decode()
    assert "代理　次郎" in seen
    assert ADDRESS not in seen
    assert ADDRESS not in client.get(f"/intake/cases/{case.pk}/acting/").content.decode()


def test_at_the_counter_what_is_lacking_refuses_nobody(asked, clerk):
    case = at_the_counter(asked, clerk, [])
    now = queries.standing(case)
    assert now.waits
    assert not now.last.identified
    assert case.status == Status.RECEIVED


def test_at_the_counter_kind_and_day_are_kept_and_nothing_else(asked, clerk):
    case = at_the_counter(asked, clerk, ["運転免許証", "見せなかった書類"])
    last = queries.standing(case).last
    assert [one["name"] for one in last.seen] == ["運転免許証"]
    assert set(last.seen[0]) == {"name", "day", "by", "written", "points"}
    assert last.seen[0]["by"] == str(clerk)
    assert last.said_by == clerk
    assert last.door == "counter"
    assert not last.lacking


def at_the_counter(procedure, clerk, documents):
    visit = visits.begin("who-asks-at-the-counter", actor=clerk)
    draft = counter.add_form(visit, procedure, actor=clerk)
    for page in parse_form(draft.form.document, procedure.definition).pages:
        counter.answer(
            draft,
            page,
            {one.code: YAMADA.get(one.code, "") for one in page.questions},
            right=True,
            actor=clerk,
        )
    keys = {answers.PART: "本人"} | {f"{answers.SEEN}{one}": "1" for one in documents}
    counter.say_who(draft, keys, actor=clerk)
    draft.refresh_from_db()
    return counter.take(draft, Signing.PAPER, actor=clerk).case


def test_the_counters_screen_takes_ticks_and_tells_what_is_lacking(asked, clerk):
    client = Client()
    client.force_login(clerk)
    visit = visits.begin("who-asks-at-the-screen", actor=clerk)
    draft = counter.add_form(visit, asked, actor=clerk)
    where = f"/intake/counter/forms/{draft.pk}/"
    assert client.get(where)["Location"].endswith("/who/")
    page = client.get(f"{where}who/").content.decode()
    assert "番号は控えず" in page
    assert "旅券" in page
    answer = client.post(
        f"{where}who/", {"part": "任意代理人", "name": "代理　次郎", "single": ["旅券"], "authority_1": ["1"]}
    )
    assert answer.status_code == 302, answer.content.decode()
    draft.refresh_from_db()
    given = answers.given_of(drafts.answers(draft), Door.COUNTER, rule_queries.acting("bus")[0])
    assert given.part == Part.AGENT
    assert "旅券" in given.seen
    assert "足りないもの" in client.get(answer["Location"]).content.decode()
    wrong = client.post(f"{where}who/", {"part": "法定代理人", "name": "妻", "relation": "妻"})
    assert wrong.status_code == 422
    assert "法定代理人ではありません" in wrong.content.decode()


@pytest.mark.slow
def test_a_register_notice_goes_to_the_person_and_once(bus, clerk, head, tmp_path):
    in_force(RULES.replace("残すこと:", "戸籍の届出: はい\n残すこと:"), clerk, head)
    case = at_the_counter(bus, clerk, [])
    assert queries.standing(case).letter_due
    letter = notice.make(
        case, "山田　太郎", "100-0001", "東京都千代田区千代田1-1", "市第1号", None, actor=clerk
    )
    assert letter.kind == "intake.not_identified"
    assert not queries.standing(case).letter_due
    with pytest.raises(Conflict):
        notice.make(case, "山田　太郎", "", "東京都千代田区千代田1-1", "", None, actor=clerk)
    assert CaseLetter.objects.count() == 1


def test_a_bundle_brings_the_rules_along_and_a_second_person_still_approves(asked, clerk, head):
    (one,) = rule_queries.collect("bus")
    rules.withdraw(RuleFile.objects.get().pk)
    rules.publish_bundled(one, clerk)
    assert rule_queries.acting("bus") is None
    waits = Approval.objects.get(kind=rule_queries.KIND, state="proposed")
    approvals.approve(waits, actor=head)
    assert rule_queries.acting("bus") is not None
    rules.withdraw_bundled("bus", clerk)
    assert rule_queries.acting("bus") is None


def test_outside_the_rules_are_known_and_who_asks_goes_along(asked):
    told = rule_queries.told_of_acting()
    RuleFile.objects.all().delete()
    rules.take_told(told)
    assert rule_queries.acting("bus") is not None
    rules.take_told([])
    assert rule_queries.acting("bus") is None
