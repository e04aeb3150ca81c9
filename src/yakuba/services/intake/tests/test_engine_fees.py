"""Money orders, tables, counted cash and files of payments, without a database."""

from __future__ import annotations

from datetime import date
from itertools import combinations_with_replacement

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.engine.fees.cash import Way, cash_of, compared, holds_card_number, require_no_card
from yakuba.services.intake.engine.fees.matching import Payment, match
from yakuba.services.intake.engine.fees.orders import (
    VALUES,
    Order,
    charge_for,
    fit,
    is_near,
    last_day,
    set_for,
    unusable,
)
from yakuba.services.intake.engine.fees.table import due, parse_table

TODAY = date(2026, 12, 1)
TABLE = """手数料表: 手数料
コード: fees
条例: 条例
出典: 例規集
確認日: 2026-12-01
手数料:
  - {名: 写し, 手続: record, 単位: 通, 額: 300, 始まり: 2026-04-01, 終わり: 2027-03-31, 根拠: 別表}
  - {名: 写し, 手続: record, 単位: 通, 額: 350, 始まり: 2027-04-01, 根拠: 別表}
減免:
  - {名: 生活保護, 根拠: 条例5条, 手続: [record]}
"""


def fewest(yen):
    """By trying every set of at most four: another way than the engine's."""
    for size in range(5):
        if any(sum(one) == yen for one in combinations_with_replacement(VALUES, size)):
            return size
    return None


@pytest.mark.parametrize("yen", range(0, 3_050, 50))
def test_the_set_makes_the_fee_with_the_fewest_orders(yen):
    found, rest = set_for(yen)
    assert sum(found) == yen
    assert rest == 0
    assert set(found) <= set(VALUES)
    assert len(found) == fewest(yen)
    assert charge_for(yen) == 200 * len(found)


def test_what_no_order_makes_is_told():
    assert set_for(310) == ((300,), 10)
    assert set_for(0) == ((), 0)


@given(st.lists(st.sampled_from(VALUES), max_size=7), st.integers(0, 4_000))
def test_never_a_yen_above_the_fee_and_never_less_than_could_be(values, fee):
    orders = [Order(at, yen, date(2026, 11, 1 + at)) for at, yen in enumerate(values)]
    found = fit(orders, fee, TODAY)
    kept = sum(orders[at].yen for at in found.kept)
    assert kept <= fee
    assert kept + found.short == fee
    assert sorted((*found.kept, *found.returned)) == list(range(len(values)))
    best = max(
        (total for bits in range(2 ** len(values))
         if (total := sum(yen for at, yen in enumerate(values) if bits >> at & 1)) <= fee),
        default=0,
    )  # fmt: skip
    assert kept == best


def test_an_order_ends_after_six_months_and_is_warned_of_before():
    assert last_day(date(2026, 6, 1)) == date(2026, 11, 30)
    assert last_day(date(2026, 8, 31)) == date(2027, 2, 28)
    order = Order(1, 300, date(2026, 6, 20))
    assert not unusable(order, date(2026, 12, 19))
    assert is_near(order, TODAY)
    assert "6か月" in unusable(order, date(2026, 12, 20))
    assert "書き込み" in unusable(Order(1, 300, TODAY, written=True), TODAY)
    assert unusable(Order(1, 310, TODAY), TODAY)
    assert unusable(Order(1, 300, date(2027, 1, 1)), TODAY)
    assert fit([Order(1, 300, date(2026, 1, 1))], 300, TODAY) == fit([], 300, TODAY).__class__((), (1,), 300)


def test_a_fee_is_that_of_its_day():
    table = parse_table(TABLE)
    assert due(table, "record", "写し", 2, "", TODAY).yen == 600
    assert due(table, "record", "写し", 2, "", date(2027, 4, 1)).yen == 700
    assert due(table, "record", "写し", 2, "生活保護", TODAY).yen == 0
    with pytest.raises(Conflict):
        due(table, "other", "写し", 1, "", TODAY)
    with pytest.raises(Invalid):
        due(table, "record", "写し", 0, "", TODAY)
    with pytest.raises(Invalid):
        due(table, "record", "写し", 1, "なんとなく", TODAY)


def test_two_sums_for_one_day_are_a_fault_with_its_line():
    with pytest.raises(DefinitionRefused, match="期間が重なっています"):
        parse_table(TABLE.replace("始まり: 2027-04-01", "始まり: 2027-03-31"))
    with pytest.raises(DefinitionRefused):
        parse_table(TABLE.replace("額: 300", "額: 300.5"))


def test_cash_is_counted_less_the_change_of_the_morning():
    assert cash_of({1000: 3, 100: 5, 1: 2}, 2_000) == 1_502
    with pytest.raises(Invalid):
        cash_of({7: 1}, 0)
    with pytest.raises(Invalid):
        cash_of({100: -1}, 0)


def test_a_difference_needs_a_reason():
    lines = compared({Way.CASH: 900}, {Way.CASH: 900}, {})
    assert [one.difference for one in lines] == [0] * 5
    with pytest.raises(Invalid, match=r"現金が-100円"):
        compared({Way.CASH: 900}, {Way.CASH: 800}, {Way.CASH: " "})
    assert compared({Way.CASH: 900}, {Way.CASH: 800}, {Way.CASH: "釣りの渡し過ぎ"})[0].difference == -100


@pytest.mark.parametrize(
    "text", ["4111 1111 1111 1111", "4111-1111-1111-1111", "控え４１１１１１１１１１１１１１１１です"]
)
def test_a_cards_number_is_seen_however_it_is_written(text):
    assert holds_card_number(text)
    with pytest.raises(Invalid, match="カード"):
        require_no_card(text)


@pytest.mark.parametrize("text", ["", "0042", "4111 1111 1111 1112", "20261201-0042", "伝票 123456789012"])
def test_a_slips_number_is_none(text):
    assert not holds_card_number(text)


def test_lines_find_their_records_and_what_is_ambiguous_is_left():
    day, next_day = date(2026, 12, 1), date(2026, 12, 2)
    lines = [
        Payment(1, day, 300, "A1"), Payment(2, day, 300, "A2"), Payment(3, day, 500), Payment(4, day, 700),
        Payment(5, day, 700), Payment(6, next_day, 900, "A9"),
    ]  # fmt: skip
    records = [
        Payment(11, day, 300, "A2"), Payment(12, day, 300, "A1"), Payment(13, day, 500, "X"), Payment(14, day, 700),
        Payment(15, next_day, 800, "A9"),
    ]  # fmt: skip
    found = match(lines, records)
    assert sorted(found.pairs) == [(1, 12), (2, 11), (3, 13)]
    assert found.lines == (4, 5, 6)
    assert found.records == (14, 15)
    assert found.other_sum == ((6, 15),)
