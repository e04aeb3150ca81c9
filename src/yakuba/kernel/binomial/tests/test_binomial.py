"""Exact bounds of a share of errors."""

from __future__ import annotations

import pytest

from yakuba.kernel.binomial import lower_bound, upper_bound


@pytest.mark.parametrize(
    ("wrong", "of", "share"),
    [(0, 190, 0.01564), (0, 3000, 0.000998), (1, 100, 0.04656), (5, 100, 0.10225), (3, 3, 1.0), (0, 1, 0.95)],
)
def test_the_bound_is_clopper_and_pearsons(wrong, of, share):
    assert upper_bound(wrong, of) == pytest.approx(share, rel=1e-3)


def test_of_nothing_there_is_no_bound_and_impossible_counts_are_refused():
    assert upper_bound(0, 0) is None
    with pytest.raises(ValueError, match="cannot be wrong"):
        upper_bound(2, 1)


def test_the_lower_bound_mirrors_the_upper():
    assert lower_bound(0, 50) == 0.0
    assert lower_bound(1, 1) == pytest.approx(0.05)
    assert lower_bound(5, 50) < 0.1 < upper_bound(5, 50)
