"""A connection to the town’s broker without a broker: what came is put in by hand, what is acknowledged is noted."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from yakuba.services.cityhub.actions import brokers, devices
from yakuba.services.cityhub.actions.writer import Writer
from yakuba.services.cityhub.adapters.mqtt import Message
from yakuba.services.cityhub.engine.brokerfile import EXAMPLE, read_broker_file
from yakuba.services.cityhub.tests.test_devices import gauge

ADDRESS = "mqtt://192.0.2.9:1883"
TEXT = EXAMPLE.replace("mqtts://broker.example.lg.jp:8883", ADDRESS)
FILE = read_broker_file(TEXT)


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
