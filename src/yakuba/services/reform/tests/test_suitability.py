"""What may take a task over, and why; and whether the hours will do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yakuba.services.reform.contracts import ClassWork, Judgement, Means, Medium, Routine
from yakuba.services.reform.engine.outlook import Outlook, assumptions, first_short, years
from yakuba.services.reform.engine.suitability import SHARES, Fit, Traits, proposal, verdicts

ENTRY = Traits("entry", "routine", "none", "data", Decimal(0))


def changed(**more):
    return Traits(**(vars(ENTRY) | more))


@pytest.mark.parametrize(
    ("traits", "means", "fit"),
    [
        (ENTRY, Means.ROBOTS, Fit.GOOD),
        (changed(medium="paper"), Means.READING, Fit.GOOD),
        (changed(routine="partly"), Means.ROBOTS, Fit.CONDITIONAL),
        (changed(exceptions=Decimal(20)), Means.ROBOTS, Fit.CONDITIONAL),
        (changed(exceptions=None), Means.ROBOTS, Fit.CONDITIONAL),
        (changed(work="check", judgement="rules"), Means.MATCHING, Fit.GOOD),
        (changed(work="talk", medium="telephone"), Means.ANSWERS, Fit.GOOD),
        (changed(work="talk", medium="in_person"), Means.ANSWERS, Fit.CONDITIONAL),
        (changed(routine="not"), Means.PERSON, Fit.NO),
        (changed(judgement="discretion"), Means.PERSON, Fit.NO),
        (changed(exceptions=Decimal(31)), Means.PERSON, Fit.NO),
        (changed(few=True), Means.PERSON, Fit.NO),
        (changed(work="visit"), Means.PERSON, Fit.NO),
        (Traits(), Means.PERSON, Fit.NO),
    ],
)
def test_the_rules(traits, means, fit):
    found = proposal(traits)
    assert (found.means, found.fit) == (means, fit)
    assert found.reasons


def test_the_share_is_the_published_one_of_the_usual_cases():
    assert proposal(ENTRY).share == SHARES[Means.ROBOTS].good == Decimal("0.824")
    assert proposal(changed(exceptions=Decimal(10))).share == Decimal("0.824") * Decimal("0.9")
    assert proposal(changed(routine="partly")).share == Decimal("0.518")
    assert all(share.source for share in SHARES.values())


def test_why_a_person_stays_is_said_in_words():
    assert proposal(changed(judgement="discretion")).reasons == ("裁量のある判断なので、職員が行います。",)
    assert proposal(changed(work="visit")).reasons == ("「訪問」は職員が行う仕事です。",)
    assert "年に20時間より少なく" in proposal(changed(few=True)).reasons[0]


WORDS = {
    "work": ["", *ClassWork], "routine": ["", *Routine], "judgement": ["", *Judgement], "medium": ["", *Medium],
}  # fmt: skip


@given(
    st.fixed_dictionaries(
        {name: st.sampled_from([str(one) for one in words]) for name, words in WORDS.items()}
    ),
    st.none() | st.decimals(0, 100, places=1),
    st.booleans(),
)
def test_every_task_gets_a_reason_and_no_share_beyond_the_whole(words, exceptions, few):
    traits = Traits(**words, exceptions=exceptions, few=few)
    for one in (*verdicts(traits), proposal(traits)):
        assert one.reasons
        assert 0 <= one.share <= 1
        assert (one.share > 0) <= (one.fit > Fit.NO)


HALF = Outlook(20_000, 8_000, 6_000, 2026, 2040, 0.5, 1.0, 2031, 1920)


def test_half_the_staff_are_short_by_what_the_steps_do_not_take():
    found = years(HALF)
    assert (found[0].has, found[0].with_steps) == (20_000, 20_000)
    assert (found[-1].has, found[-1].needs, found[-1].with_steps) == (10_000, 20_000, 14_000)
    assert found[-1].short == 4_000
    short = first_short(found)
    assert short is not None
    assert short.year == 2035  # 20,000 − 714 a year falls below 14,000 in the ninth year
    assert found[8].short < 0 < found[9].short


def test_with_less_work_and_all_steps_the_hours_do():
    found = years(Outlook(20_000, 8_000, 10_000, 2026, 2040, 0.6, 0.9, 2028, 1920))
    assert first_short(found) is None
    assert found[-1].with_steps == pytest.approx(9_000)


@pytest.mark.parametrize("target", [2026, 2000, 2077])
def test_a_year_that_is_not_ahead_is_refused(target):
    with pytest.raises(ValueError, match="年度は"):
        years(Outlook(1, 1, 0, 2026, target, 0.5, 1, 2030, 1920))


def test_all_that_was_assumed_is_said():
    said = "".join(assumptions(HALF))
    for figure in ("20,000", "2040", "50%", "100%", "2031", "6,000", "1,920"):
        assert figure in said
