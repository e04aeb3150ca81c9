"""What staff write of hours, breaks, crews and stops: read, said back, and every fault with its column."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tables.reading import rows
from yakuba.services.fieldwork.contracts import StopKind
from yakuba.services.fieldwork.engine.rounds import words
from yakuba.services.fieldwork.engine.rounds.asking import Asked, AskedStop, crew_of
from yakuba.services.fieldwork.engine.rounds.entries import (
    CREW_REQUIRED,
    STOP_REQUIRED,
    GivenCrew,
    crew_faults,
    read_crews,
    read_stops,
)
from yakuba.services.fieldwork.engine.rounds.graphs import packed, unpacked
from yakuba.services.fieldwork.engine.rounds.problem import DAY, Break
from yakuba.services.fieldwork.engine.rounds.roads import read
from yakuba.services.fieldwork.engine.rounds.solving import Effort, solve
from yakuba.services.fieldwork.engine.rounds.travel import Point
from yakuba.services.fieldwork.tests.engine.rounds_drawn import drawn
from yakuba.services.fieldwork.tests.rounds_town import roads

MONDAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("9:00-12:00", "9:00-12:00"),
        ("９：００〜１２：００、13:00～15:30", "9:00-12:00、13:00-15:30"),
        ("13:00-15:00,9:00-10:00", "9:00-10:00、13:00-15:00"),
        ("0:00-24:00", "0:00-24:00"),
        ("", ""),
    ],
)
def test_windows_are_read_as_they_are_written(text: str, told: str) -> None:
    assert words.spans_shown(words.spans_of(text)) == told


@pytest.mark.parametrize(
    "text", ["9時から", "12:00-9:00", "9:00", "25:00-26:00", "9:60-10:00", "24:30-24:40"]
)
def test_what_is_no_window_is_told(text: str) -> None:
    with pytest.raises(Invalid, match=r"時間帯|時刻"):
        words.spans_of(text)


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("12:00-12:30 60分", (Break((43_200, 45_000), 3_600),)),
        ("１２：００　６０分", (Break((43_200, 43_200), 3_600),)),
        ("15:00-15:30 10、12:00 60分", (Break((43_200, 43_200), 3_600), Break((54_000, 55_800), 600))),
        ("", ()),
    ],
)
def test_breaks_are_read_and_said_back(text: str, breaks: tuple[Break, ...]) -> None:
    assert words.breaks_of(text) == breaks
    assert words.breaks_of(words.breaks_shown(breaks)) == breaks


@pytest.mark.parametrize("text", ["昼", "12:00-11:00 60分", "12:00 0分", "12:00 60分、12:30 30分"])
def test_what_is_no_break_is_told(text: str) -> None:
    with pytest.raises(Invalid, match="休憩"):
        words.breaks_of(text)


def test_a_table_of_crews_is_read_with_every_fault_by_its_cell() -> None:
    head = "班,課,技能,緯度,経度,月,火,休憩,使う,積める量"
    good = "一班,建設課,草刈り、高所,34.4,132.5,8:30-17:15,休み,12:00 60分,,20"
    bad = "二班,ない課,潜水,132.5,34.4,朝,8:30-17:15,,たぶん,1.5"
    second = "三班,ない課,潜水,132.5,34.4,朝,8:30-17:15,,いいえ,1"
    table = "\n".join([head, good, bad, second, good]).encode()
    crews, problems = read_crews(rows(table, CREW_REQUIRED, []), ("草刈り", "高所"), ["建設課"])
    assert crews[0] == GivenCrew(
        "一班",
        34.4,
        132.5,
        "建設課",
        "草刈り、高所",
        20,
        "",
        ("8:30-17:15", "", "", "", "", "", ""),
        "12:00 60分",
    )
    told = [(one.line, one.place) for one in problems]
    assert told == [
        (3, "使う"), (3, "積める量"), (4, "課"), (4, "緯度"), (4, "月"), (4, "技能"), (5, "班"),
    ]  # fmt: skip
    assert "逆です" in next(one.reason for one in problems if one.place == "緯度")


def test_a_table_of_stops_is_read_with_every_fault_by_its_cell() -> None:
    head = "件名,緯度,経度,種類,番号,作業の分,優先,時間帯,日"
    good = "穴,34.4,132.5,通報,R8-1,30,急ぐ,9:00-12:00,令和8年11月30日"
    bare = "枝,34.4,132.5,,,,,,"
    bad = ",90,132.5,,,1000,2,9時,2026-12-05"
    worse = "x,abc,,鳥,,多い,9,,"
    table = "\n".join([head, good, bare, bad, worse]).encode()
    stops, problems = read_stops(rows(table, STOP_REQUIRED, []), (), (MONDAY,))
    assert (stops[0].kind, stops[0].ref, stops[0].minutes, stops[0].priority) == (
        StopKind.REPORT,
        "R8-1",
        30,
        1,
    )
    assert stops[0].days == "2026-11-30"
    assert (stops[1].kind, stops[1].minutes, stops[1].priority) == (StopKind.TABLE, 15, 2)
    assert [(one.line, one.place) for one in problems] == [
        (4, "件名"), (4, "緯度"), (4, "作業の分"), (4, "時間帯"), (4, "日"),
        (5, "種類"), (5, "優先"), (5, "緯度"), (5, "経度"), (5, "作業の分"),
    ]  # fmt: skip


def test_a_crew_that_never_works_is_told() -> None:
    problems = crew_faults(GivenCrew("班", 34.4, 132.5, hours=("",) * 7), (), ())[1]
    assert "一日もありません" in problems[0].reason


def test_windows_and_days_become_the_solvers() -> None:
    hours = ("8:30-17:15", "", "8:30-12:00", "", "", "", "")
    crew = crew_of(1, "班", (34.4, 132.5), hours, "12:00 60分", "", None)
    days = tuple(MONDAY + timedelta(days=number) for number in range(3))
    at = Point(34.41, 132.5)
    plain = AskedStop(7, at, 10, 0, frozenset(), 2, (), ())
    third = AskedStop(8, at, 10, 0, frozenset(), 2, ((9 * 3600, 10 * 3600),), (days[2],))
    never = AskedStop(9, at, 10, 0, frozenset(), 2, (), (MONDAY + timedelta(days=9),))
    asked = Asked(days, (crew,), (plain, third, never))
    assert [day for _, day in asked.shifts] == [0, 2]
    problem = asked.problem(drawn(1, stops=3).ways)
    assert [shift.hours[0] // DAY for shift in problem.shifts] == [0, 2]
    assert [len(shift.breaks) for shift in problem.shifts] == [1, 0], (
        "who leaves at noon has no break at noon"
    )
    assert problem.stops[0].windows == ()
    assert problem.stops[1].windows == ((2 * DAY + 9 * 3600, 2 * DAY + 10 * 3600),)
    assert problem.stops[2].windows == ((0, 0),)


def test_a_graph_is_kept_and_read_again() -> None:
    graph = read(roads(bridge=True))
    head, body = packed(graph)
    again = unpacked(head, body)
    assert again.lines == 3
    assert np.array_equal(again.edges, graph.edges)
    assert np.array_equal(again.seconds, graph.seconds)
    with pytest.raises(ValueError, match="another length"):
        unpacked(head, body[:-8])
    with pytest.raises(ValueError, match="leads nowhere"):
        unpacked(head, body[: graph.places.nbytes] + b"\xff" * (len(body) - graph.places.nbytes))


class _Enough(Exception):
    pass


@pytest.mark.parametrize("breaks", [False, True])
def test_a_search_is_heard_and_can_be_ended(breaks: bool) -> None:
    heard = []

    def listen() -> None:
        heard.append(1)
        if len(heard) == 5:
            raise _Enough

    with pytest.raises(_Enough):
        solve(drawn(3, stops=5, breaks=breaks, tight=0.8), Effort(iterations=300, listen=listen))
    assert len(heard) == 5


@pytest.mark.parametrize(
    ("seconds", "day", "told"),
    [(0, 0, "0:00"), (DAY, 0, "24:00"), (DAY, 1, "0:00"), (2 * DAY, 1, "24:00"), (DAY + 30_600, 1, "8:30")],
)
def test_midnight_belongs_to_the_day_that_is_meant(seconds: int, day: int, told: str) -> None:
    assert words.shown(seconds, day) == told
