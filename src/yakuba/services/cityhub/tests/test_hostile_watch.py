"""What sensors, clocks, mail and people do to the watch: no alarm is lost, and none floods."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import tidying, watching
from yakuba.services.cityhub.engine.watching import State, looked
from yakuba.services.cityhub.models import Alarm, WatchRules
from yakuba.services.cityhub.queries import failing, watched
from yakuba.services.cityhub.tests.asking import ask
from yakuba.services.cityhub.tests.test_watching import RULES, rule, send


def test_a_value_that_flaps_is_one_alarm_until_somebody_has_seen_it(in_yakuba_city, clerk, monkeypatch):
    told = []
    monkeypatch.setattr(watching, "_send", lambda alarm, address: told.append(address))
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    now = time.time()
    for second in range(20):
        send(2.7 if second % 2 else 2.0, now - 100 + second)
        watching.look()
    assert len(told) == 1
    alarm = Alarm.objects.get()
    watching.acknowledge(alarm.pk, "見た", actor=clerk)
    send(2.0, now - 50)
    send(2.7, now - 40)
    watching.look()
    assert Alarm.objects.count() == 2


def test_who_cannot_be_reached_is_passed_over_and_the_round_begins_again(in_yakuba_city, clerk, monkeypatch):
    told = []

    def tried(alarm, address):
        told.append(address)
        if address.startswith("a@"):
            raise ValueError("no such person")

    monkeypatch.setattr(watching, "_send", tried)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.7, time.time())
    watching.look()
    assert told == ["a@example.lg.jp", "b@example.lg.jp"]
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=11))
    watching.look()
    assert len(told) == 2
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=61))
    watching.look()
    assert told[2:] == ["a@example.lg.jp", "b@example.lg.jp"]


def test_a_relay_that_is_dead_is_tried_once_in_a_look_and_told(in_yakuba_city, clerk, monkeypatch):
    tried = []

    def dead(alarm, address):
        tried.append(address)
        raise OSError("no relay")

    monkeypatch.setattr(watching, "_send", dead)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    for name in ("R1", "R2", "R3"):
        value = {"type": "Number", "value": 3.0}
        ask("POST", "/v2/entities", {"id": name, "type": "River", "level": value})
    watching.look()
    assert len(tried) == 1
    assert Alarm.objects.count() == 3
    clerk.roles.create(municipality=clerk.municipality, name="試し", permissions=["cityhub.acknowledge"])
    told = failing.failures(type(clerk).objects.get(pk=clerk.pk))
    assert len(told) == 3
    assert "だれにも知らせられません" in told[0].title
    watching.look()
    assert len(tried) == 1
    Alarm.objects.update(told_at=timezone.now() - timedelta(minutes=2))
    watching.look()
    assert len(tried) == 2


def test_an_alarm_of_a_rule_that_is_gone_ends(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(watching, "_send", lambda alarm, address: None)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.7, time.time())
    watching.look()
    assert Alarm.objects.get().ended_at is None
    facade.set_rules(RULES.replace("名前: 水位", "名前: 川"), actor=clerk)
    watching.look()
    assert Alarm.objects.get(rule="水位").ended_at is not None


def test_a_slow_rise_of_a_quick_sensor_is_seen():
    one = rule("    上がる: 1\n    変化をみる分: 60\n")
    state, events = State(), []
    for second in range(3_600):
        event = looked(one, state, 1_000.0 + second, second / 3_000, {})
        events += [event] if event else []
    assert [event.begins for event in events] == [True]
    assert len(state.past) <= 501


def test_a_reading_from_the_future_blinds_nobody(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(watching, "_send", lambda alarm, address: None)
    facade.set_rules(RULES.replace("    続く分: 5\n", ""), actor=clerk)
    send(2.0, time.time() - 60)
    watching.look()
    from yakuba.services.cityhub.models import WatchState

    for row in WatchState.objects.all():
        row.state["newest"] = time.time() + 86_400 * 365
        row.save()
    send(2.7, time.time())
    watching.look()
    assert Alarm.objects.filter(rule="水位").count() == 1


def test_nothing_is_written_where_nothing_has_come(in_yakuba_city, clerk, django_assert_max_num_queries):
    facade.set_rules(RULES, actor=clerk)
    for number in range(20):
        value = {"type": "Number", "value": 1.0}
        ask("POST", "/v2/entities", {"id": f"R{number}", "type": "River", "level": value})
    watching.look()
    with django_assert_max_num_queries(12):
        watching.look()


@pytest.mark.parametrize(
    "text",
    [
        RULES.replace("[a@example.lg.jp, b@example.lg.jp]", "[]"),
        RULES.replace("a@example.lg.jp", '"a@example.lg.jp\\nBcc: x@example.com"'),
        RULES.replace("超える: 2.5", "超える: "),
        RULES.replace("超える: 2.5", "超える: .nan"),
        RULES.replace("型: River", "型: "),
    ],
)
def test_rules_that_could_tell_nobody_or_mean_nothing_are_refused(text):
    from yakuba.kernel.definitions import DefinitionRefused
    from yakuba.services.cityhub.engine.watchrules import read_watch_file

    with pytest.raises(DefinitionRefused):
        read_watch_file(text)


def test_rules_for_which_nothing_comes_are_named(in_yakuba_city, clerk):
    facade.set_rules(RULES, actor=clerk)
    assert watched.without_series(watched.rules().file) == ["水位", "黙る"]
    send(1.0, time.time())
    assert watched.without_series(watched.rules().file) == []


def test_rosters_that_were_replaced_long_ago_go(in_yakuba_city, clerk):
    for _ in range(4):
        facade.set_rules(RULES, actor=clerk)
    for version, days in ((1, 900), (2, 500), (3, 400), (4, 10)):
        WatchRules.objects.filter(version=version).update(created_at=timezone.now() - timedelta(days=days))
    tidying.tidy()
    assert list(WatchRules.objects.order_by("version").values_list("version", flat=True)) == [3, 4]
