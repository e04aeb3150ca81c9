"""Devices: what of their messages is taken, what is put aside and why; keys; calibration."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.actions import device_door, devices, recalibrating
from yakuba.services.cityhub.actions.device_door import DeviceDoor, key_in
from yakuba.services.cityhub.actions.reading import READERS, Readers
from yakuba.services.cityhub.actions.serving import Hub
from yakuba.services.cityhub.actions.writer import Writer
from yakuba.services.cityhub.engine import device_readings as judging
from yakuba.services.cityhub.engine.errors import NgsiError
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.register import GivenDevice, GivenMeasure
from yakuba.services.cityhub.engine.requests import Request
from yakuba.services.cityhub.models import Device, Entity, PutAside, RawReading, Reading, Series
from yakuba.services.cityhub.queries import devices as queries

NOW = 1_900_000_000.0
KNOWN = {"wl": judging.Known("waterLevel", "m", -5, 20, ()), "bat": judging.Known("battery", "V")}


def gauge(code="WL-01", entity="river-1", **more):
    given = {
        "name": "中橋の水位計",
        "entity_id": entity,
        "entity_type": "WaterLevelObserved",
        "measures": [GivenMeasure("waterLevel", "wl", "m", -5, 20), GivenMeasure("battery", "bat", "V")],
    }
    return GivenDevice(code, **(given | more))


class Sending:
    """A device at the hub's door, without the wire: the same door, writer and store."""

    def __init__(self, key):
        self.key, self.door, self.writer = key, DeviceDoor(), Writer()

    def request(self, body, kind="application/json", path=None, headers=None):
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Request(
            "POST",
            path or f"/devices/{self.key}/readings",
            {},
            {"content-type": kind} | (headers or {}),
            content,
            time.time(),
        )

    def send(self, body, kind="application/json", **more):
        """Status and what was answered."""
        request = self.request(body, kind, **more)
        try:
            found = self.door.look_up(key_in(request))
            task = self.door.task(found, request, lambda _: None)
        except NgsiError as error:
            return error.status, error.body()
        ((_, answer),) = self.writer._stored([task])
        return answer.status, json.loads(answer.body)


@pytest.fixture
def device(in_yakuba_city, clerk):
    return devices.save(gauge(), actor=clerk)


@pytest.fixture
def line(device, clerk):
    return Sending(devices.new_key(device.pk, actor=clerk)[1])


def ago(seconds):
    return written(time.time() - seconds)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [
        ("1970-01-01T00:00:00Z", 1.0, "31日より前"),
        ("2099-01-01T00:00:00Z", 1.0, "進んでいます"),
        (None, "NaN", "数ではありません"),
        (None, "abc", "数ではありません"),
        (None, True, "数ではありません"),
        (None, None, "数ではありません"),
        (None, {"a": 1}, "数ではありません"),
        (None, 10**400, "数ではありません"),
        (None, 1e308, "数ではありません"),
        (None, 20.1, "最大の外"),
        ("yesterday", 1.0, "日時として読めません"),
        ([1], 1.0, "日時として読めません"),
        (True, 1.0, "日時として読めません"),
        (1e300, 1.0, "日時として読めません"),
        (0, 1.0, "31日より前"),
    ],
)
def test_what_cannot_be_believed_is_put_aside_alone(at, value, reason):
    sent = [judging.Sent(None, "wl", 1.5), judging.Sent(at, "wl", value), judging.Sent(None, "bat", 3.6)]
    good, bad = judging.judged(sent, KNOWN, NOW, 31)
    assert [one.number for one in good] == [1.5, 3.6]
    assert len(bad) == 1
    assert reason in bad[0].reason


def test_what_the_register_does_not_name_is_put_aside():
    good, bad = judging.judged([judging.Sent(None, "temperature", 1)], KNOWN, NOW, 31)
    assert good == []
    assert "機器台帳にない名前" in bad[0].reason


def test_json_and_csv_say_the_same():
    body = b'[{"at":"2026-04-01T09:00:00+09:00","values":{"wl":1.5,"bat":3.6}},{"values":{"wl":NaN}}]'
    table = b"at,wl,bat\n2026-04-01T09:00:00+09:00,1.5,3.6\n,NaN,\n"
    of_json = judging.read(body, "application/json")
    of_csv = judging.read(table, "text/csv; charset=utf-8")
    assert [(one.at, one.name, judging.number(one.value)) for one in of_json] == [
        (one.at, one.name, judging.number(one.value)) for one in of_csv
    ]
    assert len(of_json) == 3


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"[]", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"values":[1]}', "application/json"),
        (b"3", "application/json"),
        ("水位".encode("cp932"), "application/json"),
        (b'{"values":{"wl":' + b"1" * 300_000 + b"}}", "application/json"),
        (b"[" + b'{"values":{"wl":1}},' * 2_001 + b'{"values":{"wl":1}}]', "application/json"),
        (b"wl\n1\n", "text/csv"),
        (b"at,wl\n", "text/csv"),
        (b'at,wl\n,"1\n', "text/csv"),
        (b"at,wl\n,\x00\n", "text/csv"),
    ],
)
def test_a_message_that_is_none_gets_a_sentence(body, kind):
    with pytest.raises(NgsiError) as error:
        judging.read(body, kind)
    assert error.value.status == 400
    assert error.value.description.endswith("。")


def test_a_device_writes_its_own_and_only_that(line, device):
    status, told = line.send({"at": ago(60), "values": {"wl": 1.25, "other": 1}})
    assert (status, told["taken"], told["putAside"]) == (200, 1, 1)
    entity = Entity.objects.get()
    assert (entity.entity_id, json.loads(entity.document)["waterLevel"]["value"]) == ("river-1", 1.25)
    assert "other" not in json.loads(entity.document)
    assert Series.objects.get().unit == "m"
    device.refresh_from_db()
    assert device.heard_at is not None
    assert 55 < device.lag < 120
    assert "機器台帳にない名前" in PutAside.objects.get().reason


def test_the_key_may_stand_in_a_header(line):
    path, header = "/devices/readings", {"x-device-key": line.key}
    assert line.send({"values": {"wl": 1}}, path=path, headers=header)[0] == 200
    assert line.send({"values": {"wl": 1}}, path=path)[0] == 401


@pytest.mark.parametrize("change", ["wrong", "other town", "switched off", "made anew", "empty"])
def test_a_key_that_does_not_hold_opens_nothing(line, device, clerk, neighbour_town, change):
    if change == "wrong":
        line.key = line.key[:-1] + ("0" if line.key[-1] != "0" else "1")
    elif change == "other town":
        line.key = f"{neighbour_town.code}-{line.key.partition('-')[2]}"
    elif change == "switched off":
        devices.switch(device.pk, False, actor=clerk)
    elif change == "made anew":
        devices.new_key(device.pk, actor=clerk)
    else:
        line.key = " "
    assert line.send({"values": {"wl": 1}})[0] == 401
    assert not Reading.objects.exists()


def test_the_key_is_kept_nowhere(line, device):
    device.refresh_from_db()
    assert line.key not in str(Device.objects.values().get())
    assert device.digest == queries.digest_of(line.key)


def test_the_same_message_again_changes_nothing(line):
    body = [{"at": ago(60), "values": {"wl": 1.25}}, {"at": ago(50), "values": {"wl": 1.5}}]
    assert line.send(body)[1]["taken"] == 2
    assert line.send(body)[1] == {"taken": 2, "putAside": 0, "details": []}
    assert Reading.objects.count() == 2


def test_two_devices_with_one_key_are_noticed(line):
    at = ago(60)
    line.send({"at": at, "values": {"wl": 1.25}})
    status, told = line.send({"at": at, "values": {"wl": 7.0}})
    assert (status, told["taken"], told["putAside"]) == (200, 0, 1)
    assert "二つの機器" in told["details"][0]["reason"]
    assert Reading.objects.get().number == 1.25


def test_a_clock_that_jumps_back_neither_loses_nor_shows_old_as_new(line):
    line.send({"at": ago(60), "values": {"wl": 2.0}})
    line.send({"at": ago(7_200), "values": {"wl": 9.0}})
    assert Reading.objects.count() == 2
    assert json.loads(Entity.objects.get().document)["waterLevel"]["value"] == 2.0
    assert Series.objects.get().last_number == 2.0


def test_a_flood_is_refused_noted_once_and_others_go_on(line, device, clerk):
    set_values({"cityhub.device_rate": 2}, actor=None)
    other = Sending(devices.new_key(devices.save(gauge("WL-02", "river-2"), actor=clerk).pk, actor=clerk)[1])
    other.door, other.writer = line.door, line.writer
    answers = [line.send({"at": ago(100 - n), "values": {"wl": n / 100}})[0] for n in range(30)]
    assert answers.count(200) == 10  # five minutes' share at once
    assert set(answers) == {200, 429}
    assert other.send({"values": {"wl": 1}})[0] == 200
    assert PutAside.objects.filter(device=device, reason=device_door.FLOOD).count() == 1
    assert Reading.objects.filter(series__entity_id="river-1").count() == 10


def test_a_message_that_is_none_stands_on_the_page(line, device, clerk):
    assert line.send(b"{oops")[0] == 400
    row = PutAside.objects.get()
    assert (row.device, row.given, row.count) == (device, "{oops", 1)
    line.send(b"{oops again")
    row.refresh_from_db()
    assert (row.count, row.given) == (2, "{oops again")


def test_what_a_device_invents_does_not_fill_the_house(line):
    for start in range(0, 400, 100):
        line.send({"values": {f"n{start + n}": 1 for n in range(100)}})
    assert PutAside.objects.count() <= 52
    assert sum(PutAside.objects.values_list("count", flat=True)) == 400


def test_a_calibration_holds_from_its_moment_and_keeps_what_was_sent(line, device, clerk):
    measure = device.measures.get(attribute="waterLevel")
    devices.calibrate(measure.pk, timezone.now() - timedelta(seconds=150), 2.0, 0.5, "標準器", actor=clerk)
    line.send([{"at": ago(200), "values": {"wl": 1}}, {"at": ago(100), "values": {"wl": 1}}])
    assert list(Reading.objects.order_by("at").values_list("number", flat=True)) == [1.0, 2.5]
    assert RawReading.objects.get().number == 1.0


def test_a_calibration_of_the_past_reckons_anew_and_twice_is_once(line, device, clerk):
    line.send([{"at": ago(n), "values": {"wl": n}} for n in (9, 6, 3)])
    measure = device.measures.get(attribute="waterLevel")
    since = timezone.now() - timedelta(days=1)
    for moment, factor in ((since, 2.0), (since + timedelta(minutes=1), 3.0)):
        devices.calibrate(measure.pk, moment, factor, 1.0, "", actor=clerk)
        for _ in range(2):
            recalibrating.recalibrate(measure.pk, round(moment.timestamp() * 1e6), lambda done, total: None)
    assert list(Reading.objects.order_by("at").values_list("number", flat=True)) == [28.0, 19.0, 10.0]
    assert list(RawReading.objects.order_by("at").values_list("number", flat=True)) == [9.0, 6.0, 3.0]
    assert json.loads(Entity.objects.get().document)["waterLevel"]["value"] == 10.0
    assert Series.objects.get().last_number == 10.0
    # What is sent again is still the same, although it stands there as another number.
    assert (
        line.send({"at": written(Reading.objects.order_by("at").last().at / 1e6), "values": {"wl": 3}})[1][
            "putAside"
        ]
        == 0
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_over_the_wire_an_acknowledged_value_is_there(yakuba_city, make_staff):
    """The hub's own server, with its threads, asked as a device asks it."""
    with active_municipality(yakuba_city):
        person = make_staff(yakuba_city, "cityhub.manage")
        key = devices.new_key(devices.save(gauge(), actor=person).pk, actor=person)[1]
    asked = [
        ("POST", f"/devices/{key}/readings", b'{"values":{"wl":1.5,"bat":NaN}}'),
        ("POST", "/devices/wrong/readings", b'{"values":{"wl":2}}'),
        ("GET", f"/devices/{key}/readings", b""),
        ("POST", f"/devices/{key}/other", b"{}"),
        ("POST", f"/devices/{key}/readings", b"{"),
    ]
    assert asyncio.run(_talk(asked)) == [200, 401, 405, 404, 400]
    with active_municipality(yakuba_city):
        assert Reading.objects.get().number == 1.5
        assert PutAside.objects.count() == 2


async def _talk(asked):
    hub = Hub(1_000)
    hub._loop = asyncio.get_running_loop()
    hub._readers = Readers(hub._loop)
    port = await hub.server.listen("127.0.0.1", 0)
    hub.writer.start()
    found = []
    for method, path, body in asked:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"{method} {path} HTTP/1.1\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        answer = await asyncio.wait_for(reader.read(), 300)
        found.append(int(answer.split()[1]))
        writer.close()
    hub.server.stop_listening()
    await hub.server.finish(5)
    await asyncio.to_thread(hub.writer.stop)
    for one in [hub._readers._pool.submit(lambda: connection.close()) for _ in range(READERS)]:
        one.result()
    hub._readers.stop()
    return found
