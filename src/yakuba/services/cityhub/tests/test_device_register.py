"""The register of devices: its table, its rules and its pages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.services.cityhub.actions import devices
from yakuba.services.cityhub.engine.register import HEAD, GivenMeasure
from yakuba.services.cityhub.models import Calibration, Device, Entity
from yakuba.services.cityhub.queries import devices as queries
from yakuba.services.cityhub.tests.test_devices import Sending, gauge


@pytest.fixture
def device(in_yakuba_city, clerk):
    return devices.save(gauge(), actor=clerk)


@pytest.fixture
def line(device, clerk):
    return Sending(devices.new_key(device.pk, actor=clerk)[1])


def test_one_attribute_has_one_writer(device, clerk):
    with pytest.raises(Invalid, match="機器 WL-01 が書きます"):
        devices.save(gauge("WL-02"), actor=clerk)
    devices.save(gauge("WL-02", measures=[GivenMeasure("rain", "r", "mm")]), actor=clerk)


def test_changing_a_device_keeps_calibrations_and_lets_names_change_places(device, clerk):
    measure = device.measures.get(attribute="waterLevel")
    devices.calibrate(measure.pk, timezone.now() + timedelta(days=1), 2.0, 0.0, "", actor=clerk)
    swapped = [GivenMeasure("waterLevel", "bat", "m"), GivenMeasure("battery", "wl", "V")]
    devices.save(gauge(measures=swapped), actor=clerk)
    assert dict(device.measures.values_list("attribute", "sent")) == {"waterLevel": "bat", "battery": "wl"}
    assert Calibration.objects.count() == 1


def table(*lines):
    return "\n".join([",".join(HEAD), *lines])


def test_the_register_goes_out_and_comes_in_again(device, clerk):
    before = queries.table_rows()
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in before]
    Device.objects.all().delete()
    assert devices.take_text(table(*lines), actor=clerk) == 1
    assert queries.table_rows() == before


def test_faults_of_a_table_stand_with_line_and_column_and_nothing_is_taken(device, clerk):
    text = table(
        "A-1,雨量計,rain-1,WeatherObserved,precipitation,,mm,0,多い,,,,",
        "A-1,別の名前,rain-1,WeatherObserved,temperature,,,,,,,,",
        "A 2,空,,WeatherObserved,x,,,,,,,,",
        "A-3,水位計,river-1,WaterLevelObserved,waterLevel,,,,,,34,,",
    )
    with pytest.raises(Invalid) as error:
        devices.take_text(text, actor=clerk)
    found = {(one.line, one.place) for one in error.value.problems}
    assert {(2, "最大"), (3, "機器番号"), (4, "機器番号"), (4, "実体"), (5, "緯度"), (5, "属性")} <= found
    assert Device.objects.count() == 1


def test_the_pages_of_a_device(device, clerk, make_staff, yakuba_city):
    person = make_staff(yakuba_city, "cityhub.view", "cityhub.manage")
    client = Client()
    client.force_login(person)
    page = client.get(reverse("cityhub:devices"), follow=True)
    assert "WL-01" in page.content.decode()
    made = client.post(reverse("cityhub:device_key", args=[device.pk])).content.decode()
    key = made.partition("POST /devices/")[2].partition("/")[0]
    with active_municipality(yakuba_city):
        assert queries.sender(key).device_id == device.pk
    assert key not in client.get(reverse("cityhub:device", args=[device.pk])).content.decode()
    given = {
        "code": "RAIN-1",
        "name": "雨量計",
        "entity_id": "rain-1",
        "entity_type": "WeatherObserved",
        "measures": "precipitation, r, mm, 0, 300\n",
        "latitude": "34.4",
        "longitude": "132.5",
    }
    answer = client.post(reverse("cityhub:new_device"), given)
    assert answer.status_code == 302
    with active_municipality(yakuba_city):
        row = Device.objects.get(code="RAIN-1")
        assert (row.measures.get().sent, row.measures.get().most) == ("r", 300.0)
        assert Entity.objects.get(entity_id="rain-1").west == 132.5
    again = client.post(reverse("cityhub:new_device"), given)
    assert again.status_code == 422
    calibration = {
        "measure_id": str(row.measures.get().pk),
        "day": "2026-04-01",
        "time": "9:00",
        "factor": "1.1",
        "offset": "0",
    }
    assert client.post(reverse("cityhub:device", args=[row.pk]), calibration).status_code == 302
    shown = client.get(reverse("cityhub:device", args=[row.pk])).content.decode()
    assert "1.1" in shown


def test_who_only_looks_makes_no_key(device, make_staff, yakuba_city):
    client = Client()
    client.force_login(make_staff(yakuba_city, "cityhub.view"))
    assert client.get(reverse("cityhub:device", args=[device.pk])).status_code == 200
    for name in ("device_key", "switch_device", "device"):
        assert client.post(reverse(f"cityhub:{name}", args=[device.pk])).status_code == 403
