"""A real mosquitto, a real hub, and real SIGKILLs: nothing that the broker has acknowledged is lost, and nothing is there twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest

from tests.running_house import STAFF, House, new_house
from yakuba.services.cityhub.tests.broker_server import GUARD, Mosquitto, needs_mosquitto
from yakuba.services.cityhub.tests.running import HubProcess, token

pytestmark = [
    needs_mosquitto,
    pytest.mark.slow,
    pytest.mark.timeout(3_600),
    pytest.mark.xdist_group("cityhub-killed"),
]
TIMED, BARE = 3_000, 1_000  # messages with a moment, and without
RULES = """ブローカー:
  アドレス: {address}
  版: {version}
受け取り:
  - 名前: 日時のあるもの
    トピック: "timed/{{機器}}/readings"
  - 名前: 日時のないもの
    トピック: "bare/{{機器}}/{{値}}"
    形: 数
"""
MADE = """
import django
django.setup()
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.services.cityhub.actions import devices
from yakuba.services.cityhub.engine.register import GivenDevice, GivenMeasure
with active_municipality(Municipality.objects.get()):
    for code in ("T-1", "T-2", "B-1"):
        devices.save(GivenDevice(code, code, code, "Counter", measures=[GivenMeasure("n", "n")]), actor=None)
"""
STORED = """
import json, django
django.setup()
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.services.cityhub.models import BrokerAside, BrokerLine, Reading
with active_municipality(Municipality.objects.get()):
    line = BrokerLine.objects.first()
    print(json.dumps({
        "readings": [[name, int(number)] for name, number in Reading.objects.values_list("series__entity_id", "number")],
        "aside": list(BrokerAside.objects.values_list("reason", flat=True)),
        "connected": bool(line and line.connected and line.filters),
        "found": line.found if line else [], "trouble": line.trouble if line else "",
        "rises": line.rises if line else 0, "dropped": line.dropped if line else None,
    }))
"""


def ran(house: House, program: str) -> str:
    made = subprocess.run(
        [sys.executable, "-c", program], env=house.environment, check=True, capture_output=True, text=True
    )
    return made.stdout


def stored(house: House):
    return json.loads(ran(house, STORED))


def until(house: House, holds):
    """What is stored, once that holds of it."""
    end = time.monotonic() + GUARD
    while not holds(now := stored(house)):
        assert time.monotonic() < end, (len(now["readings"]), now["trouble"], now["found"], now["aside"])
        time.sleep(0.5)
    return now


@contextmanager
def running(folder, limits=None, version="5"):
    broker = Mosquitto(folder / "broker", limits)
    house = new_house(folder / "house", YAKUBA_OUTBOUND_HOSTS=f"127.0.0.1:{broker.port}")
    hub = HubProcess(house, token(house))
    try:
        ran(house, MADE)
        (folder / "rules.yaml").write_text(RULES.format(address=broker.address, version=version))
        made = house.yakuba("cityhub", "set-broker", str(folder / "rules.yaml"), "--user", STAFF)
        assert made.returncode == 0, made.stderr
        hub.start()
        until(house, lambda now: now["connected"])
        yield broker, house, hub
    finally:
        hub.kill()
        broker.stop()


def timed(number):
    at = time.time() - 3_600 + number
    body = {"at": round(at, 3), "values": {"n": number}}
    return f"timed/T-{number % 2 + 1}/readings", json.dumps(body)


@pytest.mark.parametrize("version", ["5", pytest.param("3.1.1", marks=pytest.mark.full)])
def test_a_burst_across_kills_loses_nothing_and_stores_nothing_twice(tmp_path, version):
    with running(tmp_path, version=version) as (broker, house, hub):
        for part in range(3):
            numbers = range(part * TIMED // 3, (part + 1) * TIMED // 3)
            bare = range(part * BARE // 3, (part + 1) * BARE // 3)
            before = len(stored(house)["readings"])
            broker.publish(
                [timed(number) for number in numbers] + [("bare/B-1/n", str(number)) for number in bare]
            )
            until(house, lambda now, before=before: len(now["readings"]) > before)  # in the middle of them
            hub.kill()
            hub.start()
        expected = [[f"T-{number % 2 + 1}", number] for number in range(TIMED)]
        expected += [["B-1", number] for number in range(BARE)]
        now = until(house, lambda now: len(now["readings"]) >= len(expected))
        assert sorted(now["readings"]) == sorted(expected)
        assert now["aside"] == []
        assert now["rises"] == 0


def test_a_broker_as_it_is_delivered_throws_away_and_the_hub_sees_it(tmp_path):
    """Why the configuration is shipped: the same burst, with the usual queue, while the hub is down."""
    usual = "persistence true\nmax_queued_messages 100\n"
    with running(tmp_path, limits=usual) as (broker, house, hub):
        until(house, lambda now: now["dropped"] is not None)
        hub.kill()
        broker.publish([timed(number) for number in range(1_000)])
        hub.start()
        now = until(house, lambda now: now["rises"] > 0)
        assert len(now["readings"]) < 1_000
