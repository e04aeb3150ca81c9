"""What the fault world counts: every way in which a row can be lost, entered twice, or left to a person for nothing."""

from __future__ import annotations

import runpy
from dataclasses import fields

import pytest
from django.conf import settings

from yakuba.services.robots.engine.complaints import NO_EGRESS
from yakuba.services.robots.tests import fault_world, test_fault_world
from yakuba.services.robots.tests.fault_world import counted

GOOD = ("entered", "K-1", "R1", "")


def test_a_world_in_which_all_went_well_has_nothing_to_count():
    figures = counted([GOOD, ("found_already", "K-2", "R2", "")], {"R1": ["K-1"], "R2": ["K-2"]}, set(), 2)
    assert (figures.rows, figures.twice, figures.lost, figures.with_a_person) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "stored"),
    [
        (None, []),  # a row that is no more
        (("entered", "K-2", "R2", ""), []),  # said to be in, and is not
        (("entered", "K-2", "R2", ""), ["K-3"]),  # under another number than was noted
        (("found_already", "K-2", "R2", ""), []),
        (("failed", "", "R2", "停止"), ["K-2"]),  # said to be out, and is in
        (("retry", "", "R2", ""), []),  # with nobody
        (("waiting", "", "R2", ""), []),
        (("skipped", "", "R2", ""), []),
    ],
)
def test_a_row_that_is_nowhere_or_told_wrongly_is_lost(row, stored):
    figures = counted([GOOD, *([row] if row else [])], {"R1": ["K-1"], "R2": stored}, set(), 2)
    assert (figures.lost, figures.twice) == (1, 0)


@pytest.mark.parametrize("state", ["entered", "undecided", "failed"])
def test_what_the_core_system_has_twice_is_twice_whatever_the_row_says(state):
    figures = counted([(state, "K-1", "R1", "")], {"R1": ["K-1", "K-2"]}, set(), 1)
    assert figures.twice == 1


@pytest.mark.parametrize(
    ("stored", "late", "why", "needlessly"),
    [
        (["K-1"], set(), "照会で見つかりません", 1),  # it stands there, and a look-up would have found it
        ([], set(), "照会で見つかりません", 0),  # it does not: only a person can say
        (["K-1"], {"R1"}, "照会で見つかりません", 0),  # stored after every look
        (["K-1"], {"R2"}, "照会で見つかりません", 1),  # late was another one
        (["K-1"], set(), NO_EGRESS.message, 0),  # nobody could look
    ],
)
def test_a_row_that_a_look_up_decides_is_with_a_person_needlessly(stored, late, why, needlessly):
    figures = counted([("undecided", "", "R1", why)], {"R1": stored}, late, 1)
    assert (figures.with_a_person, figures.needlessly, figures.lost) == (1, needlessly, 0)
    assert figures.reasons == {why: 1}


# What makes the steps of a core system slower everywhere, forgiving, or another one, is no fault.
NO_FAULTS = {"slow", "refuse_known", "layout", "seed"}


def test_no_fault_has_been_taken_out_of_the_world():
    """Freezing, dying, clocks, an egress that is struck, two workers, and every trouble that a core system can make."""
    troubles = runpy.run_path(str(settings.YAKUBA.samples_dir / "coresystem/core/troubles.py"))["Settings"]
    assert {one.name for one in fields(troubles)} - NO_FAULTS == set(fault_world.TROUBLES)
    assert all(fault_world.TROUBLES.values())
    assert set(fault_world.STRIKES) == {"SHAKEN_FREEZE", "SHAKEN_KILL", "SHAKEN_EGRESS"}
    assert all(fault_world.STRIKES.values())
    assert fault_world.EGRESS_STRUCK > 0
    assert (min(fault_world.STEPS), max(fault_world.STEPS)) == (-600, 86_400)
    assert fault_world.WORKERS == 2
    assert test_fault_world.ROWS >= 300
    assert len(test_fault_world.DATABASES) == 2
