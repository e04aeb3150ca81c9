"""Nobody is written to who should not be, whenever that became known, and nothing says where somebody under protection lives."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.persons import loading
from yakuba.kernel.protection.actions import begin
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.outreach import facade
from yakuba.services.outreach.actions import campaigns, letters, purposes, results, tables
from yakuba.services.outreach.engine import samples
from yakuba.services.outreach.models import Campaign, TownTable
from yakuba.services.outreach.operations import campaigns as operations
from yakuba.services.outreach.operations import prints
from yakuba.services.outreach.tests.conftest import YEAR

pytestmark = pytest.mark.django_db
SINCE = date(2026, 5, 1)


def protect(number, clerk):
    given = {"number": number, "name": "", "birth": None, "begins": SINCE, "until": date(2027, 4, 30)}
    begin(given, actor=clerk)


def cleared(assigned, most=4):
    """With a few people of each arm, cleared of who was examined."""
    keep = [one.pk for arm in range(3) for one in assigned.members.filter(arm=arm)[:most]]
    assigned.members.exclude(pk__in=keep).delete()
    results.take(assigned, "宛名番号,受診日\r\n".encode(), assigned.plan.cutoff)
    return campaigns.withdraw(assigned)


def printed(campaign, clerk):
    made = letters.start(campaign, actor=clerk)
    letters.work(made.pk)
    made.refresh_from_db()
    return made


def test_who_says_so_on_the_day_of_printing_gets_no_letter(assigned, clerk):
    row = cleared(assigned)
    unwilling = row.members.filter(arm=1)[0].number
    purposes.opt_out([unwilling], None, SINCE, "", actor=clerk)
    made = printed(row, clerk)
    assert (made.letters, made.left) == (7, [["＊＊" + unwilling[-3:], letters.UNWILLING]])
    lines = b"".join(operations.members_table(clerk, campaign_id=row.pk, form="utf-8").pieces()).decode()
    send = {line.split(",")[0]: line.rsplit(",", 1)[-1] for line in lines.splitlines()}
    assert send[unwilling] == "いいえ"
    assert sum(one == "はい" for one in send.values()) == 7, "nobody of the control group either"


@pytest.mark.parametrize("stop", ["opt-out", "protection"])
def test_letters_with_somebody_who_should_get_none_stay_and_new_ones_go_out(assigned, clerk, stop):
    row = cleared(assigned)
    first = printed(row, clerk)
    letters.require_may_leave(first)
    number = row.members.filter(arm=2)[0].number
    if stop == "opt-out":
        purposes.opt_out([number], None, SINCE, "", actor=clerk)
    else:
        protect(number, clerk)
    with pytest.raises(Conflict, match="作り直して"):
        letters.require_may_leave(first)
    again = printed(Campaign.objects.get(pk=row.pk), clerk)
    assert again.letters == first.letters - 1
    letters.require_may_leave(again)
    with pytest.raises(Conflict, match="作り直して"):
        letters.require_may_leave(first)


def test_no_letter_is_made_or_taken_once_the_purpose_has_ended(assigned, clerk):
    row = cleared(assigned)
    made = printed(row, clerk)
    waiting = letters.start(row, actor=clerk)
    purposes.end(row.purpose)
    for what in (
        lambda: letters.start(Campaign.objects.get(pk=row.pk), actor=clerk),
        lambda: letters.work(waiting.pk),
        lambda: prints.letters_pdf(clerk, invitation_print_id=made.pk),
        lambda: operations.members_table(clerk, campaign_id=row.pk, form="utf-8"),
    ):
        with pytest.raises(Conflict, match="終わって"):
            what()


def town(numbers, clerk, head="宛名番号,生年月日,性別,地区,氏名,住所"):
    lines = [
        f"{one},1970/1/{1 + at % 28},女,東,見本　{at}号,やくば市東町{at}番" for at, one in enumerate(numbers)
    ]
    row = tables.hand_in("表", "x.csv", "\r\n".join([head, *lines, ""]).encode(), YEAR, actor=clerk)
    tables.define(row, row.columns, actor=clerk)
    tables.work(row.pk)
    row.refresh_from_db()
    return row


def plan(who="年齢 以上 40"):
    text = samples.plan(YEAR).replace("年齢 以上 40", who)
    return text.replace("  - 昨年度の受診\n", "")


def register(tmp_path, numbers, clerk):
    """The register of residents, with nobody else in it."""
    lines = [f"{number},見本,ミホン,1970-01-01,やくば市中央1-1," for number in numbers]
    path = tmp_path / "atena.csv"
    path.write_text("\n".join(["宛名番号,氏名,フリガナ,生年月日,住所,方書", *lines]))
    return loading.load(path, actor=clerk, accept_fewer=True)


def test_who_left_the_town_is_taken_out_of_every_arm_and_gets_no_letter(assigned, clerk, tmp_path, page):
    keep = [one.pk for arm in range(3) for one in assigned.members.filter(arm=arm)[:4]]
    numbers = list(
        assigned.members.filter(pk__in=keep).order_by("arm", "pk").values_list("number", flat=True)
    )
    register(tmp_path, [f"00{one}" for one in numbers if one not in (numbers[0], numbers[5])], clerk)
    row = cleared(assigned)
    assert set(row.members.filter(withdrawn="moved").values_list("number", flat=True)) == {
        numbers[0],
        numbers[5],
    }
    assert (
        "取り込んだ宛名の登録簿にいない人を除きました"
        in page.get(reverse("outreach:campaign", args=[row.pk])).content.decode()
    )
    first = printed(row, clerk)
    assert (first.letters, first.left) == (7, [])
    register(tmp_path, [one for one in numbers if one not in (numbers[0], numbers[5], numbers[6])], clerk)
    with pytest.raises(Conflict, match="転出したか亡くなった"):
        letters.require_may_leave(first)
    again = printed(row, clerk)
    assert (again.letters, again.left) == (6, [["＊＊" + numbers[6][-3:], letters.MOVED]])
    letters.require_may_leave(again)
    lines = b"".join(operations.members_table(clerk, campaign_id=row.pk, form="utf-8").pieces()).decode()
    send = {line.split(",")[0]: line.rsplit(",", 1)[-1] for line in lines.splitlines()}
    assert send[numbers[6]] == "いいえ"


def test_a_register_of_other_numbers_takes_nobody_out_and_the_page_says_so(assigned, clerk, tmp_path, page):
    register(tmp_path, ["X1", "X2"], clerk)
    row = cleared(assigned)
    assert not row.members.filter(withdrawn="moved").exists()
    assert row.residents_of is None
    assert "確かめていません" in page.get(reverse("outreach:campaign", args=[row.pk])).content.decode()


def test_zeros_that_a_spreadsheet_dropped_hide_nobody(purpose, clerk, approver):
    numbers = [f"{at:08}" for at in range(1, 91)]
    table = town([*numbers, "1"], clerk)
    assert (table.rows, table.bad) == (90, 1), "the same person is not taken twice"
    purposes.opt_out(["２"], None, SINCE, "", actor=clerk)
    protect("3", clerk)
    row = campaigns.draw_up(table, purpose, plan(), actor=clerk)
    campaigns.ask_approval(row, "x", actor=clerk)
    facade._approve("outreach.campaign", row.subject, approver)
    campaigns.work(row.pk)
    row.refresh_from_db()
    there = set(row.members.values_list("number", flat=True))
    assert there == set(numbers) - {numbers[1], numbers[2]}
    purposes.opt_out(["4"], None, SINCE, "", actor=clerk)
    results.take(row, "宛名番号,受診日\r\n5,2026-06-10\r\n".encode(), row.plan.cutoff)
    campaigns.withdraw(row)
    gone = dict(row.members.exclude(withdrawn="").values_list("number", "withdrawn"))
    assert gone == {numbers[3]: "opt_out", numbers[4]: "examined"}
    assert len(operations.person(clerk, resident_number="5")) == 1


def test_counts_of_rules_do_not_say_where_somebody_under_protection_lives(table, purpose, clerk):
    numbers = [str(70000 + at) for at in range(12)]
    text = samples.plan(YEAR).replace("年齢 以上 40", f"宛名番号 のどれか {'、'.join(numbers)}")
    row = campaigns.draw_up(table, purpose, text, actor=clerk)
    protect(numbers[0], clerk)
    campaigns.ask_approval(row, "x", actor=clerk)
    row.refresh_from_db()
    steps = [sentence for sentence, _ in row.funnel]
    hidden = steps.index("支援措置の人を除く")
    assert not any("に当たる人" in one for one in steps[: hidden + 1])
    assert row.funnel[hidden + 1][1] == 11


def test_a_table_stands_still_while_somebody_is_asked_to_approve(draft, table, clerk):
    late = [dict(one) | ({"known": "年度末"} if one["heading"] == "地区" else {}) for one in table.columns]
    tables.define(table, late, actor=clerk)
    tables.work(table.pk)
    with pytest.raises(Invalid, match="には使えません") as refused:
        campaigns.ask_approval(draft, "x", actor=clerk)
    assert "地区" in str(refused.value.problems)
    table.refresh_from_db()
    early = [dict(one) | ({"known": "前年度末"} if one["heading"] == "地区" else {}) for one in table.columns]
    tables.define(table, early, actor=clerk)
    tables.work(table.pk)
    campaigns.ask_approval(draft, "x", actor=clerk)
    with pytest.raises(Conflict, match="承認を待って"):
        tables.define(table, late, actor=clerk)


def test_columns_that_changed_after_all_are_not_approved(draft, table, clerk, approver):
    campaigns.ask_approval(draft, "x", actor=clerk)
    other = [dict(one) | {"data_class": "other"} for one in table.columns]
    TownTable.objects.filter(pk=table.pk).update(columns=other)
    with pytest.raises(ApprovalRefused, match="列が変わりました"):
        facade._approve("outreach.campaign", draft.subject, approver)


def test_a_file_with_individual_numbers_is_not_kept_even_in_a_column_that_is_not_used(in_yakuba_city, clerk):
    from yakuba.kernel.files.models import StoredFile
    from yakuba.kernel.values.my_numbers import check_digit

    numbers = [f"{at}{check_digit(str(at))}" for at in range(10000000000, 10000000012)]
    content = "宛名番号,マイナンバー\r\n" + "".join(f"{at},{one}\r\n" for at, one in enumerate(numbers, 1))
    row = tables.hand_in("x", "x.csv", content.encode(), YEAR, actor=clerk)
    given = [
        dict(one) | ({"role": "unused"} if one["heading"] == "マイナンバー" else {}) for one in row.columns
    ]
    tables.define(row, given, actor=clerk)
    file = row.file_id or TownTable.objects.get(pk=row.pk).file_id
    with pytest.raises(Invalid, match="ファイルは消しました"):
        tables.work(row.pk)
    assert not StoredFile.objects.filter(pk=file).exists()


def test_who_was_examined_in_another_year_or_is_of_another_list_changes_nothing(assigned):
    number = assigned.members.first().number
    with pytest.raises(Invalid) as refused:
        results.take(assigned, f"宛名番号,受診日\r\n{number},2026-03-20\r\n".encode(), assigned.plan.cutoff)
    assert "前の年度" in refused.value.problems[0].reason
    with pytest.raises(Invalid, match="どの番号とも合いません"):
        results.take(assigned, "宛名番号,受診日\r\nA-1,2026-06-20\r\n".encode(), assigned.plan.cutoff)


def test_a_campaign_that_goes_out_by_list_comes_to_its_result(table, purpose, clerk, approver, page):
    text = samples.plan(YEAR).replace("送り方", "") + "送り方: 一覧だけ\n"
    row = campaigns.draw_up(table, purpose, text, actor=clerk)
    campaigns.ask_approval(row, "x", actor=clerk)
    facade._approve("outreach.campaign", row.subject, approver)
    campaigns.work(row.pk)
    row.refresh_from_db()
    people = list(row.members.order_by("pk").values_list("number", "arm", "stratum"))
    results.take(row, samples.examined(people, row.plan, late=False).encode(), row.plan.cutoff)
    campaigns.withdraw(row)
    shown = page.get(reverse("outreach:campaign", args=[row.pk])).content.decode()
    assert reverse("outreach:look", args=[row.pk]) in shown
    results.take(row, samples.examined(people, row.plan, late=True).encode(), row.plan.ends)
    assert results.look(row, today=row.plan.look).state == "reported"
