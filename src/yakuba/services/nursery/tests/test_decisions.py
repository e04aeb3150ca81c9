"""Two people decide; a frozen round is final; the next round begins with what is left; robots enter it."""

from __future__ import annotations

import json
from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.queries import values_of
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict
from yakuba.services.nursery.actions import decisions, handing, rounds, runs
from yakuba.services.nursery.models import Application, Decision, Facility, Round
from yakuba.services.nursery.queries import inputs, results
from yakuba.services.nursery.queries import rounds as round_queries
from yakuba.services.nursery.queries.refusal import NotPossible


class Listener:
    """The job context of a worker that nobody stops."""

    def check(self):
        pass

    def progress(self, done, total, note=""):
        pass


def final(desk, number):
    desk.round.refresh_from_db()
    return next(one for one in results.finals(desk.round) if one.application.receipt_number == number)


def freeze(desk):
    proposed = decisions.propose_freeze(desk.round, "確かめた", actor=desk.person)
    decisions.approve(proposed, actor=desk.boss)
    desk.round.refresh_from_db()


@pytest.fixture
def adopted(full):
    full.adopted()
    return full


def test_a_second_person_approves_and_seats_are_checked(adopted):
    child = adopted.child("0800000323")
    with pytest.raises(NotPossible, match="1人まで"):
        decisions.propose_place(child, "N1-1", "事情がある", actor=adopted.person)
    with pytest.raises(ApprovalRefused, match="理由"):
        decisions.propose_place(child, "N2-2", " ", actor=adopted.person)
    with pytest.raises(NotPossible, match="ありません"):
        decisions.propose_place(child, "N7-1", "事情がある", actor=adopted.person)
    out = decisions.propose_place(adopted.child("0800000226"), "", "転出", actor=adopted.person)
    with pytest.raises(ApprovalRefused, match="本人"):
        decisions.approve(out, actor=adopted.person)
    assert final(adopted, "0800000226").slot == "N2-1"
    decisions.approve(out, actor=adopted.boss)
    assert final(adopted, "0800000226").slot == ""
    moved = decisions.propose_place(child, "N2-1", "空いた枠に入れる", actor=adopted.person)
    with pytest.raises(NotPossible, match="承認を待つ"):
        decisions.propose_place(child, "N2-1", "二度目", actor=adopted.person)
    decisions.approve(moved, actor=adopted.boss)
    assert final(adopted, "0800000323").slot == "N2-1"
    with pytest.raises(ApprovalRefused, match="すでに"):
        approvals.send_back(moved, "やめる", actor=adopted.boss)


def test_seats_are_checked_again_when_it_is_approved(adopted):
    decisions.approve(
        decisions.propose_place(adopted.child("0800000226"), "", "転出", actor=adopted.person),
        actor=adopted.boss,
    )
    first = decisions.propose_place(adopted.child("0800000323"), "N2-1", "一人目", actor=adopted.person)
    second = decisions.propose_place(adopted.child("0800000226"), "N2-1", "戻す", actor=adopted.person)
    decisions.approve(second, actor=adopted.boss)
    with pytest.raises(NotPossible, match="歳児」は") as told:
        decisions.approve(first, actor=adopted.boss)
    assert "N2-1" not in str(told.value), "a clerk knows the facility and the age, not the code of the slot"
    approvals.send_back(first, "空きがない", actor=adopted.boss)
    assert Decision.objects.get(pk=first.pk).answer == "空きがない"


def test_shared_seats_are_checked_too(adopted):
    child = adopted.child("0800000323")
    with pytest.raises(NotPossible, match="共用枠"):
        decisions.propose_place(child, "N2-2", "共用の席は1つだけ", actor=adopted.person)


def test_freezing_needs_a_second_person_and_ends_changes(adopted):
    open_one = decisions.propose_place(adopted.child("0800000226"), "", "転出", actor=adopted.person)
    with pytest.raises(NotPossible, match="1件"):
        decisions.propose_freeze(adopted.round, "確かめた", actor=adopted.person)
    approvals.send_back(open_one, "取り下げ", actor=adopted.person)
    proposed = decisions.propose_freeze(adopted.round, "確かめた", actor=adopted.person)
    with pytest.raises(NotPossible, match="確定の承認"):
        decisions.propose_place(adopted.child("0800000226"), "", "転出", actor=adopted.person)
    with pytest.raises(ApprovalRefused, match="本人"):
        decisions.approve(proposed, actor=adopted.person)
    decisions.approve(proposed, actor=adopted.boss)
    row = Round.objects.get(pk=adopted.round.pk)
    assert (row.is_frozen, row.frozen_by) == (True, adopted.boss)
    with pytest.raises(NotPossible, match="確定"):
        runs.start(row, actor=adopted.person)
    with pytest.raises(NotPossible, match="確定"):
        decisions.propose_place(adopted.child("0800000226"), "", "転出", actor=adopted.person)


def test_the_next_round_has_what_is_left_and_who_is_left(adopted):
    with pytest.raises(NotPossible, match="確定"):
        rounds.make_next(adopted.round, "二次選考", actor=adopted.person)
    freeze(adopted)
    decisions.decline(adopted.child("0800000129"), "ほかの園に決まった", actor=adopted.person)
    new = rounds.make_next(adopted.round, "二次選考", actor=adopted.person)
    assert (new.number, new.previous) == (2, adopted.round)
    left = {place.code: place for place in Facility.objects.filter(round=new)}
    assert (left["N1"].vacancies, left["N2"].vacancies["1"]) == ({"1": 1, "2": 1}, 0)
    assert left["N2"].shared[0]["seats"] == 0
    assert [row.receipt_number for row in Application.objects.filter(round=new)] == ["0800000323"]
    assert inputs.of_round(new).seated == {"0800000226": "N2-1"}
    run = adopted.calculate(new)
    assert adopted.held(run) == {"0800000323": "N1-1"}
    with pytest.raises(NotPossible, match="もうあります"):
        rounds.make_next(adopted.round, "二次選考", actor=adopted.person)


def test_a_seated_brother_stays_beside_a_sister_who_still_applies(desk):
    both = {"sibling_together": "yes", "address": "やくば市東1", "sibling_mode": "apart"}
    desk.case("0800000129", mother_hours="160", **both)
    desk.case("0800000226", mother_hours="160", child_birth="2026-01-15", **both)
    desk.take()
    assert set(desk.held(desk.adopted()).values()) == {""}, "one seat does not hold both, so they wait"
    by_hand = decisions.propose_place(desk.child("0800000129"), "N1-1", "上の子だけ入れる", actor=desk.person)
    decisions.approve(by_hand, actor=desk.boss)
    freeze(desk)
    new = rounds.make_next(desk.round, "二次選考", actor=desk.person)
    assert inputs.of_round(new).seated == {"0800000129": "N1-1"}
    assert Application.objects.filter(round=new).count() == 2
    run = desk.calculate(new)
    assert (run.state, desk.held(run), run.counts["children"]) == ("done", {"0800000226": ""}, 1)


def test_a_seat_given_up_is_gone_in_the_next_round(desk):
    desk.case("0800000129", mother_work="seeking", current_facility="青葉保育園", gives_up="yes")
    desk.case("0800000226", mother_work="seeking", current_facility="青葉保育園")
    desk.case("0800000323", mother_hours="160")
    desk.take()
    run = desk.adopted()
    assert desk.held(run) == {"0800000129": "", "0800000226": "N2-1", "0800000323": "N1-1"}
    assert run.slots["N2-1"]["capacity"] == 3, "one free seat and those of both who have one now"
    freeze(desk)
    new = rounds.make_next(desk.round, "二次選考", actor=desk.person)
    current = dict(Application.objects.filter(round=new).values_list("receipt_number", "current"))
    assert current == {"0800000129": "", "0800000226": "N2"}
    assert Facility.objects.get(round=new, code="N2").vacancies["1"] == 2
    assert desk.calculate(new).slots["N2-1"]["capacity"] == 3
    desk.round = new
    desk.take()
    assert desk.child("0800000129").current == ""


def test_a_seat_can_only_be_declined_once_it_is_final(adopted):
    with pytest.raises(NotPossible, match="確定した後"):
        decisions.decline(adopted.child("0800000129"), "転出", actor=adopted.person)
    freeze(adopted)
    with pytest.raises(NotPossible, match="決まっていない"):
        decisions.decline(adopted.child("0800000323"), "転出", actor=adopted.person)
    decisions.decline(adopted.child("0800000129"), "転出", actor=adopted.person)
    assert final(adopted, "0800000129").withdrew


def test_decisions_go_to_the_robots_once(adopted):
    with pytest.raises(NotPossible, match="確定"):
        handing.hand_over(adopted.round, actor=adopted.person)
    freeze(adopted)
    assert handing.hand_over(adopted.round, actor=adopted.person).new == 3
    again = handing.hand_over(adopted.round, actor=adopted.person)
    assert (again.new, again.changed, again.same) == (0, 0, 3)
    case = Case.objects.get(procedure__code=handing.PROCEDURE, receipt_number="0800000129")
    assert case.status == Status.READY
    assert values_of(case) == {
        "receipt_number": "0800000129",
        "child_name": "児童0800000129",
        "child_birth": "2025-06-01",
        "result": "placed",
        "facility": "中央保育園",
        "age_class": "1",
        "start_date": "2027-04-01",
    }
    held = Case.objects.get(procedure__code=handing.PROCEDURE, receipt_number="0800000323")
    assert (values_of(held)["result"], values_of(held)["facility"]) == ("held", "")


def test_a_child_that_the_ledger_refuses_is_listed_and_the_others_go_on(adopted, command):
    from yakuba.services.nursery import jobs

    freeze(adopted)
    child = adopted.child("0800000226")
    born, child.birth = child.birth, date(2019, 4, 1)
    child.save()
    job = handing.ask(adopted.round, actor=adopted.person)
    with pytest.raises(Conflict, match=r"1人の決定は、受付簿に書けませんでした") as told:
        jobs.hand_over(Listener(), **job.arguments)
    assert "受付 0800000226: 項目「児童生年月日」" in told.value.lines()
    cases = Case.objects.filter(procedure__code=handing.PROCEDURE)
    assert sorted(cases.values_list("receipt_number", flat=True)) == ["0800000129", "0800000323"]
    code, shown, said = command("hand-over", adopted.round.pk, "--json", "--user", adopted.person.username)
    facts = json.loads(shown)
    assert (code, facts["same"], facts["refused"][0]["place"]) == (1, 2, "受付 0800000226")
    assert "0800000226" in said
    child.birth = born
    child.save()
    done = handing.hand_over(adopted.round, actor=adopted.person)
    assert (done.new, done.same, done.refused) == (1, 2, [])


def test_a_changed_decision_is_written_anew_unless_a_robot_was_faster(adopted):
    freeze(adopted)
    handing.hand_over(adopted.round, actor=adopted.person)
    entered = Case.objects.get(procedure__code=handing.PROCEDURE, receipt_number="0800000226")
    ledger.move(entered, Status.ENTERING)
    for number in ("0800000129", "0800000226"):
        decisions.decline(adopted.child(number), "転出", actor=adopted.person)
    done = handing.hand_over(adopted.round, actor=adopted.person)
    assert (done.changed, done.late) == (1, ["0800000226"])
    (late,) = round_queries.entered_otherwise(adopted.round)
    assert late.case == entered
    changed = Case.objects.get(procedure__code=handing.PROCEDURE, receipt_number="0800000129")
    assert values_of(changed)["result"] == "declined"


def test_a_child_decided_in_two_rounds_has_two_entries(adopted):
    freeze(adopted)
    handing.hand_over(adopted.round, actor=adopted.person)
    new = rounds.make_next(adopted.round, "二次選考", actor=adopted.person)
    adopted.adopted(new)
    decisions.approve(decisions.propose_freeze(new, "確かめた", actor=adopted.person), actor=adopted.boss)
    new.refresh_from_db()
    assert handing.hand_over(new, actor=adopted.person).new == 1
    assert handing.hand_over(new, actor=adopted.person).same == 1
    numbers = Case.objects.filter(procedure__code=handing.PROCEDURE).values_list("receipt_number", flat=True)
    assert sorted(numbers) == ["0800000129", "0800000226", "0800000323", "0800000323-2"]


def test_a_deputy_sends_back_and_approves_on_the_page(adopted, client, make_staff, yakuba_city):
    deputy, today = make_staff(yakuba_city, "nursery.view"), timezone.localdate()
    client.force_login(deputy)
    for state in (Decision.State.REFUSED, Decision.State.APPROVED):
        row = decisions.propose_place(adopted.child("0800000129"), "", "転出する", actor=adopted.person)
        name = "nursery:refuse" if state == Decision.State.REFUSED else "nursery:approve"
        address = reverse(name, args=[row.pk])
        if state == Decision.State.REFUSED:
            assert client.post(address, {"answer": "確かめて"}).status_code == 403
            approvals.appoint(adopted.boss, deputy, today, today)
        assert client.post(address, {"answer": "確かめて"}).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.answered_by, row.acted_for) == (state, deputy, adopted.boss)
