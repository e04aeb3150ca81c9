"""Real SIGKILLs of a real hub under load, with a receiver that is dead for a while; and two hubs on one database."""

from __future__ import annotations

import json
import random
import time
from contextlib import contextmanager

import pytest

from tests.postgresql_server import postgresql_server
from tests.running_house import new_house
from yakuba.services.cityhub.tests.running import GUARD, HubProcess, Receiver, Writers, token

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600), pytest.mark.xdist_group("cityhub-killed")]
ENTITIES = 4
STORED = """
import json, django
django.setup()
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.municipality import Municipality
from yakuba.services.cityhub.models import Delivery, Entity, Reading
with active_municipality(Municipality.objects.get()):
    print(json.dumps({
        "readings": [[name, int(number)] for name, number in Reading.objects.values_list("series__entity_id", "number")],
        "waiting": Delivery.objects.count(),
        "entities": {one.entity_id: one.document for one in Entity.objects.all()},
    }))
"""
DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.full)]


@contextmanager
def house_on(kind: str, folder, **settings: str):
    if kind == "sqlite":
        yield new_house(folder, **settings)
        return
    with postgresql_server() as server:
        yield new_house(folder, YAKUBA_DATABASE_URL=server.new_database("yakuba"), **settings)


def make_entities(hub: HubProcess) -> None:
    for number in range(ENTITIES):
        entity = {"id": f"k{number}", "type": "K", "a": {"type": "Number", "value": 0}}
        assert hub.ask("POST", "/v2/entities", entity)[0] == 201


@pytest.mark.parametrize("kind", DATABASES)
def test_nothing_acknowledged_is_lost_and_everything_is_told_across_kills(kind, tmp_path):
    receiver = Receiver()
    with house_on(kind, tmp_path, YAKUBA_OUTBOUND_HOSTS=receiver.host) as house:
        hub = HubProcess(house, token(house))
        hub.start()
        try:
            make_entities(hub)
            subscription = {
                "subject": {"entities": [{"idPattern": ".*", "type": "K"}]},
                "notification": {"http": {"url": f"http://{receiver.host}/told"}},
            }
            assert hub.ask("POST", "/v2/subscriptions", subscription)[0] == 201
            writers = Writers(hub, 8, ENTITIES)
            for one in range(6):
                receiver.dead = one in (2, 3)
                _wait_for_more(writers, 20 + random.randrange(60))
                hub.kill()
                hub.start()
            _wait_for_more(writers, 50)
            writers.stop()
            stored = _when_all_is_sent(house)
        finally:
            hub.kill()
            receiver.close()
    readings = {(name, number) for name, number in stored["readings"]}
    acknowledged = set(writers.acknowledged)
    assert len(acknowledged) > 200
    assert acknowledged - readings == set(), "acknowledged and not stored"
    told = {(name, number) for name, numbers in receiver.values.items() for number in numbers}
    changes = {one for one in readings if one[1]}  # zero was there before the subscription
    assert changes - told == set(), "stored and never told"
    for name, document in stored["entities"].items():
        last = json.loads(document)["a"]["value"]
        assert last in {number for entity, number in readings if entity == name}


def _wait_for_more(writers: Writers, number: int) -> None:
    wanted, deadline = len(writers.acknowledged) + number, time.monotonic() + GUARD
    while len(writers.acknowledged) < wanted:
        assert time.monotonic() < deadline, "nothing is acknowledged any more"
        time.sleep(0.005)


def _when_all_is_sent(house):
    deadline = time.monotonic() + GUARD
    while True:
        stored = json.loads(house.python(STORED))
        if not stored["waiting"]:
            return stored
        assert time.monotonic() < deadline, "notifications still wait"
        time.sleep(1)


@pytest.mark.parametrize("kind", DATABASES)
def test_two_hubs_on_one_database_lose_no_update_of_one_entity(kind, tmp_path):
    with house_on(kind, tmp_path) as house:
        key = token(house)
        hubs = [HubProcess(house, key), HubProcess(house, key)]
        try:
            for hub in hubs:
                hub.start()
            counter = {"id": "counter", "type": "C", "n": {"type": "Number", "value": 0}}
            assert hubs[0].ask("POST", "/v2/entities", counter)[0] == 201
            make_entities(hubs[1])
            writers = [Writers(hub, 4, ENTITIES) for hub in hubs]
            step = {"value": {"$inc": 1}, "type": "Number"}
            for number in range(60):
                status, _ = hubs[number % 2].ask("PUT", "/v2/entities/counter/attrs/n", step)
                assert status == 204
            for one in writers:
                _wait_for_more(one, 50)
                one.stop()
            status, value = hubs[0].ask("GET", "/v2/entities/counter?options=keyValues")
            assert (status, value["n"]) == (200, 60)
            stored = json.loads(house.python(STORED))
        finally:
            for hub in hubs:
                hub.kill()
    readings = {(name, number) for name, number in stored["readings"]}
    assert {one for each in writers for one in each.acknowledged} - readings == set()
