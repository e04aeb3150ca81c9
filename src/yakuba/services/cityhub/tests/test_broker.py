"""What a town's broker sends: read by the town's file, stored once, acknowledged in order, and told where nothing was made of it."""

from __future__ import annotations

import json
import time
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.outbound.permission import allow_here
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions import broker_taking, brokers, devices
from yakuba.services.cityhub.actions.writer import HubFull, Writer
from yakuba.services.cityhub.adapters.mqtt import Found, Message
from yakuba.services.cityhub.engine.acknowledging import InOrder
from yakuba.services.cityhub.engine.broker_readings import Unfit, read
from yakuba.services.cityhub.engine.brokerfile import EXAMPLE, read_broker_file
from yakuba.services.cityhub.engine.brokerfindings import findings
from yakuba.services.cityhub.models import (
    BrokerAside,
    BrokerLine,
    BrokerRules,
    BrokerTaken,
    Entity,
    Reading,
)
from yakuba.services.cityhub.queries import brokers as queries
from yakuba.services.cityhub.queries import failing
from yakuba.services.cityhub.tests.test_devices import ago, gauge

ADDRESS = "mqtt://192.0.2.9:1883"
TEXT = EXAMPLE.replace("mqtts://broker.example.lg.jp:8883", ADDRESS)
FILE = read_broker_file(TEXT)


def rule(more, topic="a/{機器}", broker=""):
    return (
        f'ブローカー:\n  アドレス: {ADDRESS}\n{broker}受け取り:\n  - 名前: x\n    トピック: "{topic}"\n{more}'
    )


def sent(text, topic, payload):
    found = read(read_broker_file(text), topic, payload.encode() if isinstance(payload, str) else payload)
    return found.device, [(one.at, one.name, one.value) for one in found.sent]


# --- the file


def test_the_example_says_what_each_topic_means():
    assert FILE.filters == ("yakuba/+/readings", "rain/+/up", "well/+/+")
    body = json.dumps({"at": "2026-04-01T09:00:00+09:00", "values": {"wl": 1.5}})
    assert sent(TEXT, "yakuba/WL-1/readings", body) == ("WL-1", [("2026-04-01T09:00:00+09:00", "wl", 1.5)])
    rain = json.dumps({"time": "2026-04-01 09:00:00", "data": {"precipitation": 2, "battery": "3.6"}})
    at = 1_775_001_600.0
    assert sent(TEXT, "rain/R-1/up", rain) == ("R-1", [(at, "mm", 2), (at, "bat", "3.6")])
    assert sent(TEXT, "well/W-1/depth", "12.5") == ("W-1", [(None, "depth", "12.5")])


@pytest.mark.parametrize(
    ("more", "topic", "payload", "found"),
    [
        ("    機器: D-1\n", "a/b", '{"values": {"x": 1}}', ("D-1", [(None, "x", 1)])),
        ("    形: CSV\n", "a/{機器}", "at,x\n,1\n", ("b", [(None, "x", "1")])),
        ("    形: 数\n    値の名前: x\n", "a/{機器}", " 1.5 ", ("b", [(None, "x", "1.5")])),
        ("    機器: D-1\n", "a/#", '{"values": {"x": 1}}', ("D-1", [(None, "x", 1)])),
        ("    値:\n      x: v.1.n\n", "a/{機器}", '{"v": [0, {"n": 7}]}', ("b", [(None, "x", 7)])),
        (
            "    値:\n      x: v\n    日時: t\n",
            "a/{機器}",
            '[{"v": 1, "t": 1775001600000}, {"v": 2}]',
            ("b", [(1_775_001_600.0, "x", 1), ("", "x", 2)]),
        ),
    ],
)
def test_forms_of_payloads(more, topic, payload, found):
    assert sent(rule(more, topic), "a/b", payload) == found


@pytest.mark.parametrize(
    ("topic", "payload", "reason"),
    [
        ("other", b"1", "どの「受け取り」にも"),
        ("yakuba/WL-1/readings", b"{", "JSON"),
        ("yakuba/WL-1/readings", b"\xff", "UTF-8"),
        ("yakuba/WL-1/readings", b"x" * 300_000, "大きすぎます"),
        ("rain/R-1/up", b"\xff", "UTF-8"),
        ("rain/R-1/up", b"[" * 100_000, "JSON"),
        ("rain/R-1/up", b"{}", "値が一つも"),
        ("rain/R-1/up", b'{"data": [1]}', "値が一つも"),
        ("rain/R-1/up", json.dumps([{"data": {"precipitation": 1}}] * 2_001).encode(), "多すぎます"),
    ],
)
def test_what_nothing_can_be_made_of_has_a_reason(topic, payload, reason):
    with pytest.raises(Unfit, match=reason):
        read(FILE, topic, payload)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (rule("", broker="  パスワード: geheim\n"), "パスワード"),
        (rule("", broker="  パスワードの名前: ge heim\n"), "SECRETS"),
        (rule("").replace("mqtt://", "http://"), "mqtts://"),
        (rule("").replace("192.0.2.9", "user:word@192.0.2.9"), "利用者名"),
        (rule("", topic="a/b"), "どの機器か"),
        (rule("    機器: D-1\n"), "どちらか一つ"),
        (rule("    形: 数\n"), "値の名前"),
        (rule("", topic="a/x{機器}"), "まるごと"),
        (rule("", topic="a/#/{機器}"), "最後の段"),
        (rule("", topic="$SYS/{機器}"), r"\$"),
        (rule("    日時: t\n"), "「値」も"),
        (rule("    時差: JST\n"), "09:00"),
        (rule("") + "  - 名前: y\n    トピック: a/+\n    機器: D\n", "同じトピック"),
        (rule("    値: {}\n"), "場所"),
        ("受け取り: []\n", "ブローカー"),
    ],
)
def test_faults_of_the_file_are_told(text, reason):
    with pytest.raises(DefinitionRefused, match=reason):
        read_broker_file(text)


# --- acknowledgements


def test_acknowledgements_go_in_order_and_never_over_another_connection():
    order = InOrder()
    first, second, third = (order.came(number) for number in (7, 8, 9))
    assert order.stored(second) == []
    assert order.stored(first) == [7, 8]
    order.anew()
    again = order.came(9)
    assert order.stored(third) == []
    assert order.stored(again) == [9]


# --- into the store


@pytest.fixture
def device(in_yakuba_city, clerk):
    return devices.save(gauge(), actor=clerk)


class Line:
    """The town's connection without a wire: what it acknowledges is noted."""

    def __init__(self, town, monkeypatch, text=TEXT):
        self.acked = []
        monkeypatch.setattr(
            brokers,
            "MqttLine",
            lambda *_: SimpleNamespace(ack=self.acked.append, start=None, stop=lambda: None),
        )
        self.writer, self.tasks = Writer(), []
        self.town = brokers.TownLine(
            town, 1, read_broker_file(text), self.tasks.append, password="", gone=(), number=0, first=True
        )

    def came(self, topic, payload, mid=1, **more):
        content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        self.town.came(Message(topic, content, mid, more.get("again", False), more.get("kept", False)))

    def store(self):
        """As the writer's thread does."""
        group, self.tasks[:] = list(self.tasks), []
        for task, answer in self.writer._stored(group):
            task.answered(answer)


@pytest.fixture
def line(device, yakuba_city, monkeypatch):
    return Line(yakuba_city, monkeypatch)


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


# --- rules, state, pages


def test_a_broker_that_is_not_listed_is_refused(in_yakuba_city, clerk):
    with pytest.raises(OutboundRefused):
        brokers.set_rules(TEXT, actor=clerk)
    allow_here(ADDRESS)
    row = brokers.set_rules(TEXT, actor=clerk)
    with pytest.raises(Conflict, match="第1版"):
        brokers.set_rules(TEXT, actor=clerk, before=0)
    brokers.set_rules("", actor=clerk, before=row.version)
    assert queries.rules().file is None
    assert AuditEvent.objects.filter(name="cityhub.broker_set").count() == 2


@pytest.fixture
def listed(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "outbound_hosts", "192.0.2.9:1883")
    return brokers.set_rules(TEXT, actor=clerk)


def test_one_process_has_the_connection_and_another_takes_it_over(listed, monkeypatch):
    made = []

    class Quiet:
        def __init__(self, wanted, opened, taker):
            self.wanted = wanted
            made.append(self)

        def start(self):
            pass

        def stop(self):
            self.stopped = True

    monkeypatch.setattr(brokers, "MqttLine", Quiet)
    monkeypatch.setattr(settings.YAKUBA, "cityhub_secrets", "132012/river-broker=x,000000/river-broker=y")
    first, second = brokers.Brokers(lambda task: None), brokers.Brokers(lambda task: None)
    monkeypatch.setattr(queries, "password_of", lambda name: "word")
    first.look()
    second.look()
    assert len(made) == 1
    assert made[0].wanted.password == "word"
    BrokerLine.objects.update(held_until=time.time() - 1)
    second.look()
    assert len(made) == 2
    first.look()
    assert made[0].stopped
    assert made[1].wanted.client == made[0].wanted.client


def test_a_password_that_is_not_set_is_told(listed, monkeypatch):
    monkeypatch.setattr(settings.YAKUBA, "cityhub_secrets", "000000/river-broker=y")
    brokers.Brokers(lambda task: None).look()
    assert "YAKUBA_CITYHUB_SECRETS" in queries.state().trouble


def test_a_topic_that_is_no_longer_wanted_is_given_back(listed, clerk, monkeypatch):
    monkeypatch.setattr(queries, "password_of", lambda name: "word")
    made = []
    monkeypatch.setattr(
        brokers,
        "MqttLine",
        lambda wanted, *_: made.append(wanted) or SimpleNamespace(start=lambda: None, stop=lambda: None),
    )
    towns = brokers.Brokers(lambda task: None)
    towns.look()
    BrokerLine.objects.update(filters=["well/+/+", "old/#"])
    brokers.set_rules(TEXT + "\n", actor=clerk)
    towns.look()
    assert made[-1].gone == ("old/#",)


def test_drops_at_the_broker_are_seen_and_told(line, listed, make_staff, yakuba_city):
    BrokerLine.objects.create(held_until=time.time() + 600)
    line.town.stands(Found(True, 2000, 1, None, {"well/+/+": 1}))
    for count, rises in (("5", 0), ("12", 7), ("12", 7), ("3", 10)):  # it began anew and dropped three more
        line.town.told("$SYS/broker/publish/messages/dropped", count)
        brokers._note(line.town)
        assert BrokerLine.objects.get().rises == rises
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.manage")
    assert any("捨てて" in one.title for one in failing.failures(person))


def test_what_was_found_is_said():
    fine = {
        "plain": False,
        "remembered": True,
        "first": False,
        "in_hand": 2000,
        "qos": None,
        "seconds": None,
        "wanted": 60,
        "granted": {"a": 1},
        "unacknowledged": False,
        "version": "",
        "counter": 0,
    }
    assert findings(**fine) == []
    for more in (
        {"plain": True},
        {"remembered": False},
        {"in_hand": 20},
        {"qos": 0},
        {"seconds": 10},
        {"granted": {"a": 0}},
        {"granted": {"a": 135}},
        {"unacknowledged": True},
        {"counter": None},
    ):
        assert len(findings(**(fine | more))) == 1
    assert findings(**(fine | {"remembered": False, "first": True})) == []


def test_the_pages(line, listed, make_staff, yakuba_city):
    line.came("well/nobody/wl", b"<script>", 3)
    line.store()
    BrokerLine.objects.create(
        held_until=time.time() + 600,
        connected=False,
        trouble="つながりません",
        found=[["error", "直してください"]],
    )
    client = Client()
    client.force_login(make_staff(yakuba_city, "cityhub.view", "cityhub.manage"))
    page = client.get(reverse("cityhub:broker"), follow=True).content.decode()
    for word in ("つながりません", "直してください", "well/nobody/wl", ADDRESS, f"yakuba-{yakuba_city.code}"):
        assert word in page
    assert "<script>" not in page.partition("well/nobody/wl")[2][:300]
    rules = reverse("cityhub:broker_rules")
    assert "well/" in client.get(rules).content.decode()
    assert client.post(rules, {"text": "x", "version": "1"}).status_code == 422
    assert client.post(rules, {"text": TEXT, "version": "1"}).status_code == 302
    with active_municipality(yakuba_city):
        assert BrokerRules.objects.count() == 2
    client.force_login(make_staff(yakuba_city, "cityhub.view"))
    assert client.get(rules).status_code == 403
