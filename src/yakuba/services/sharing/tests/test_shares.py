"""Shares exact to the yen: the vectors of precedents, the paradox, drift, caps, and what cannot be shared."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yakuba.kernel.refusals import Invalid
from yakuba.services.sharing.contracts import TaxRounding, WithoutUse
from yakuba.services.sharing.engine.shares import (
    Key,
    Standing,
    added,
    allocate,
    capped,
    fractions,
    lines,
    tax,
)

HALF = Fraction(1, 2)


def key(equal, population=0, use=0, without=WithoutUse.EQUAL):
    """In per cent."""
    return Key(Fraction(equal, 100), Fraction(population, 100), Fraction(use, 100), without)


def in_proportion(total, *weights):
    whole = sum(weights)
    return {f"{at:06d}": Fraction(total * weight, whole) for at, weight in enumerate(weights, start=1)}


@pytest.mark.parametrize(
    ("total", "wanted"),
    [(10, [4, 4, 2]), (11, [5, 5, 1]), (-10, [-4, -4, -2]), (0, [0, 0, 0])],
)
def test_the_paradox_of_largest_remainders_is_there(total, wanted):
    assert list(allocate(in_proportion(total, 6, 6, 2)).values()) == wanted


def test_equal_remainders_go_to_the_lower_code():
    assert allocate({"300000": Fraction(1, 3), "100000": Fraction(1, 3), "200000": Fraction(1, 3)}) == {"100000": 1, "200000": 0, "300000": 0}  # fmt: skip


def test_a_precedent_of_equal_six_and_population_ninety_four():
    bodies = [Standing("102083", population=74_000), Standing("103446", population=15_000), Standing("103454", population=11_000)]  # fmt: skip
    found = fractions(key(6, 94), bodies).combined
    assert sum(found.values()) == 1
    assert found["102083"] == Fraction(2, 100) + Fraction(94 * 74, 100 * 100)
    assert allocate({code: 1_000_000 * part for code, part in found.items()}) == {"102083": 715_600, "103446": 161_000, "103454": 123_400}  # fmt: skip


@pytest.mark.parametrize(("equal", "people"), [(20, 80), (21, 79), (50, 50)])
def test_two_bodies_of_an_ordinance(equal, people):
    found = fractions(key(equal, people), [Standing("1", population=86_000), Standing("2", population=18_000)]).combined  # fmt: skip
    assert found["1"] == Fraction(equal, 200) + Fraction(people, 100) * Fraction(86, 104)


@pytest.mark.parametrize("weights", [(50, 40, 9), (60, 50, 0), (0, 0, 0), (-10, 60, 50)])
def test_weights_that_are_no_key_are_refused(weights):
    with pytest.raises(Invalid, match="100％"):
        fractions(key(*weights), [Standing("1", population=1)])


def test_a_month_without_use_is_shared_as_the_agreement_says_and_told():
    bodies = [Standing("1", population=300), Standing("2", population=100)]
    equal = fractions(key(0, 0, 100), bodies)
    assert equal.combined == {"1": HALF, "2": HALF}
    assert "だれも使わなかった" in equal.notes[0]
    assert fractions(key(0, 0, 100, WithoutUse.POPULATION), bodies).combined == {"1": Fraction(3, 4), "2": Fraction(1, 4)}  # fmt: skip
    with pytest.raises(Invalid, match="すべて0"):
        fractions(key(0, 0, 100, WithoutUse.REFUSE), bodies)


def test_a_body_without_population_is_named_and_who_is_away_pays_nothing():
    with pytest.raises(Invalid, match="222222"):
        fractions(key(0, 100), [Standing("111111", population=1), Standing("222222")])
    found = fractions(key(100), [Standing("1", HALF), Standing("2"), Standing("3", Fraction(0))])
    assert found.combined == {"1": Fraction(1, 3), "2": Fraction(2, 3)}
    with pytest.raises(Invalid, match="参加している団体"):
        fractions(key(100), [])


def test_what_is_above_a_cap_is_shared_again_over_the_others():
    found = capped(in_proportion(1_000, 5, 3, 2), {"000001": 300})
    assert found == {"000001": 300, "000002": 420, "000003": 280}
    twice = capped(in_proportion(1_000, 5, 3, 2), {"000001": 300, "000002": 400})
    assert twice == {"000001": 300, "000002": 400, "000003": 300}
    with pytest.raises(Invalid, match="上限"):
        capped(in_proportion(1_000, 1, 1), {"000001": 400, "000002": 500})


def test_months_rounded_each_for_itself_drift_and_the_running_total_does_not():
    exact = {f"m{at:02d}": in_proportion(10, 6, 6, 2) for at in range(12)}
    alone = {code: 12 * yen for code, yen in allocate(exact["m00"]).items()}
    whole = added(exact.values())
    assert max(abs(alone[code] - whole[code]) for code in whole) > 3
    billed = dict.fromkeys(whole, 0)
    for line in lines({}, exact, {}, {}):
        assert line.total == 10
        for code, yen in line.yen.items():
            billed[code] += yen
    assert max(abs(billed[code] - whole[code]) for code in whole) < 1


def test_a_late_use_is_a_correction_that_names_its_month_and_adds_up_to_nothing():
    first = {"2026-04": in_proportion(1_001, 1, 1, 1)}
    (billed,) = lines({}, first, {}, {})
    now = {"2026-04": in_proportion(1_001, 2, 1, 1), "2026-05": in_proportion(500, 1, 1, 1)}
    late, new = lines(first, now, billed.yen, {})
    assert (late.month, late.correction, late.total) == ("2026-04", True, 0)
    assert (new.month, new.correction, new.total) == ("2026-05", False, 500)
    whole = added(now.values())
    paid = {code: billed.yen[code] + late.yen[code] + new.yen[code] for code in whole}
    assert max(abs(paid[code] - whole[code]) for code in whole) < 1
    assert lines(now, now, paid, {}) == []


BODIES = 26


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-50_000, 9_999_999), min_size=12, max_size=12),
    st.lists(st.lists(st.integers(0, 500), min_size=BODIES, max_size=BODIES), min_size=12, max_size=12),
    st.lists(st.integers(1, 400_000), min_size=BODIES, max_size=BODIES),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_each_month_adds_up_and_after_a_year_nobody_is_a_yen_away(totals, uses, people, one, other):
    low, high = sorted((one, other))
    weights = key(low, high - low, 100 - high)
    exact, before, billed = {}, {}, {}
    for at, (total, used) in enumerate(zip(totals, uses, strict=True)):
        month = f"2026-{at:02d}"
        bodies = [Standing(f"{code:06d}", population=people[code], use=Fraction(used[code])) for code in range(BODIES)]  # fmt: skip
        exact[month] = {code: total * part for code, part in fractions(weights, bodies).combined.items()}
        found = lines(before, exact, billed, {})
        assert [line.total for line in found] == [total]
        for code, yen in found[0].yen.items():
            billed[code] = billed.get(code, 0) + yen
        before = dict(exact)
        running = added(exact.values())
        assert all(abs(billed[code] - running[code]) < 1 for code in running)


@pytest.mark.parametrize(
    ("net", "rounding", "wanted"),
    [(105, TaxRounding.HALF_UP, 11), (104, TaxRounding.HALF_UP, 10), (109, TaxRounding.DOWN, 10), (101, TaxRounding.UP, 11), (-105, TaxRounding.HALF_UP, -11), (-109, TaxRounding.DOWN, -10)],
)  # fmt: skip
def test_tax_is_rounded_once_and_mirrored_below_zero(net, rounding, wanted):
    assert tax(net, 10, rounding) == wanted
