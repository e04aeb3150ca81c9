"""What a town’s broker sends: stored once, acknowledged in order, and told where nothing was made of it."""

from __future__ import annotations

import json

import pytest
from django.db import OperationalError

from yakuba.services.cityhub.actions import broker_taking, brokers
from yakuba.services.cityhub.actions.writer import HubFull
from yakuba.services.cityhub.engine.acknowledging import InOrder
from yakuba.services.cityhub.models import (
    BrokerAside,
    BrokerTaken,
    Entity,
    Reading,
)
from yakuba.services.cityhub.tests.test_devices import ago


def test_acknowledgements_go_in_order_and_never_over_another_connection():
    order = InOrder()
    first, second, third = (order.came(number) for number in (7, 8, 9))
    assert order.stored(second) == []
    assert order.stored(first) == [7, 8]
    order.anew()
    again = order.came(9)
    assert order.stored(third) == []
    assert order.stored(again) == [9]


def test_a_message_is_acknowledged_behind_its_commit(line):
    line.came("yakuba/WL-01/readings", {"at": ago(60), "values": {"wl": 1.5}}, 1)
    line.came("yakuba/WL-01/readings", {"at": ago(30), "values": {"wl": 1.6}}, 2)
    assert line.acked == []
    line.store()
    assert line.acked == [1, 2]
    assert sorted(Reading.objects.values_list("number", flat=True)) == [1.5, 1.6]
    assert json.loads(Entity.objects.get().document)["waterLevel"]["value"] == 1.6


def test_what_is_sent_again_is_stored_once_also_without_a_moment(line):
    line.came("well/WL-01/wl", b"1.5", 5)
    line.store()
    line.came("well/WL-01/wl", b"1.5", 5, again=True)
    line.store()
    assert (line.acked, Reading.objects.count()) == ([5, 5], 1)
    line.came("well/WL-01/wl", b"1.5", 5)  # the number has come round: another message
    line.came("well/WL-01/wl", b"1.6", 6, again=True)  # never stored before
    line.store()
    assert Reading.objects.count() == 3
    assert BrokerTaken.objects.count() == 2


def test_a_burst_without_moments_keeps_each_value(line):
    for number in range(30):
        line.came("well/WL-01/wl", str(number / 10).encode(), number + 1)
    line.store()
    assert Reading.objects.count() == 30
    assert not BrokerAside.objects.exists()


@pytest.mark.parametrize(
    ("topic", "payload", "more", "reason"),
    [
        ("well/nobody/wl", b"1", {}, "機器台帳にない"),
        ("other/\ud7ff", b"1", {}, "どの「受け取り」にも"),
        ("yakuba/WL-01/readings", b"\x00\xff", {}, "UTF-8"),
        ("well/WL-01/wl", b"1", {"kept": True}, "retain"),
    ],
)
def test_what_nothing_was_made_of_is_told_and_acknowledged(line, topic, payload, more, reason):
    line.came(topic, payload, 3, **more)
    line.came("well/WL-01/wl", b"1.5", 4)
    line.store()
    assert line.acked == [3, 4]
    assert reason in BrokerAside.objects.get().reason
    assert Reading.objects.count() == 1


def test_a_kept_message_that_says_when_is_taken(line):
    line.came("yakuba/WL-01/readings", {"at": ago(600), "values": {"wl": 1.5}}, 3, kept=True)
    line.store()
    assert Reading.objects.count() == 1


def test_what_topics_are_invented_does_not_fill_the_house(line, monkeypatch):
    monkeypatch.setattr(broker_taking, "MOST_TOPICS", 3)
    for number in range(10):
        line.came(f"x/{number}", b"1", number + 1)
    line.store()
    assert BrokerAside.objects.count() == 4
    assert sum(BrokerAside.objects.values_list("count", flat=True)) == 10


# A write that fails closes the connection, which on PostgreSQL ends the test's own transaction.
@pytest.mark.sqlite
def test_what_the_database_does_not_take_is_kept_and_not_acknowledged(line, monkeypatch):
    before = broker_taking._take

    def away(*_):
        raise OperationalError("away")

    monkeypatch.setattr(broker_taking, "_take", away)
    line.came("well/WL-01/wl", b"1.5", 1)
    for _ in range(5):
        line.store()
        line.town.tick()
    assert (line.acked, Reading.objects.count()) == ([], 0)
    monkeypatch.setattr(broker_taking, "_take", before)
    line.store()
    assert (line.acked, Reading.objects.count()) == ([1], 1)


# A write that fails closes the connection, which on PostgreSQL ends the test's own transaction.
@pytest.mark.sqlite
def test_what_fails_whatever_is_done_is_told_and_holds_nothing_up(line, monkeypatch):
    before = broker_taking._take

    def breaks(space, file, came):
        if came.payload == b"9":
            raise ZeroDivisionError
        before(space, file, came)

    monkeypatch.setattr(broker_taking, "_take", breaks)
    line.came("well/WL-01/wl", b"9", 1)
    line.came("well/WL-01/wl", b"1.5", 2)
    for _ in range(brokers.TRIES + 1):
        line.store()
        line.town.tick()
    assert line.acked == [1, 2]
    assert "思わぬ" in BrokerAside.objects.get().reason


def test_a_full_writer_makes_the_broker_wait(line, monkeypatch):
    monkeypatch.setattr(brokers, "FULL", 0.001)
    full = [HubFull(), HubFull()]

    def put(task):
        if full:
            raise full.pop()
        line.tasks.append(task)

    line.town._put = put
    line.came("well/WL-01/wl", b"1.5", 1)
    line.store()
    assert line.acked == [1]
