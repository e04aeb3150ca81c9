"""Days are counted as the law counts them, and the checklist says what, where, until when, with what and why."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from yakuba.kernel.workdays import closed_by_law
from yakuba.services.intake.engine.navigator import calendar_file
from yakuba.services.intake.engine.navigator.deadlines import last_day
from yakuba.services.intake.engine.navigator.event import Closed, Deadline, Unit
from yakuba.services.intake.engine.navigator.guiding import answered, guide, most_left, numbered
from yakuba.services.intake.engine.navigator.reading import parse_event
from yakuba.services.intake.tests.test_navigator_reading import GOOD


def is_open(day: date) -> bool:
    return not closed_by_law(day)


@pytest.mark.parametrize(
    ("rule", "start", "ends"),
    [
        # 出生届: 14 days counting the day of birth
        (
            Deadline(number=14, first_counts=True),
            date(2026, 11, 2),
            date(2026, 11, 16),
        ),  # the 15th is a Sunday
        (Deadline(number=14, first_counts=True, closed=Closed.STAYS), date(2026, 11, 2), date(2026, 11, 15)),
        (Deadline(number=14, first_counts=True, closed=Closed.BEFORE), date(2026, 11, 2), date(2026, 11, 13)),
        # 転入届: 14 days from the day after
        (Deadline(number=14), date(2026, 11, 2), date(2026, 11, 16)),
        # the end of the year: 29 December to 3 January are closed, 2027-01-02 and 03 are a weekend
        (Deadline(number=14), date(2026, 12, 16), date(2027, 1, 4)),
        # months: the first day is not counted, so the day of the same number is the last one
        (Deadline(number=3, unit=Unit.MONTHS), date(2026, 8, 20), date(2026, 11, 20)),
        (Deadline(number=3, unit=Unit.MONTHS, first_counts=True), date(2026, 8, 20), date(2026, 11, 19)),
        # 30 November begins on 1 December: three months end with February
        (Deadline(number=3, unit=Unit.MONTHS, closed=Closed.STAYS), date(2026, 11, 30), date(2027, 2, 28)),
        # no such day in the last month (民法143条2項)
        (Deadline(number=1, unit=Unit.MONTHS, closed=Closed.STAYS), date(2027, 1, 30), date(2027, 2, 28)),
        (Deadline(number=2, unit=Unit.YEARS, closed=Closed.STAYS), date(2024, 2, 28), date(2026, 2, 28)),
        (Deadline(number=2, unit=Unit.YEARS, closed=Closed.STAYS), date(2024, 2, 29), date(2026, 2, 28)),
    ],
)
def test_the_last_day(rule, start, ends):
    assert last_day(rule, start, is_open) == ends


def test_an_office_that_never_opens_moves_nothing():
    assert last_day(Deadline(number=1), date(2026, 11, 2), lambda day: False) == date(2026, 11, 3)


def test_answers_come_from_their_numbers_and_go_back_into_them():
    event = parse_event(GOOD)
    answers = answered(event, [1, 3])
    assert answers == {"どこから": "国内", "子ども": "わからない"}
    assert numbered(event, answers) == (1, 3)
    assert answered(event, [2, 1, 1]) == {"どこから": "国外"}, "what is not asked any more is dropped"
    assert answered(event, [9]) == {}
    assert [most_left(event, given) for given in ({}, {"どこから": "国内"}, {"どこから": "国外"})] == [
        2,
        1,
        0,
    ]


def test_the_checklist_says_what_where_until_when_with_what_and_why():
    event = parse_event(GOOD)
    days = {"住み始めた日": date(2026, 11, 2)}
    found = guide(
        event, {"どこから": "国内", "子ども": "わからない"}, days, is_open, {"住民登録の窓口": "市民課"}
    )
    assert list(found.windows) == ["市民課", "子ども課"]
    move, child = found.todos
    assert (move.until, move.late, move.things) == (
        date(2026, 11, 16),
        "過料のことがあります",
        ("本人確認書類",),
    )
    assert move.why == "この出来事のどなたにも要ります"
    assert (child.why, child.sure, child.until) == ("子ども：わからない", False, None)
    assert found.days == ("住み始めた日",)
    abroad = guide(event, {"どこから": "国外"}, {}, is_open)
    assert list(abroad.things) == ["本人確認書類", "パスポート"]
    assert [one.name for one in abroad.todos] == ["転入届"]
    assert list(abroad.windows) == ["｛住民登録の窓口｝"], "what nobody has filled is not hidden"


def test_what_is_known_is_handed_to_the_form():
    text = GOOD.replace(
        "  - {名: 児童手当, 窓口: 子ども課, ",
        "  - {名: 児童手当, 窓口: 子ども課, 申請フォーム: child, 引き継ぎ: {from: {質問: どこから, 値: {国内: jp}}, moved_on: {日付: 住み始めた日}}, ",
    )
    found = guide(
        parse_event(text),
        {"どこから": "国内", "子ども": "はい"},
        {"住み始めた日": date(2026, 11, 2)},
        is_open,
    )
    child = found.todos[1]
    assert (child.form, child.handed) == ("child", {"from": "jp", "moved_on": "2026-11-02"})


def test_the_calendar_file_is_one_that_telephones_read():
    event = parse_event(GOOD.replace("本人確認書類", f"本人確認書類{'（' + '長' * 40 + '）'}"))
    found = guide(event, {"どこから": "国外"}, {"住み始めた日": date(2026, 11, 2)}, is_open)
    text = calendar_file.written(event.title, found.todos, datetime(2026, 11, 29, 9, tzinfo=UTC))
    lines = text.split(b"\r\n")
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert lines[-1] == b""
    assert all(len(line) <= 75 for line in lines)
    whole = text.replace(b"\r\n ", b"").decode()
    assert "DTSTART;VALUE=DATE:20261116" in whole
    assert "DTEND;VALUE=DATE:20261117" in whole
    assert "SUMMARY:転入届の期限" in whole
    assert "\\n持ち物：" in whole
    assert b"\n" not in text.replace(b"\r\n", b"")
