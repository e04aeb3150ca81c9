"""What somebody tried to break of fees, envelopes and closed days: each try with what keeps it from doing harm."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import checks, closing, fees, payments, post
from yakuba.services.intake.engine.fees.cash import DENOMINATIONS, Way, holds_card_number
from yakuba.services.intake.models import DayClosing, FeeEntry, MoneyOrder, PaymentLine
from yakuba.services.intake.queries import fees as queries
from yakuba.services.intake.tests.test_fees import (  # noqa: F401  # fixtures among them
    case,
    envelope,
    fates,
    head,
    load,
    once,
    owing,
    pay,
    procedure,
)


def test_what_went_back_cannot_go_back_again_by_a_correction(owing, clerk):  # noqa: F811
    row = pay(owing, clerk, 600)
    back = fees.refund(owing, "cash", 400, "1通は要らなかった", once(), actor=clerk)
    with pytest.raises(Conflict, match="返金の行"):
        fees.reverse(row, "誤り", once(), actor=clerk)
    assert queries.account(owing).received == 200
    fees.reverse(back, "渡していなかった", once(), actor=clerk)
    fees.reverse(row, "誤り", once(), actor=clerk)
    assert queries.account(owing).received == 0


def test_a_corrected_record_lets_its_line_of_a_file_go(owing, clerk):  # noqa: F811
    wrong = pay(owing, clerk, 600, "cashless", "0042")
    load(f"日付,額,控え番号\n{wrong.day.isoformat()},600,0042\n", clerk)
    assert PaymentLine.objects.get().entry == wrong
    fees.reverse(wrong, "別の受付だった", once(), actor=clerk)
    assert [one.slip for one in queries.unmatched_lines()] == ["0042"]
    right = pay(owing, clerk, 600, "cashless", "0042")
    load(f"日付,額,控え番号\n{wrong.day.isoformat()},600,0042\n", clerk)
    assert PaymentLine.objects.get().entry == right


@pytest.mark.parametrize("what", ["due", "cash", "account", "reversed"])
def test_a_line_of_a_file_is_no_record_of_another_way(owing, clerk, what):  # noqa: F811
    entry = FeeEntry.objects.get(kind="due")
    if what != "due":
        entry = pay(owing, clerk, 600, "cashless" if what == "reversed" else what, "0042")
    if what == "reversed":
        fees.reverse(entry, "誤り", once(), actor=clerk)
    load(f"日付,額,控え番号\n{entry.day.isoformat()},600,0099\n", clerk)
    with pytest.raises(Conflict, match="選び直して"):
        payments.match_by_hand(PaymentLine.objects.get(), entry, actor=clerk)
    assert PaymentLine.objects.get().entry is None


def test_a_fee_that_grows_takes_what_was_to_go_back(procedure, clerk):  # noqa: F811
    row = envelope(procedure, clerk, (450, 1, False))
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    post.settle(row, once(), actor=clerk)
    assert fates(row) == ["back"]
    with pytest.raises(Conflict, match="もう分けて"):
        post.settle(row, once(), actor=clerk)
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    assert post.settle(row, once(), actor=clerk).yen == 450
    assert fates(row) == ["kept"]


def test_a_line_taken_back_lays_back_all_of_its_envelope(procedure, clerk):  # noqa: F811
    row = envelope(procedure, clerk, (300, 1, False), (500, 1, False))
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    entry = post.settle(row, once(), actor=clerk)
    fees.reverse(entry, "枚数が違った", once(), actor=clerk)
    assert fates(row) == ["held", "held"]
    fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    assert post.settle(row, once(), actor=clerk).yen == 500
    assert queries.account(row.case).open == 100


def test_an_envelope_with_too_little_does_not_leave(procedure, clerk):  # noqa: F811
    row = envelope(procedure, clerk, (200, 1, False))
    due = fees.charge(row.case, "写し", 1, "", once(), actor=clerk)
    entry = post.settle(row, once(), actor=clerk)
    with pytest.raises(Conflict, match="100円足りません"):
        post.send(row, actor=clerk)
    for one in (due, entry):  # nothing is handed out, and all goes back
        fees.reverse(one, "取りやめ", once(), actor=clerk)
    assert post.settle(row, once(), actor=clerk) is None
    assert post.send(row, actor=clerk).sent_on
    assert fates(row) == ["back"]
    with pytest.raises(Conflict, match="もう返して"):
        post.settle(row, once(), actor=clerk)


@pytest.mark.parametrize("day", [date(9999, 9, 1), date(1900, 1, 1)])
def test_an_order_of_a_mistyped_year_is_asked_again(procedure, clerk, day):  # noqa: F811
    with pytest.raises(Invalid, match="発行日"):
        post.register(
            procedure,
            post.Envelope(timezone.localdate(), orders=[(300, day, False)]),
            None,
            once(),
            actor=clerk,
        )
    row = envelope(procedure, clerk)
    with pytest.raises(Invalid, match="発行日"):
        post.add_orders(row, [(300, day, False)], actor=clerk)
    assert not MoneyOrder.objects.exists()


def test_an_envelope_without_a_mark_is_not_another_ones(procedure, clerk):  # noqa: F811
    for _ in range(2):
        with pytest.raises(Invalid):
            post.register(procedure, post.Envelope(timezone.localdate()), None, "", actor=clerk)


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1111",
        "４１１１－１１１１－１１１１－１１１１",
        "4111‐1111‐1111‐1111",
        "4111ー1111ー1111ー1111",
        "4111.1111.1111.1111",
        "4111  1111\t1111/1111",
        "3782_822463_10005",
        "4111111111111111 5",
        "控え4111111111111111番",
    ],
)
def test_a_cards_number_is_known_however_it_is_spaced(text):
    assert holds_card_number(text)


@pytest.mark.parametrize("text", ["2026-12-01", "0042", "2026/12/01 10,300円 0042", "4111 1111 1111 1112"])
def test_days_and_slips_are_no_card(text):
    assert not holds_card_number(text)


def test_no_text_beside_money_takes_a_number(procedure, owing, clerk):  # noqa: F811
    with pytest.raises(Invalid, match="ような数字"):
        closing.propose(
            timezone.localdate(), {100: 1}, 0, {}, {"cash": "4111 1111 1111 1111 の分"}, actor=clerk
        )
    for note in ("個人番号 123456789018", "4111111111111111"):
        what = post.Envelope(timezone.localdate(), note=note)
        with pytest.raises(Invalid, match="ような数字"):
            post.register(procedure, what, None, once(), actor=clerk)


def test_a_random_days_list_adds_up_to_the_yen(case, clerk, head):  # noqa: F811
    """A second reckoning, kept beside: what each way holds, what each case owes."""
    random.seed(7)
    held, due = defaultdict(int), 0
    lines = []
    for _ in range(60):
        try:
            lines.append(_one_line(case, clerk, lines))
        except (Conflict, Invalid):
            continue
    for one in lines:
        if one.way:
            held[one.way] += one.yen
        else:
            due += one.yen
    day = queries.day_of(timezone.localdate())
    assert {way.value: yen for way, yen in day.recorded.items() if yen} == {
        k: v for k, v in held.items() if v
    }
    account = queries.account(case)
    assert (account.due, account.received) == (due, sum(held.values()))
    assert account.received >= 0
    assert [one.number for one in day.entries] == list(range(1, len(lines) + 1))
    cash, pieces = held["cash"] + 10_000, {}
    for value in DENOMINATIONS:
        pieces[value], cash = divmod(cash, value)
    counted = {way.value: held[way.value] for way in Way}
    approval = closing.propose(day.day, pieces, 10_000, counted, {}, actor=clerk)
    approvals.approve(approval, actor=head)
    row = DayClosing.objects.get()
    assert (row.recorded, row.difference) == (sum(held.values()), 0)
    assert pay_late(case, clerk).day == day.day + timedelta(days=1)


def _one_line(case, clerk, lines):  # noqa: F811
    what = random.choice(["due", "pay", "pay", "back", "reverse"])
    way = random.choice(["cash", "stamp", "account", "cashless"])
    if what == "due":
        return fees.charge(case, "写し", random.randint(1, 3), "", once(), actor=clerk)
    if what == "pay":
        return fees.receive(case, way, random.choice([100, 300, 600]), "0042", once(), actor=clerk)
    if what == "back":
        return fees.refund(case, way, random.choice([100, 300]), "試験", once(), actor=clerk)
    if not lines:
        raise Invalid("まだ何もありません。")
    return fees.reverse(random.choice(lines), "試験", once(), actor=clerk)


def pay_late(case, clerk):  # noqa: F811
    return fees.charge(case, "写し", 1, "", once(), actor=clerk)


def test_a_page_gone_back_to_and_changed_does_not_look_recorded(owing, clerk):  # noqa: F811
    mark = once()
    first = fees.receive(owing, "cash", 300, "", mark, actor=clerk)
    for way, yen in (("cash", 200), ("stamp", 300)):
        with pytest.raises(Conflict, match="別のこと"):
            fees.receive(owing, way, yen, "", mark, actor=clerk)
    second = fees.receive(owing, "cash", 100, "", once(), actor=clerk)
    press = once()
    assert fees.reverse(first, "誤り", press, actor=clerk) == fees.reverse(first, "誤り", press, actor=clerk)
    with pytest.raises(Conflict, match="別のこと"):
        fees.reverse(second, "誤り", press, actor=clerk)
    assert queries.account(owing).received == 100
    charge = once()
    fees.charge(owing, "写し", 1, "", charge, actor=clerk)
    with pytest.raises(Conflict, match="別のこと"):
        fees.charge(owing, "写し", 2, "", charge, actor=clerk)


def test_a_line_that_somebody_takes_out_of_the_database_is_found(owing, clerk, head):  # noqa: F811
    row = pay(owing, clerk, 600)
    approvals.approve(closing.propose(row.day, {100: 6}, 0, {}, {}, actor=clerk), actor=head)
    assert [one.ok for one in checks.self_check() if one.label == "手数料の記録"] == [True]
    FeeEntry.objects.filter(pk=row.pk).delete()
    found = next(one for one in checks.self_check() if one.label == "手数料の記録")
    assert not found.ok
    assert "1件" in found.advice
    assert row.day.isoformat() in found.advice
