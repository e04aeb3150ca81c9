"""A campaign from its plan to what it did."""

from __future__ import annotations

from datetime import date

import pytest

from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.protection.actions import begin
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import campaigns, letters, purposes, results, tables
from yakuba.services.outreach.engine import samples
from yakuba.services.outreach.models import Campaign, Member
from yakuba.services.outreach.tests.conftest import YEAR

pytestmark = pytest.mark.django_db


def everybody(campaign, late=True):
    people = list(campaign.members.order_by("pk").values_list("number", "arm", "stratum"))
    return samples.examined(people, campaign.plan, late=late).encode()


def test_nobody_approves_the_own_plan_and_none_is_assigned_before(draft, clerk):
    with pytest.raises(Conflict, match="承認済み"):
        campaigns.assign(draft)
    campaigns.ask_approval(draft, "試すため", actor=clerk)
    with pytest.raises(ApprovalRefused, match="本人"):
        facade._approve("outreach.campaign", draft.subject, clerk)
    with pytest.raises(Conflict, match="承認を待って"):
        campaigns.change(draft, samples.plan(YEAR))


def test_everybody_has_a_known_probability_and_the_same_seed_gives_the_same_arms(assigned):
    rows = list(assigned.members.values_list("arm", "probability"))
    assert len(rows) == assigned.funnel[-1][1] > 500
    assert {arm: round(p, 3) for arm, p in rows} == {0: 0.34, 1: 0.33, 2: 0.33}
    before = dict(assigned.members.values_list("number", "arm"))
    assigned.members.all().delete()
    Campaign.objects.filter(pk=assigned.pk).update(state="approved")
    campaigns.work(assigned.pk)
    assert dict(assigned.members.values_list("number", "arm")) == before


def test_who_opted_out_is_protected_or_has_no_address_is_left_out(approved, clerk, table):
    numbers = [str(70000 + at) for at in range(40)]
    purposes.opt_out(numbers[:10], None, date(2026, 5, 1), "", actor=clerk)
    given = {
        "number": numbers[20],
        "name": "見本　21号",
        "birth": None,
        "begins": date(2026, 1, 1),
        "until": date(2026, 12, 31),
    }
    begin(given, actor=clerk)
    campaigns.work(approved.pk)
    there = set(approved.members.values_list("number", flat=True))
    assert not there & set(numbers[:10])
    assert numbers[20] not in there
    approved.refresh_from_db()
    left = dict(approved.funnel)
    assert left["支援措置の人を除く"] == left["勧奨を望まない人を除く"] - 1


def test_a_class_of_data_that_was_not_approved_stops_the_plan(table, clerk, approver):
    other = purposes.ask("名簿の確認", "条例", ["basic"], actor=clerk)
    plan = campaigns.draw_up(table, other, samples.plan(YEAR), actor=clerk)
    with pytest.raises(Conflict, match="まだ承認"):
        campaigns.ask_approval(plan, "x", actor=clerk)
    facade._approve("outreach.purpose", f"purpose:{other.pk}", approver)
    plan.refresh_from_db()
    with pytest.raises(Conflict, match=r"承認されていない種類.*「住所」"):
        campaigns.ask_approval(Campaign.objects.get(pk=plan.pk), "x", actor=clerk)


def test_who_was_examined_before_printing_is_withdrawn_in_every_arm(assigned):
    with pytest.raises(Conflict, match="印刷の前日"):
        campaigns.withdraw(assigned)
    plan = assigned.plan
    results.take(assigned, everybody(assigned, late=False), plan.cutoff)
    campaigns.withdraw(assigned)
    out = assigned.members.filter(withdrawn="examined")
    assert set(out.values_list("arm", flat=True)) == {0, 1, 2}
    assert not assigned.members.filter(withdrawn="", examined_on__lte=plan.cutoff).exists()


def test_letters_are_proved_and_go_to_nobody_of_the_control_group(assigned, clerk, monkeypatch):
    keep = [
        *assigned.members.filter(arm=0)[:3],
        *assigned.members.filter(arm=1)[:3],
        *assigned.members.filter(arm=2)[:3],
    ]
    assigned.members.exclude(pk__in=[one.pk for one in keep]).delete()
    plan = assigned.plan
    with pytest.raises(Conflict, match="受診者を除いた"):
        letters.start(assigned, actor=clerk)
    results.take(assigned, "宛名番号,受診日\r\n".encode(), plan.cutoff)
    campaigns.withdraw(assigned)
    given = {
        "number": keep[3].number,
        "name": "",
        "birth": None,
        "begins": date(2026, 1, 1),
        "until": date(2026, 12, 31),
    }
    begin(given, actor=clerk)
    made = letters.start(assigned, actor=clerk)
    letters.work(made.pk)
    made.refresh_from_db()
    assert (made.state, made.letters) == ("done", 5)
    assert "支援措置" in made.left[0][1]
    assert not Member.objects.filter(arm=0, printed=True).exists()
    begin(given | {"number": keep[4].number}, actor=clerk)
    with pytest.raises(Conflict, match="作り直して"):
        letters.require_may_leave(made)


def finished(assigned):
    plan = assigned.plan
    results.take(assigned, everybody(assigned, late=False), plan.cutoff)
    campaigns.withdraw(assigned)
    Campaign.objects.filter(pk=assigned.pk).update(state="printed")
    results.take(assigned, everybody(assigned), plan.ends)
    return plan


def test_the_result_is_looked_at_once_on_the_planned_day(assigned):
    plan = finished(assigned)
    with pytest.raises(Conflict, match="途中で何度も"):
        results.look(assigned, today=plan.ends)
    row = results.look(assigned, today=plan.look)
    assert row.report["looks"] == 1
    main = row.report["compared"][0]["estimates"]
    assert [one["method"] for one in main] == ["stratified", "lin", "logistic", "plain"]
    assert all(one["low"] < one["difference"] < one["high"] for one in main)
    assert {one["name"] for one in row.report["compared"]} == {"すべての文面", "予約の手紙", "ふつうの手紙"}
    assert row.report["cost"]["total"] > 60000
    with pytest.raises(Conflict, match="もう見ました"):
        results.look(row, today=plan.look)


def test_a_split_that_is_not_the_planned_one_stops_the_result(assigned):
    plan = finished(assigned)
    assigned.members.filter(arm=1)[:1].get()
    for one in assigned.members.filter(arm=1)[:120]:
        one.withdrawn = "opt_out"
        one.save()
    row = results.look(assigned, today=plan.look)
    assert row.report["stopped"]
    assert "compared" not in row.report


def test_a_list_with_a_fault_is_not_taken_at_all(assigned):
    plan = assigned.plan
    with pytest.raises(Invalid) as refused:
        results.take(assigned, "宛名番号,受診日\r\n70001,2026-13-01\r\n70002,\r\n".encode(), plan.cutoff)
    assert [one.line for one in refused.value.problems] == [2, 3]
    assert not assigned.members.exclude(examined_on=None).exists()


def test_a_follow_on_sends_better_letters_more_often_and_none_below_the_floor(assigned, clerk, approver):
    plan = finished(assigned)
    row = results.look(assigned, today=plan.look)
    text = samples.plan(YEAR).replace("対照群: 34", "対照群: 34\n割り付け: 逐次")
    with pytest.raises(Invalid, match="続きを作る"):
        campaigns.draw_up(row.table, row.purpose, text, actor=clerk)
    after = campaigns.follow(row, text, actor=clerk)
    campaigns.ask_approval(after, "続き", actor=clerk)
    facade._approve("outreach.campaign", after.subject, approver)
    campaigns.work(after.pk)
    after.refresh_from_db()
    assert after.shares[0] == 0.34
    assert abs(sum(after.shares) - 1) < 1e-9
    assert all(0.66 * 0.1 <= one <= 0.66 * 0.9 + 1e-9 for one in after.shares[1:])
    finished(after)
    found = results.look(after, today=plan.look).report
    assert {one["estimates"][0]["method"] for one in found["compared"]} == {"weighted"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("年齢 以上 40", "年れい 以上 40", "という列はありません"),
        ("年齢 以上 40", "性別 以上 女", "使えません"),
        ("年齢 以上 40", "年齢 40", "条件と読めません"),
        ("年齢 以上 40", "受診 である はい", "使えません"),
        ("{地区}", "{電話}", "当たる列がありません"),
        (f"見る日: {YEAR}-11-10", f"見る日: {YEAR}-09-10", "より後の日"),
        ("対照群: 34", "対照群: 0", "5から90"),
        ("年齢: 3", "性別: 3", "数の列では"),
        ("これまでの割合: 37.7", "これまでの割合: 97", "100%より小さく"),
    ],
)
def test_faults_of_a_plan_are_told_by_line(table, purpose, clerk, old, new, said):
    text = samples.plan(YEAR)
    assert old in text
    with pytest.raises(DefinitionRefused) as refused:
        campaigns.draw_up(table, purpose, text.replace(old, new), actor=clerk)
    assert any(said in one.reason and one.line for one in refused.value.problems), refused.value.problems


def test_who_is_in_a_running_campaign_is_in_no_other_of_the_same_purpose(assigned, table, purpose, clerk):
    second = campaigns.draw_up(table, purpose, samples.plan(YEAR, "二つ目"), actor=clerk)
    with pytest.raises(Conflict, match="対象が0人"):
        campaigns.ask_approval(second, "x", actor=clerk)


def test_a_bad_cell_is_told_and_good_rows_stay(in_yakuba_city, clerk):
    content = (
        '宛名番号,年度,生年月日,性別,受診,歩数\r\n1,令和8年度,S50.1.2,女,はい,"１，２３４"\r\n2,2026,1975/13/1,男,たぶん,12歩\r\n'
        "1,2026,1975/1/1,女,はい,1\r\n,2026,1975/1/1,女,はい,1\r\n3,2026,昭和50年1月2日,女,○,45歳\r\n"
    )
    row = tables.hand_in("x", "x.csv", content.encode("cp932"), YEAR, actor=clerk)
    given = [dict(one) | ({"kind": "number"} if one["heading"] == "歩数" else {}) for one in row.columns]
    tables.define(row, given, actor=clerk)
    tables.work(row.pk)
    row.refresh_from_db()
    assert (row.state, row.rows, row.bad) == ("done", 3, 5)
    assert row.faults[0].startswith("3行目 「生年月日」")


def test_numbers_of_persons_are_not_taken(in_yakuba_city, clerk):
    from yakuba.kernel.values.my_numbers import check_digit

    numbers = [f"{at:011}" for at in range(10000000000, 10000000012)]
    content = "宛名番号,メモ\r\n" + "".join(f"{one}{check_digit(one)},x\r\n" for one in numbers)
    row = tables.hand_in("x", "x.csv", content.encode(), YEAR, actor=clerk)
    tables.define(row, row.columns, actor=clerk)
    with pytest.raises(Invalid, match="個人番号"):
        tables.work(row.pk)
    content = f"宛名番号,メモ\r\n1,{numbers[0]}{check_digit(numbers[0])}\r\n"
    row = tables.hand_in("y", "y.csv", content.encode(), YEAR, actor=clerk)
    tables.define(row, row.columns, actor=clerk)
    tables.work(row.pk)
    row.refresh_from_db()
    assert row.bad == 1
    assert numbers[0] not in row.faults[0]


def test_the_list_of_members_does_not_say_where_somebody_under_protection_lives(assigned, clerk):
    from yakuba.kernel.protection import policy
    from yakuba.services.outreach.operations import campaigns as operations

    number = assigned.members.first().number
    begin(
        {
            "number": number,
            "name": "",
            "birth": None,
            "begins": date(2026, 1, 1),
            "until": date(2026, 12, 31),
        },
        actor=clerk,
    )
    content = b"".join(
        operations.members_table(clerk, campaign_id=assigned.pk, form="utf-8").pieces()
    ).decode()
    lines = {line.split(",")[0]: line for line in content.splitlines()}
    assert policy.HIDDEN in lines[number]
    assert content.count(policy.HIDDEN) == 1
