"""Open data: published by another person's approval, and never anything that was not chosen."""

from __future__ import annotations

import csv
import io
import json
import time

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import hours, opendata, taking
from yakuba.services.cityhub.engine.moments import written
from yakuba.services.cityhub.engine.openness import HEADS
from yakuba.services.cityhub.models import OpenDataset, Series
from yakuba.services.cityhub.queries import opendata as queries

SECRET = ("secret-bed-1", "posture", "secret-type", "voltage")
CHOSEN = {
    "code": "river",
    "title": "河川の水位",
    "description": "橋の水位計が10分ごとに測った値です。",
    "entity_type": "River",
    "ids": [],
    "attributes": ["level"],
    "placed": True,
    "detail": "last",
    "days": 0,
    "licence": "CC BY 4.0",
    "cycle": "10分ごと",
}


def entity(key, kind="River", **values):
    place = {"type": "geo:json", "value": {"type": "Point", "coordinates": [132.5, 34.4]}}
    numbers = {name: {"type": "Number", "value": value} for name, value in values.items()}
    return {"id": key, "type": kind, "location": place} | numbers


@pytest.fixture
def measured(in_yakuba_city, clerk):
    """Two rivers with what is chosen and what is not, a bed, and a river of the same type on another path."""
    facade.bring([entity("river-1", level=1.5, voltage=3), entity("river-2", level=2.5)])
    facade.bring([entity("secret-bed-1", "secret-type", posture=2, level=9)])
    facade.bring([entity("secret-path", level=7)], "/inside")
    now = time.time()
    lines = ["id,type,attribute,at,value,unit"]
    lines += [f"river-1,River,level,{written(now - 3600 * n)},{n},m" for n in range(1, 60)]
    taking.take_text("\n".join(lines), actor=clerk)
    for row in Series.objects.all():
        hours.prepare(row, now)


@pytest.fixture
def second(make_staff, yakuba_city):
    return make_staff(yakuba_city, "cityhub.approve", "cityhub.manage", "cityhub.view")


def publish(clerk, second, **more):
    row = opendata.write(CHOSEN | more, actor=clerk)
    opendata.propose(row.pk, "市民に知らせる", actor=clerk)
    approvals.approve(Approval.objects.get(subject=f"opendataset:{row.pk}"), actor=second)
    row.refresh_from_db()
    return row


def address(town, name, *arguments):
    return reverse(f"opendata:{name}", args=[town.code, *arguments])


@pytest.fixture
def opened(measured):
    set_values({"cityhub.open_data": True}, actor=None)


def test_it_takes_another_person(measured, clerk, second, make_staff, yakuba_city):
    row = opendata.write(CHOSEN, actor=clerk)
    assert queries.published_one("river") is None
    opendata.propose(row.pk, "x", actor=clerk)
    waiting = Approval.objects.get()
    assert "属性：level" in waiting.summary
    with pytest.raises(Conflict, match="本人は承認できません"):
        approvals.approve(waiting, actor=clerk)
    with pytest.raises(PermissionDenied):
        approvals.approve(waiting, actor=make_staff(yakuba_city, "cityhub.manage"))
    assert queries.published_one("river") is None
    approvals.approve(waiting, actor=second)
    assert queries.published_one("river").pk == row.pk
    assert AuditEvent.objects.filter(name="cityhub.opendata_published").count() == 1


def test_a_new_version_changes_nothing_until_it_is_approved_and_what_is_withdrawn_is_gone(
    measured, clerk, second
):
    first = publish(clerk, second)
    draft = opendata.write(CHOSEN | {"attributes": ["level", "voltage"]}, actor=clerk)
    assert queries.published_one("river").attributes == ["level"]
    opendata.propose(draft.pk, "x", actor=clerk)
    approvals.send_back(Approval.objects.get(state="proposed"), "だめ", actor=second)
    draft.refresh_from_db()
    assert queries.state_of(draft) == OpenDataset.State.DRAFT
    assert queries.published_one("river").pk == first.pk
    third = publish(clerk, second, title="別の題")
    assert list(OpenDataset.objects.filter(state="published")) == [third]
    with pytest.raises(Conflict):
        opendata.withdraw(first.pk, "x", actor=clerk)
    opendata.withdraw(third.pk, "誤り", actor=clerk)
    assert queries.published_one("river") is None


@pytest.mark.parametrize("detail", ["last", "hours", "readings"])
def test_what_everybody_reads_is_what_was_chosen(opened, clerk, second, yakuba_city, detail):
    publish(clerk, second, detail=detail, days=0 if detail == "last" else 1)
    opendata.write(CHOSEN | {"code": "secret-draft", "title": "secret-title"}, actor=clerk)
    client = Client()
    texts = {}
    for name, arguments in (
        ("index", ()),
        ("catalogue", ()),
        ("one", ("river",)),
        ("csv", ("river",)),
        ("geojson", ("river",)),
    ):
        answer = client.get(address(yakuba_city, name, *arguments))
        assert answer.status_code == 200, name
        assert not answer.cookies
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        texts[name] = content.decode("utf-8-sig")
    for name, text in texts.items():
        for word in (*SECRET, "secret-path", "secret-draft", "secret-title"):
            assert word not in text, (name, word)
    rows = list(csv.reader(io.StringIO(texts["csv"])))
    assert tuple(rows[0]) == HEADS[detail]
    assert len(rows) - 1 == {"last": 2, "hours": rows[1:].__len__(), "readings": 25}[detail]
    assert {row[0] for row in rows[1:]} <= {"river-1", "river-2"}
    features = json.loads(texts["geojson"])["features"]
    assert {one["id"] for one in features} == {"river-1", "river-2"}
    assert features[0]["geometry"]["coordinates"] == [132.5, 34.4]
    assert "creativecommons.org/licenses/by/4.0" in texts["catalogue"]
    assert json.loads(texts["catalogue"])["dcat:dataset"][0]["dct:identifier"] == "river"


def test_hours_have_mean_least_and_most(opened, clerk, second):
    row = publish(clerk, second, detail="hours", days=2)
    found = list(queries.lines(row))
    assert len(found) >= 47
    assert all(line[4] <= line[3] <= line[5] for line in found)


def test_chosen_entities_and_no_places(opened, clerk, second, yakuba_city):
    publish(clerk, second, ids=["river-2"], placed=False)
    facade_later = [entity("river-3", level=3)]
    with active_municipality(yakuba_city):
        facade.bring(facade_later)
    features = json.loads(Client().get(address(yakuba_city, "geojson", "river")).content)["features"]
    assert [(one["id"], one["geometry"]) for one in features] == [("river-2", None)]


def test_a_town_that_has_not_opened_it_has_no_such_page(measured, clerk, second, yakuba_city, neighbour_town):
    publish(clerk, second)
    assert Client().get(address(yakuba_city, "index")).status_code == 404
    set_values({"cityhub.open_data": True}, actor=None)
    assert Client().get(address(yakuba_city, "one", "river")).status_code == 200
    assert Client().get(address(neighbour_town, "one", "river")).status_code == 404
    assert Client().get(address(yakuba_city, "one", "no-such")).status_code == 404
    assert Client().post(address(yakuba_city, "index")).status_code == 405


def test_what_does_not_hold_is_told_by_field(in_yakuba_city, clerk):
    with pytest.raises(Invalid) as error:
        opendata.write(
            CHOSEN
            | {"code": "A b", "title": " ", "attributes": [], "ids": ["a b"], "detail": "hours", "days": 0},
            actor=clerk,
        )
    assert {one.place for one in error.value.problems} == {
        "アドレスの名前",
        "題名",
        "属性",
        "実体の id",
        "何日前まで",
    }
    assert not OpenDataset.objects.exists()


def test_the_staff_pages(opened, clerk, second, yakuba_city):
    client = Client()
    client.force_login(second)
    given = CHOSEN | {"attributes": "level、voltage", "ids": "river-1\nriver-2", "placed": "on"}
    answer = client.post(reverse("cityhub:new_opendata"), given)
    assert answer.status_code == 302
    with active_municipality(yakuba_city):
        row = OpenDataset.objects.get()
        assert (row.attributes, row.ids) == (["level", "voltage"], ["river-1", "river-2"])
    page = client.get(reverse("cityhub:dataset", args=[row.pk])).content.decode()
    assert "river-1" in page
    assert client.post(reverse("cityhub:propose_opendata", args=[row.pk]), {"reason": "x"}).status_code == 302
    assert "承認待ち" in client.get(reverse("cityhub:opendata"), follow=True).content.decode()
    again = client.get(reverse("cityhub:new_opendata") + f"?of={row.pk}").content.decode()
    assert "level、voltage" in again
    assert client.post(reverse("cityhub:new_opendata"), given | {"attributes": ""}).status_code == 422
