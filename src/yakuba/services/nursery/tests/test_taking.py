"""Applications and facilities come in from the ledger and from files, as often as one likes."""

from __future__ import annotations

import pytest

from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger.models import UNASKED
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.nursery.actions import applications, rules, taking
from yakuba.services.nursery.engine.rules import RulesRefused
from yakuba.services.nursery.models import Application, Facility, Round, RuleSet
from yakuba.services.nursery.queries import readiness
from yakuba.services.nursery.queries.refusal import NotPossible
from yakuba.services.nursery.tests.desk import RULES


def rows(round):
    return {row.receipt_number: row for row in Application.objects.filter(round=round)}


def test_the_ledger_gives_confirmed_applications_with_wishes_and_households(desk):
    desk.case("0800000129", wish_2="青葉保育園", sibling_together="yes", address="やくば市東1")
    desk.case("0800000226", sibling_together="yes", address="やくば市東1", child_birth="2026-01-15")
    desk.case("0800000323", sibling_together="no", address="やくば市東1")
    desk.case("0800000420", status=Status.CONFIRMING)
    desk.case("0800000517", start_date="2027-05-01")
    taken = desk.take()
    found = rows(desk.round)
    assert (taken.new, sorted(found)) == (3, ["0800000129", "0800000226", "0800000323"])
    assert sum(taken.left_out.values()) == 2
    assert found["0800000129"].wishes == ["N1", "N2"]
    assert found["0800000129"].household == found["0800000226"].household == "0800000129"
    assert found["0800000323"].household == "0800000323"
    assert found["0800000129"].case.receipt_number == "0800000129"


def test_taking_again_changes_nothing_and_keeps_what_a_person_corrected(full):
    child = full.child("0800000323")
    applications.correct(child, {"wishes": ["N2", "N1"], "facts.mother_work": "employed"}, actor=full.person)
    again = full.take()
    assert (again.new, again.changed, again.same, again.kept) == (0, 0, 3, 1)
    child = full.child("0800000323")
    assert (child.wishes, child.facts["mother_work"]) == (["N2", "N1"], "employed")
    assert child.corrected["wishes"]["by"] == str(full.person)
    ledger.confirm_value(child.case, "child_name", "別の名前", actor=full.person, seconds=0)
    assert (full.take().changed, full.child("0800000323").name) == (1, "別の名前")
    assert full.child("0800000323").wishes == ["N2", "N1"]


def test_a_case_withdrawn_in_the_ledger_leaves_the_round(full):
    ledger.move(full.child("0800000323").case, Status.WITHDRAWN, reason="転出")
    assert full.take().withdrawn == 1
    assert full.child("0800000323").state == Application.State.WITHDRAWN


def test_a_case_without_a_birthday_is_told_and_the_others_come_in(desk):
    desk.case("0800000129", child_birth="")
    desk.case("0800000226")
    taken = desk.take()
    assert (taken.new, len(taken.problems)) == (1, 1)
    assert "0800000129" in str(taken.problems[0])


def unconfirm(case, field, value):
    """As a reading of a field that the town lets nobody confirm."""
    ledger.record_value(case, field, value, trusted=False, source={UNASKED: True})


@pytest.mark.parametrize(("field", "value"), [("wish_2", "青葉保育園"), ("mother_work", "employed")])
def test_no_round_decides_by_a_value_that_nobody_confirmed(desk, field, value):
    case = desk.case("0800000129", **{field: ""})
    case.values.filter(field=field).delete()
    unconfirm(case, field, value)
    desk.case("0800000226")
    taken = desk.take()
    assert (taken.new, len(taken.problems)) == (1, 1)
    assert "だれも確かめていない値では選考できません" in str(taken.problems[0])
    ledger.confirm_value(case, field, value, actor=desk.person, seconds=0)
    assert (desk.take().new, rows(desk.round)["0800000129"].case) == (1, case)


def test_what_no_rule_asks_is_left_out_where_nobody_confirmed_it(desk):
    case = desk.case("0800000129")
    unconfirm(case, "phone", "0312345678")
    assert desk.take().problems == []
    assert "phone" not in rows(desk.round)["0800000129"].facts


def test_bad_rows_of_a_file_are_refused_by_line_and_the_good_ones_kept(desk):
    head = "受付番号,世帯番号,児童氏名,生年月日,第1希望,母の状況,住所,きょうだいの希望\n"
    lines = [
        "0800700178,f1,児童一,2025-06-01,中央保育園,会社勤務,東1,別々でもよい",
        "0800700275,f2,児童二,2025-13-01,中央保育園,会社勤務,東2,",
        "０８００７００１７８,f3,児童三,2025-06-01,中央保育園,会社勤務,東3,",
        "0800700469,f4,児童四,2025-06-01,N2,求職中,東4,",
    ]
    data = (head + "\n".join(lines)).encode("cp932")
    taken = taking.applications_from_file(desk.round, data)
    assert (taken.new, [problem.line for problem in taken.problems]) == (2, [3, 4])
    first = rows(desk.round)["0800700178"]
    assert (first.wishes, first.facts["mother_work"], first.sibling_mode) == (["N1"], "employed", "apart")
    assert taking.applications_from_file(desk.round, data).same == 2


def test_facilities_keep_corrected_seats(desk):
    applications.correct_facility(desk.facility("N1"), {"1": 7}, [], actor=desk.person)
    data = "施設番号,施設名,1歳\nN1,中央第一保育園,2\nN9,新しい園,-3\n".encode()
    taken = taking.facilities_from_file(desk.round, data)
    assert (taken.changed, taken.kept, [problem.line for problem in taken.problems]) == (1, 1, [3])
    place = desk.facility("N1")
    assert (place.name, place.vacancies) == ("中央第一保育園", {"1": 7})
    assert Facility.objects.filter(round=desk.round).count() == 2


def test_every_fault_stands_in_the_overview_with_the_link_that_heals_it(full):
    desk = full
    child = desk.child("0800000226")
    applications.correct(
        child, {"wishes": ["N1", "どこにもない園"], "facts.mother_work": ""}, actor=desk.person
    )
    ready = readiness.of_round(desk.round)
    assert ready.step is readiness.Step.FAULTS
    assert any("どこにもない園" in str(fault.problem) for fault in ready.faults)
    assert {fault.url for fault in ready.faults} == {f"/nursery/applications/{child.pk}/edit/"}
    applications.correct(child, {"wishes": ["N1"], "facts.mother_work": "employed"}, actor=desk.person)
    assert readiness.of_round(desk.round).step is readiness.Step.RUN


def test_siblings_get_one_answer(desk):
    desk.case("0800000129", sibling_together="yes", address="やくば市東1")
    desk.case("0800000226", sibling_together="yes", address="やくば市東1", child_birth="2026-01-15")
    desk.take()
    applications.correct(desk.child("0800000226"), {"sibling_mode": "apart"}, actor=desk.person)
    assert desk.child("0800000129").sibling_mode == "apart"


def test_a_rule_set_never_changes(desk):
    assert rules.load(RULES, actor=desk.person) == RuleSet.objects.get()
    with pytest.raises(NotPossible, match="版"):
        rules.load(RULES.replace("点: 20", "点: 21"), actor=desk.person)
    with pytest.raises(RulesRefused) as refused:
        rules.load("選考基準: だけ", actor=desk.person)
    assert refused.value.problems
    with pytest.raises(RuntimeError):
        RuleSet.objects.get().save()


def test_a_frozen_round_takes_nothing(full):
    Round.objects.update(state=Round.State.FROZEN)
    for action in (
        full.take,
        lambda: applications.correct(full.child("0800000129"), {"wishes": []}, actor=full.person),
        lambda: applications.correct_facility(full.facility("N1"), {}, [], actor=full.person),
        lambda: applications.withdraw(full.child("0800000129"), "転出", actor=full.person),
    ):
        with pytest.raises(NotPossible, match="確定"):
            action()
