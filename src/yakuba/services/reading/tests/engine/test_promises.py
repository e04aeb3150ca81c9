"""The promise of a field: bounds, what supports it, and how likely a value is right."""

from __future__ import annotations

import pytest

from yakuba.services.reading.contracts import Decision, FieldReading, Hand, Reason, Support
from yakuba.services.reading.engine import promises
from yakuba.services.reading.engine.promises import (
    USUAL,
    Counts,
    Stratum,
    held_to,
    needed,
    probability,
    support,
)

PLENTY = Counts(10_000, 0)
FEW = Counts(100, 0)


def test_a_rate_of_one_in_a_thousand_takes_2995_checked_values_without_an_error() -> None:
    assert needed(USUAL, 0) == 2995
    assert Counts(2995, 0).upper <= 0.001 < Counts(2994, 0).upper


@pytest.mark.parametrize(
    ("promise", "form", "strata", "shipped", "wanted"),
    [
        (0, Counts(9999, 0), [], PLENTY, Support.ALWAYS),
        (USUAL, Counts(2995, 0), [Counts(10, 0)], FEW, Support.PROVED),
        (USUAL, Counts(2994, 0), [Counts(10, 0)], PLENTY, Support.SHIPPED),
        (USUAL, Counts(2994, 0), [Counts(10, 0)], FEW, Support.NONE),
        (USUAL, Counts(3000, 1), [Counts(400, 1)], PLENTY, Support.BROKEN),
        (USUAL, Counts(3000, 1), [Counts(400, 0)], PLENTY, Support.SHIPPED),  # another type was wrong
        (USUAL, Counts(4742, 1), [Counts(400, 1)], FEW, Support.PROVED),
        (USUAL, Counts(9999, 1), [Counts(20, 1)], PLENTY, Support.BROKEN),  # this stratum is worse
        (10_000, Counts(500, 1), [Counts(200, 1)], FEW, Support.PROVED),  # 1 % is easier to keep
    ],
)
def test_what_supports_a_promise(promise, form, strata, shipped, wanted) -> None:
    assert support(promise, form, strata, shipped) is wanted


def test_strata_only_tighten() -> None:
    """Whatever a stratum has seen, it proves nothing that the form does not."""
    assert support(USUAL, Counts(100, 0), [Counts(99_999, 0)], FEW) is Support.NONE


def reading(decision=Decision.TRUSTED, confidence=1.0, type_="number") -> FieldReading:
    return FieldReading("fee", "額", type_, 1, "500", "500", confidence, decision, (), "", ())


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (Support.ALWAYS, Reason.ALWAYS_ASKED),
        (Support.NONE, Reason.NOT_PROVED),
        (Support.BROKEN, Reason.TIGHTENED),
    ],
)
def test_what_is_not_supported_goes_to_a_person_with_a_sentence(found, reason) -> None:
    asked = held_to(reading(), found)
    assert (asked.decision, asked.reasons) == (Decision.DOUBTFUL, (reason,))
    assert asked.message


def test_what_is_supported_passes_and_what_is_doubtful_stays_so() -> None:
    assert held_to(reading(), Support.PROVED) == reading()
    assert held_to(reading(), Support.SHIPPED) == reading()
    doubtful = reading(Decision.DOUBTFUL)
    assert held_to(doubtful, Support.BROKEN) == doubtful


def test_a_probability_follows_what_was_confirmed(monkeypatch) -> None:
    stratum = Stratum.of(reading(), Hand.PEN)
    monkeypatch.setattr(promises, "shipped", lambda: {stratum: Counts(1000, 0)})
    before = probability(stratum, {}, {})
    assert 0.99 < before < 1.0
    own = {stratum: Counts(200, 20)}
    worse = probability(stratum, own, {})
    assert 0.88 < worse < before
    assert probability(stratum, own, {stratum: Counts(200, 0)}) > worse, "this form is read better"


def test_what_is_shipped_supports_what_the_manual_says() -> None:
    """Read from the file that comes with the house."""
    passed = promises.shipped_passed()
    assert passed.wrong == 0
    assert passed.checked >= 2995
    doubtful = sum((c for s, c in promises.shipped().items() if not s.passed), Counts())
    assert doubtful.wrong / doubtful.checked > 10 * passed.upper
