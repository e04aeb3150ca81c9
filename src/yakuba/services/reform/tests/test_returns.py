"""Published tables to the digit, saved hours by the stated formula, and when a cost is back."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.kernel.values.rounding import rounded
from yakuba.services.reform.engine.published import PUBLISHED, clock, interval, rate_interval
from yakuba.services.reform.engine.returns import Terms

ICHINOMIYA = [row for row in PUBLISHED if row.body == "一宮市"]
TSUKUBA = [row for row in PUBLISHED if row.body == "つくば市"]


def as_printed(hours: Decimal) -> str:
    minutes = (hours * 60).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{minutes // 60}:{minutes % 60:02}"


@pytest.mark.parametrize("row", ICHINOMIYA, ids=lambda row: row.task)
def test_b01_every_row_follows_from_its_hours(row):
    assert row.before - row.after == row.saved
    assert rounded(100 * row.saved / row.before, 1) == row.rate


def test_b01_the_sum_is_that_of_the_rows():
    *rows, whole = ICHINOMIYA
    assert whole.total
    for name in ("before", "after", "saved"):
        assert sum(getattr(row, name) for row in rows) == getattr(whole, name)
    assert (whole.before, whole.after, whole.saved, whole.rate) == (1048, 505, 543, Decimal("51.8"))


def test_b01_with_better_reading_438_of_592_hours_are_saved():
    terms = Terms(
        cases=Decimal(18_000), before=Decimal(592) * 60 / 18_000, after=Decimal(592 - 438) * 60 / 18_000
    )
    assert rounded(terms.saved, 6) == 438
    assert rounded(100 * terms.rate, 1) == Decimal("74.0")


def test_b01_comes_out_of_minutes_a_case_too():
    cases = Decimal(18_000)
    terms = Terms(cases, Decimal(592) * 60 / cases, Decimal(398) * 60 / cases)
    assert rounded(terms.saved, 6) == 194
    assert rounded(100 * terms.rate, 1) == Decimal("32.8")


def test_b02_the_sums_are_exact():
    desk, tax, whole = (row for row in TSUKUBA if row.total)
    assert desk.cases + tax.cases == whole.cases == 48_601
    assert as_printed(desk.saved + tax.saved) == as_printed(whole.saved) == "981:49"
    assert as_printed(clock("444:26")) == "444:26"


def test_b02_the_time_before_is_an_interval_and_the_rate_lies_in_its_own():
    desk, tax, whole = (row for row in TSUKUBA if row.total)
    low, high = rate_interval([desk, tax])
    assert (rounded(low, 2), rounded(high, 2)) == (Decimal("82.32"), Decimal("82.42"))
    assert low <= whole.rate <= high
    for row in TSUKUBA:
        before_low, before_high = row.before_interval
        assert row.saved <= before_low < before_high
        inside = Decimal("0.001")
        for before in (before_low + inside, before_high - inside):
            assert rounded(100 * row.saved / before, 1) == row.rate


def test_b02_a_rate_of_a_hundred_says_that_all_was_saved():
    (row,) = (row for row in TSUKUBA if row.rate == 100)
    assert row.before_interval[0] == row.saved


@pytest.mark.parametrize(
    ("body", "saved"),
    [("宇城市", 1700), ("港区", 2000), ("橋本市", "86.6"), ("長岡市", 2028), ("加賀市", 188)],
)
def test_b03_to_b07_the_published_hours(body, saved):
    (row,) = (row for row in PUBLISHED if row.body == body)
    assert row.saved == Decimal(saved)


def test_b06_52_percent_of_about_361_5_hours():
    low, high = interval(Decimal(188), Decimal(52))
    assert low < Decimal("361.5") < high
    assert rounded(Decimal(188) / Decimal("0.52"), 1) == Decimal("361.5")


def test_b08_1450_hours_become_40():
    (row,) = (row for row in PUBLISHED if row.body == "宗像市")
    assert rounded(100 * (row.before - row.after) / row.before, 1) == Decimal("97.2")
    assert row.before - row.after == row.saved


def test_b09_a_rate_alone_says_nothing_of_hours():
    (row,) = (row for row in PUBLISHED if row.body == "奈良市")
    assert (row.saved, row.rate, row.before_interval) == (None, 80, None)
    with pytest.raises(ValueError, match="time before"):
        rate_interval([row])


def test_uki_hours_as_people_and_as_money():
    assert rounded(Decimal(22_654) / 1920, 1) == Decimal("11.8")
    terms = Terms(Decimal(1), Decimal(3632 * 60), Decimal(0), price=Decimal(3285))
    assert rounded(terms.yearly_gain() / 10_000, 0) == 1193


TERMS = Terms(
    cases=Decimal(1200), before=Decimal(10), after=Decimal(2), error_rate=Decimal("0.01"), fix=Decimal(30),
    maintenance=Decimal(14), initial=Decimal(300_000), yearly=Decimal(50_000), changes=Decimal(1),
    change_hours=Decimal(8), change_cost=Decimal(20_000), price=Decimal(3000),
)  # fmt: skip


def test_saved_is_n_times_the_difference_less_corrections_and_maintenance():
    assert (TERMS.shortened, TERMS.correcting) == (160, 6)
    assert TERMS.saved == 160 - 6 - 14
    assert TERMS.rate == Decimal(140) / 200


def test_screens_that_change_cost_hours_and_money():
    assert TERMS.yearly_gain(Decimal(0)) == 140 * 3000 - 50_000
    assert TERMS.yearly_gain() == (140 - 8) * 3000 - 50_000 - 20_000
    assert TERMS.yearly_gain(Decimal(2)) == (140 - 16) * 3000 - 50_000 - 40_000
    assert TERMS.gain(2) == 2 * 326_000 - 300_000
    assert TERMS.payback() == Decimal(300_000) / 326_000


def test_what_takes_longer_is_never_paid_back():
    terms = Terms(Decimal(100), Decimal(1), Decimal("8.3"), price=Decimal(3000), initial=Decimal(1))
    assert terms.saved < 0
    assert terms.payback() is None
    assert Terms(Decimal(0), Decimal(0), Decimal(0)).rate is None


AMOUNT = st.integers(0, 10**6).map(Decimal)


@given(AMOUNT, AMOUNT, AMOUNT, AMOUNT, AMOUNT)
def test_more_risk_never_gains_more(cases, before, initial, changes, price):
    terms = Terms(
        cases, before, Decimal(0), initial=initial, changes=changes, change_hours=Decimal(1), price=price
    )
    gains = [terms.gain(5, Decimal(risk)) for risk in (0, 1, 2)]
    assert gains == sorted(gains, reverse=True)
