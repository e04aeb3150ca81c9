"""The connection to the town’s broker: who has it, what was found there, its pages."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.outbound.permission import allow_here
from yakuba.kernel.outbound.profile import OutboundRefused
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions import brokers
from yakuba.services.cityhub.adapters.mqtt import Found
from yakuba.services.cityhub.engine.brokerfindings import findings
from yakuba.services.cityhub.models import (
    BrokerLine,
    BrokerRules,
)
from yakuba.services.cityhub.queries import brokers as queries
from yakuba.services.cityhub.queries import failing
from yakuba.services.cityhub.tests.broker_line import ADDRESS, TEXT


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
