"""Codes that stand, habits of the clock, and who goes where."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.services.cityhub.actions import watching as actions
from yakuba.services.cityhub.engine import hazard, watching
from yakuba.services.cityhub.engine.watching import State, looked
from yakuba.services.cityhub.engine.watchrules import read_watch_file
from yakuba.services.cityhub.models import Alarm, Reading, Series
from yakuba.services.cityhub.queries import watched

DAY, HOUR = 86_400.0, 3_600.0
MIDNIGHT = 20_000 * DAY - 32_400.0  # in Japan


def rule(text: str):
    return read_watch_file(f"見張り:\n  - 名前: x\n    型: T\n    属性: a\n{text}").rules[0]


NAP = "    等しい: [2]\n    続く分: 1\n"
HABIT = "    周期:\n      先の分: 30\n      確率: 35\n      休む分: 60\n"


def test_a_posture_that_stays_is_told_without_a_further_reading():
    one, state = rule(NAP), State()
    assert looked(one, state, 0, 1.0, {}) is None
    assert looked(one, state, 10, 2.0, {}) is None
    assert watching.lasted(one, state, 69.9) is None
    assert not watching.is_due(one, state, 10, 69.9)
    assert watching.is_due(one, state, 10, 70.0)
    event = watching.lasted(one, State.of(state.plain()), 70.0)
    assert event == watching.Event(True, 70.0, None)
    state.on = True
    assert looked(one, state, 80, 3.0, {}) == watching.Event(False, 80, 3.0)


def test_a_posture_that_turns_back_in_time_is_none():
    one, state = rule(NAP), State()
    looked(one, state, 10, 2.0, {})
    looked(one, state, 50, 1.0, {})
    assert watching.lasted(one, state, 200.0) is None


def test_all_events_of_a_day_are_expected_once_a_day():
    """One event a day at the same time since the begin: the hazard's integral over the circle is that one, whatever κ is."""
    days = 56
    events = [MIDNIGHT + day * DAY + 8 * HOUR for day in range(days)]
    found = hazard.pattern(events, MIDNIGHT, MIDNIGHT + days * DAY)
    assert sum(found) == pytest.approx(
        1.0, rel=0.01
    )  # weights of the days against their integral: within a day's middle
    assert int(np.argmax(found)) in (31, 32)
    assert hazard.chance(found, MIDNIGHT, 1_440) == pytest.approx(1 - math.exp(-sum(found)))


def test_events_at_any_time_have_a_level_hazard():
    events = [MIDNIGHT + number * 900.0 + 450.0 for number in range(96 * 14)]
    found = hazard.pattern(events, MIDNIGHT, MIDNIGHT + 14 * DAY)
    assert found == pytest.approx([1.0] * 96, rel=0.05)
    assert hazard.chance([1.0] * 96, MIDNIGHT + 450, 30) == pytest.approx(1 - math.exp(-2))


def test_the_clock_is_a_circle():
    events = [MIDNIGHT + day * DAY + (10 if day % 2 else -10) * 60.0 for day in range(1, 40)]
    found = hazard.pattern(events, MIDNIGHT, MIDNIGHT + 40 * DAY)
    assert found[0] == pytest.approx(found[95], rel=0.2)
    assert found[0] > 50 * found[48]


def test_the_density_is_von_mises():
    """Of one clock time, the share of a quarter of an hour is exp(κ cos θ) / (96 · I0(κ)), up to the width of a quarter."""
    events = [MIDNIGHT + day * DAY + 12 * HOUR + 450.0 for day in range(40)]
    found = hazard.pattern(events, MIDNIGHT, MIDNIGHT + 40 * DAY)
    share = found[52] / sum(found)  # an hour later
    assert share == pytest.approx(math.exp(26 * math.cos(math.pi / 12)) / (96 * np.i0(26.0)), rel=1e-6)


@pytest.mark.parametrize(("number", "days"), [(19, 30), (40, 6)])
def test_of_too_little_nothing_is_said(number, days):
    events = [MIDNIGHT + days * DAY * (place + 0.5) / number for place in range(number)]
    assert hazard.pattern(events, MIDNIGHT, MIDNIGHT + days * DAY) is None


def test_a_notice_comes_before_and_ends_with_the_event():
    one, state = rule(HABIT), State()
    events = [
        MIDNIGHT + day * DAY + hour * HOUR + minutes * 60
        for day in range(30)
        for hour in (8, 14)
        for minutes in (-4, 4)
    ]
    now = MIDNIGHT + 30 * DAY
    watching.learn(state, events, MIDNIGHT, now)
    told = []
    for minute in range(0, 1_440):
        at = now + minute * 60.0
        event = watching.expected(one, state, at - 600, at)
        if event is not None:
            told.append((event.begins, minute))
    starts = [minute for begins, minute in told if begins]
    assert len(starts) == 2
    assert all(any(0 < hour * 60 - minute < 75 for hour in (8, 14)) for minute in starts)
    state.on = True
    assert looked(one, state, now + 2 * DAY, 1.0, {}) == watching.Event(False, now + 2 * DAY, 1.0)
    assert watching.expected(one, state, now + 2 * DAY, now + 2 * DAY + 59 * 60) is None  # it rests


def test_a_silent_sensor_says_nothing():
    one, state = rule(HABIT), State(expected=[1.0] * 96, learnt=MIDNIGHT)
    assert watching.expected(one, state, MIDNIGHT - DAY, MIDNIGHT + 1) is None
    assert watching.expected(one, state, MIDNIGHT, MIDNIGHT + 1) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("    等しい: [うつぶせ]\n", "数にして"),
        ("    等しい: [nan]\n", "数にして"),
        ("    周期: 30\n", "項目"),
        ("    周期:\n      確率: 200\n", "99"),
        ("    等しい: [1]\n    超える: 2\n", "一つ"),
        ("    超える: 2\n    出向く:\n      - 場所: 橋\n", "だれ"),
    ],
)
def test_faults_are_told(text, said):
    with pytest.raises(DefinitionRefused, match=said):
        rule(text)


RULES = """見張り:
  - 名前: 水位
    型: River
    属性: level
    超える: 2
    出向く:
      - 場所: 中橋
        だれ: 建設課 第1班
        すること: 通行止めの看板を置く
  - 名前: 向き
    型: Nap
    属性: posture
    等しい: [2]
    続く分: 1
  - 名前: そろそろ
    型: Care
    属性: event
    周期:
      確率: 5
"""


@pytest.fixture
def ruled(in_yakuba_city, clerk):
    actions.set_rules(RULES, actor=clerk)
    client = Client()
    client.force_login(clerk)
    return client


def a_series(kind: str, attribute: str, readings: list[tuple[float, float]]) -> Series:
    last = max(readings)
    row = Series.objects.create(
        path="/", entity_id=kind, entity_type=kind, attribute=attribute,
        last_at=round(last[0] * 1e6), last_number=last[1],
    )  # fmt: skip
    Reading.objects.bulk_create(
        Reading(series=row, at=round(at * 1e6), number=number) for at, number in readings
    )
    return row


def test_who_goes_where_stands_on_the_alarm_and_in_what_is_told(ruled):
    a_series("River", "level", [(time.time(), 3.0)])
    actions.look()
    alarm = Alarm.objects.get()
    text = ruled.get(reverse("cityhub:alarm", args=[alarm.pk])).content.decode()
    assert "建設課 第1班" in text
    assert "通行止めの看板" in text
    assert watched.told(alarm)["出向く"] == "建設課 第1班→中橋（通行止めの看板を置く）"


def test_a_child_on_its_belly_is_told_with_what_it_is_not(ruled):
    a_series("Nap", "posture", [(time.time() - 65, 2.0)])
    actions.look()
    alarm = Alarm.objects.get()
    text = ruled.get(reverse("cityhub:alarm", args=[alarm.pk])).content.decode()
    assert "医療機器ではなく" in text
    actions.look()
    assert Alarm.objects.count() == 1


def test_a_habit_is_learnt_from_the_readings(ruled):
    now = time.time()
    a_series("Care", "event", [(now - day * DAY + 600, 1.0) for day in range(1, 40)])
    actions.look()
    assert "医療機器ではありません" in watched.cautions_of(Alarm.objects.get())


def test_a_sensor_whose_clock_was_ahead_is_not_waited_for():
    """What began or came in a year that is not yet counts from when that is noticed."""
    one, state = rule(NAP), State()
    now = 2_000_000.0
    looked(one, state, now + 9e8, 2.0, {})
    assert watching.is_ahead(state, now)
    watching.come_back(state, now)
    assert watching.lasted(one, state, now + 59) is None
    assert watching.lasted(one, state, now + 60) == watching.Event(True, now + 60, None)
    usual, state = rule(HABIT), State(expected=[1.0] * 96)
    looked(usual, state, now + 9e8, 1.0, {})
    watching.come_back(state, now)
    later = now + 2 * HOUR
    assert watching.expected(usual, state, later, later) is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (HABIT + "    続く分: 10\n", "「周期」の見張りに「続く分」"),
        (HABIT + "    ほかも:\n      - 属性: z\n        超える: 1\n", "「周期」の見張りに「ほかも」"),
        (NAP + "    戻る: 3\n", "「等しい」の見張りに「戻る」"),
        (f"    超える: 1\n    出向く:\n      - 場所: a\n        だれ: {'b' * 101}\n", "「だれ」は100文字"),
        (f"    超える: 1\n    出向く:\n      - 場所: a\n        だれ: b\n        すること: {'c' * 201}\n", "200文字"),
    ],
)  # fmt: skip
def test_what_would_not_be_looked_at_or_cut_off_is_told(text, said):
    with pytest.raises(DefinitionRefused, match=said):
        rule(text)
