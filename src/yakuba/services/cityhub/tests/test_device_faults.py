"""What broken, moved, re-keyed and recalibrated devices do: a bad value harms no good one, and no number changes its meaning
unseen."""

from __future__ import annotations

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from yakuba.kernel.refusals import Invalid
from yakuba.services.cityhub.actions import devices, hours, recalibrating, taking
from yakuba.services.cityhub.engine import device_readings as judging
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.register import GivenMeasure
from yakuba.services.cityhub.models import Hour, PutAside, Reading, Series
from yakuba.services.cityhub.tests.test_devices import Sending, gauge


@pytest.fixture
def device(in_yakuba_city, clerk):
    return devices.save(gauge(), actor=clerk)


@pytest.fixture
def line(device, clerk):
    return Sending(devices.new_key(device.pk, actor=clerk)[1])


@pytest.mark.parametrize(
    "bad",
    [
        '"a\\u0000b": 1',
        '"\\ud800": 1',
        '"x": "\\ud800"',
        '"x": "\\u0000"',
        '"wl2": ' + "9" * 5_000,
        '"wl2": ' + "[" * 400 + "]" * 400,
        '"wl2": ' + '{"a":' * 400 + "1" + "}" * 400,
    ],
)
def test_a_value_that_no_database_holds_is_put_aside_alone(line, bad):
    status, told = line.send(('{"values": {"wl": 1.5, ' + bad + "}}").encode())
    assert (status, told["taken"], told["putAside"]) == (200, 1, 1), told
    assert Reading.objects.count() == 1
    assert PutAside.objects.count() == 1


def test_a_name_that_is_sent_twice_is_believed_in_neither(line):
    status, told = line.send(b'{"values": {"wl": 1.5, "wl": 2.5, "bat": 3.6}}')
    assert (status, told["taken"], told["putAside"]) == (200, 1, 1)
    assert list(Reading.objects.values_list("number", flat=True)) == [3.6]


@pytest.mark.parametrize("text", ["1_000", "1,000", "１．５", "0x10", "1e", "1e9999", "", "１_０"])
def test_what_only_looks_like_a_number_is_none(text):
    assert judging.number(text) is None


def test_a_unit_is_not_changed_below_what_was_measured(line, device, clerk):
    line.send({"values": {"wl": 1.5}})
    other = gauge(measures=[GivenMeasure("waterLevel", "wl", "cm"), GivenMeasure("battery", "bat", "V")])
    with pytest.raises(Invalid, match="単位"):
        devices.save(other, actor=clerk)
    assert Series.objects.get(attribute="waterLevel").unit == "m"


def test_a_unit_that_was_not_known_may_be_named(in_yakuba_city, clerk):
    row = devices.save(gauge(measures=[GivenMeasure("waterLevel", "wl")]), actor=clerk)
    Sending(devices.new_key(row.pk, actor=clerk)[1]).send({"values": {"wl": 1.5}})
    devices.save(gauge(measures=[GivenMeasure("waterLevel", "wl", "m")]), actor=clerk)
    assert Series.objects.get(attribute="waterLevel").unit == "m"


def test_a_key_that_was_exchanged_opens_nothing_though_it_was_known_a_moment_ago(line, device, clerk):
    request = line.request({"values": {"wl": 1.5}})
    task = line.door.task(line.door.look_up(line.key), request, lambda _: None)
    devices.new_key(device.pk, actor=clerk)
    ((_, answer),) = line.writer._stored([task])
    assert answer.status == 401
    assert not Reading.objects.exists()


@pytest.mark.parametrize(("factor", "offset"), [(1e300, 0.0), (1.0, 1e300), (1e-300, 0.0)])
def test_a_calibration_beyond_measure_is_refused(line, device, clerk, factor, offset):
    measure = device.measures.get(attribute="waterLevel")
    with pytest.raises(Invalid):
        devices.calibrate(measure.pk, timezone.now(), factor, offset, "", actor=clerk)


def refused(text, clerk):
    """What is told of a file that is not taken."""
    with pytest.raises(Invalid) as error:
        taking.take_text(text, actor=clerk)
    return "\n".join(map(str, error.value.problems))


def table(at, value=2.0, unit="m", **more):
    given = {"id": "river-1", "type": "WaterLevelObserved", "attribute": "waterLevel", "at": at} | more
    return json.dumps([given | {"value": value, "unit": unit}])


def test_a_file_does_not_mix_units(line, clerk):
    line.send({"values": {"wl": 1.5}})
    at = written(time.time() - 600)
    told = refused(table(at, 200, "lx"), clerk)
    assert "単位" in told
    earlier = time.time() - 900
    assert taking.take_text(table(written(earlier), 200, "cm"), actor=clerk) == 1
    assert Reading.objects.order_by("at").first().number == 2.0
    assert taking.take_text(table(at), actor=clerk) == 1
    assert taking.take_text(table(at, unit=""), actor=clerk) == 1


def test_two_units_in_one_file_are_told(in_yakuba_city, clerk):
    at = time.time() - 600
    lines = [
        "id,type,attribute,at,value,unit",
        f"r,R,level,{written(at)},1,m",
        f"r,R,level,{written(at + 60)},100,K",
    ]
    told = refused("\n".join(lines), clerk)
    assert "3" in told
    assert "単位「m」" in told


def test_a_file_brings_nothing_for_what_is_calibrated(line, device, clerk):
    """A calibration reckons everything anew from what the device sent; what came in a file was reckoned by somebody else."""
    measure = device.measures.get(attribute="waterLevel")
    line.send({"at": written(time.time() - 300), "values": {"wl": 1.5}})
    devices.calibrate(measure.pk, timezone.now() - timedelta(days=1), 2.0, 0.0, "点検", actor=clerk)
    recalibrating.recalibrate(measure.pk, 0, lambda done, total: None)
    told = refused(table(written(time.time() - 600)), clerk)
    assert "校正" in told
    assert list(Reading.objects.values_list("number", flat=True)) == [3.0]


@pytest.mark.parametrize(
    "at", ["1970-01-01T00:00:00Z", "1970/01/01 09:07:11", "1969-12-31T23:59:59Z", "1927-01-01", "2099-01-01"]
)
def test_a_clock_that_was_never_set_is_told_in_files_too(in_yakuba_city, clerk, at):
    told = refused(table(at), clerk)
    assert "時計" in told


@pytest.mark.parametrize("value", ["1_000", "1e300", "1e309", "nan", "inf", "１，０００"])
def test_numbers_of_files_are_numbers(in_yakuba_city, clerk, value):
    told = refused(table(written(time.time() - 60), value), clerk)
    assert "数では" in told


def test_a_moment_without_a_zone_is_the_towns_time_in_files_and_none_of_devices(line, clerk):
    moment = timezone.localtime() - timedelta(hours=2)
    taking.take_text(table(f"{moment:%Y/%m/%d %H:%M:%S}"), actor=clerk)
    assert Reading.objects.get().at == round(moment.replace(microsecond=0).timestamp() * 1e6)
    status, told = line.send({"at": f"{moment:%Y-%m-%d %H:%M:%S}", "values": {"bat": 3.6}})
    assert (status, told["putAside"]) == (200, 1)  # a device may mean either
    assert "時差" in told["details"][0]["reason"]


def test_hours_of_numbers_near_the_limit_stay_numbers(in_yakuba_city, clerk):
    at = (time.time() // 3600 - 2) * 3600
    lines = ["id,type,attribute,at,value"] + [f"r,R,level,{written(at + n)},9e299" for n in range(5)]
    taking.take_text("\n".join(lines), actor=clerk)
    hours.prepare(Series.objects.get(), time.time())
    assert Hour.objects.get().total < float("inf")
