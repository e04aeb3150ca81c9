"""What a hurried hand, a hostile table and two phones do to rounds: each gets a sentence, and nothing is lost or doubled."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.fieldwork.actions import rounds_changes, rounds_plans
from yakuba.services.fieldwork.contracts import ChangeKind, NotDone, PlanState, VisitKind
from yakuba.services.fieldwork.engine.rounds.problem import DAY
from yakuba.services.fieldwork.models import LeftStop, RoundStop, RoundVersion, StopEvent
from yakuba.services.fieldwork.queries import rounds as queries
from yakuba.services.fieldwork.queries import rounds_telling
from yakuba.services.fieldwork.tests.rounds_town import (
    answered,
    calculated,
    crew,
    plan,
    quickly,
    say,
    stop,
    under_way,
)

HEAD = "件名,緯度,経度,番号,種類,時間帯,技能\n"


@pytest.fixture
def town(in_yakuba_city, clerk):
    quickly(clerk)
    return clerk


def table(made, lines, by):
    return rounds_plans.load_stops(made.pk, (HEAD + lines).encode(), {}, actor=by)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("穴,34.4,132.5,A-1,,,\n枝,34.41,132.5,A-1,,,\n", "2行目にもあります"),
        ("穴,34.4,132.5,,,,\n穴,34.4,132.5,,,,\n", "2行目に同じものがあります"),
        ("穴,34.4,132.5,,,25:00-26:00,\n", "時刻「25:00」"),
        ("穴,34.4,132.5,,,8時半-9時,\n", "「9:00-12:00」のように"),
        ("穴,34.4,132.5,,,23:00-1:00,\n", "終わりが始まりより前"),
        ("穴,132.5,34.4,,,,\n", "逆です"),
        ("穴,nan,132.5,,,,\n", "数で書いてください"),
        ("穴,34.4,132.5,,,,飛行\n", "飛行"),
        ("穴,34.4,132.5," + "9" * 41 + ",,,\n", "番号は40字まで"),
        (
            '穴,34.4,132.5,,,"' + "、".join(f"{n // 6}:{n % 6}0-23:59" for n in range(60)) + '",\n',
            "時間帯は200字まで",
        ),
        ("", "1行もありません"),
    ],
)
def test_each_fault_of_a_table_has_its_cell_and_nothing_comes_in(town, lines, told):
    made = plan(town, [crew(town, "一班")], [])
    with pytest.raises(Invalid) as refused:
        table(made, lines, town)
    assert told in refused.value.lines()
    assert not RoundStop.objects.exists()


def test_a_table_taken_twice_is_told_and_is_there_once(town):
    made = plan(town, [crew(town, "一班")], [])
    lines = "".join(f"穴{n},34.4{n},132.5,,,,\n" for n in range(1, 4))
    assert table(made, lines, town) == 3
    with pytest.raises(Invalid, match="3か所") as refused:
        table(made, lines, town)
    assert "この計画に同じものがあります" in refused.value.lines()
    assert RoundStop.objects.count() == 3
    assert table(made, "穴1（2回目）,34.41,132.5,,,,\n", town) == 1


def test_a_crews_texts_are_no_longer_than_they_are_kept(town):
    breaks = "、".join(f"{hour}:00-{hour}:30 10分" for hour in range(9, 18))
    with pytest.raises(Invalid, match="休憩は120字まで"):
        crew(town, "一班", breaks=breaks)


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(1970, 1, 1)])
def test_a_plan_of_no_day_is_told(town, day):
    one = crew(town, "一班")
    with pytest.raises(Invalid, match="始めの日は"):
        rounds_plans.new_plan("いつか", day, 7, [one.pk], actor=town)


def test_a_plan_that_visits_nothing_is_not_given_out(town):
    made = plan(town, [crew(town, "一班", load=1)], [stop("重い", load=5)])
    calculated(town, made)
    assert made.state == PlanState.READY
    assert [one.why for one in rounds_telling.left_of(queries.current(made))]
    with pytest.raises(Conflict, match="一つもない"):
        rounds_plans.publish(made.pk, actor=town)
    client = Client()
    client.force_login(town)
    shown = client.get(reverse("fieldwork:round_plan", args=[made.pk])).content.decode()
    assert "回れる訪問先が一つもありません" in shown
    assert "班に出す</button>" not in shown


def test_a_break_is_kept_as_far_as_the_hours_let_it_and_a_lost_one_is_told(town):
    one = crew(town, "一班", hours=("9:00-17:00",) * 5 + ("9:00-12:00", ""), breaks="15:30-17:00 30分")
    made = calculated(town, plan(town, [one], [stop("夕方", minutes=10, windows="16:40-16:50")]))
    assert [row.rests for row in queries.rounds_of(queries.current(made))] == ["15:30-16:00"]
    saturday = calculated(town, plan(town, [one], [stop("枝")], date(2026, 12, 5)))
    version = queries.current(saturday)
    assert "「一班」の土曜日は、働く時間に入らない休憩" in version.warnings


def test_a_holiday_is_told(town):
    made = plan(town, [crew(town, "一班")], [stop("穴")], date(2026, 11, 23), 2)
    assert rounds_telling.holidays_of(made) == ["令和8年11月23日（月・勤労感謝の日）"]


def test_another_button_of_the_same_page_is_another_press(in_yakuba_city, clerk):
    made = under_way(clerk, [stop("穴"), stop("枝", 2)], ["一班"])
    row = queries.rounds_of(queries.current(made))[0]
    first = row.listed[0].stop
    key = "k" * 32
    say(clerk, first, row.crew, VisitKind.ARRIVED, key=key)
    say(clerk, first, row.crew, VisitKind.DONE, key=key)
    assert queries.standings([first.pk])[first.pk].is_done, "who goes back and presses 済んだ is heard"
    say(clerk, first, row.crew, VisitKind.DONE, key=key)
    assert StopEvent.objects.count() == 2


def test_absent_on_two_days_is_said_twice(in_yakuba_city, clerk, monkeypatch):
    made = under_way(clerk, [stop("家")], ["一班"])
    target, by = queries.stops_of(made)[0], queries.crews_of(made)[0]
    say(clerk, target, by, VisitKind.FAILED, reason=NotDone.ABSENT)
    with pytest.raises(Conflict, match="できなかった"):
        say(clerk, target, by, VisitKind.FAILED, reason=NotDone.ABSENT)
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    say(clerk, target, by, VisitKind.FAILED, reason=NotDone.ABSENT)
    assert StopEvent.objects.count() == 2


def test_what_a_crew_was_at_when_it_dropped_out_is_done_by_another(in_yakuba_city, clerk):
    made = under_way(clerk, [stop(f"場所{n}", n) for n in range(1, 5)])
    row = queries.rounds_of(queries.current(made))[0]
    at = row.listed[0].stop
    say(clerk, at, row.crew, VisitKind.ARRIVED)
    now = min(DAY - 7200, max(queries.moment(made), 0))
    change = answered(
        rounds_changes.ask(made.pk, ChangeKind.OUT, crew_id=row.crew_id, moment=now, actor=clerk)
    )
    for version in RoundVersion.objects.filter(change=change):
        by = {one.stop_id: each.crew for each in queries.rounds_of(version) for one in each.listed}
        left = set(LeftStop.objects.filter(version=version).values_list("stop", flat=True))
        assert at.pk in left or at.pk in by, "it is somebody's, or is told"
        assert at.pk in left or not [
            one
            for each in queries.rounds_of(version)
            for one in each.listed
            if one.stop_id == at.pk and one.past
        ]


def test_a_change_is_not_taken_after_its_day(in_yakuba_city, clerk, monkeypatch):
    made = under_way(clerk, [stop("穴")], ["一班"])
    now = min(DAY - 1, queries.moment(made))
    change = answered(
        rounds_changes.ask(made.pk, ChangeKind.ADD, stop=stop("増えた", 3), moment=now, actor=clerk)
    )
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    with pytest.raises(Conflict, match="計算した日が終わった"):
        rounds_changes.take(change.pk, True, actor=clerk)
    rounds_changes.drop(change.pk, actor=clerk)
