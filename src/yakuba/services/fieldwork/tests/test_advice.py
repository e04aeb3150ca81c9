"""Field advice: rules as they are written, what they say and do not say, tables with faults, publishing by two, pages and links."""

from __future__ import annotations

import io
import json
from datetime import date, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.registry import permission_names
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.engine.survey import vegetation
from yakuba.services.cityhub.tests.survey_files import PLANE_9, geotiff_bytes
from yakuba.services.cityhub.tests.test_surveyfiles import taken
from yakuba.services.fieldwork.actions import advice_data, advice_indices, advice_rules
from yakuba.services.fieldwork.engine.advice.rules import EXAMPLE, read_rules
from yakuba.services.fieldwork.models import (
    AdviceRuleSet,
    FarmerLink,
    FarmField,
    FieldIndex,
    FieldWeather,
    SoilSample,
)
from yakuba.services.fieldwork.queries import advice as queries

DAY = date(2026, 7, 10)
SOWN = date(2026, 5, 1)
RICE = "水稲（見本）"


def nothing(done, total, note):
    pass


def days(first, number, value):
    return {first + timedelta(days=at): value for at in range(number)}


# --- tables --------------------------------------------------------------------------------------------------


def make_field(clerk, name="北の田", **more):
    given = {
        "name": name,
        "crop": RICE,
        "sown_on": SOWN,
        "farmer": "見本 太郎",
        "station": "北山",
        "outline": "",
    }
    return advice_data.save_field(None, given | more, actor=clerk)


def test_weather_is_taken_whole_or_told_by_line(in_yakuba_city, clerk):
    text = "地点,日,平均気温,最高気温,最低気温,雨量\n北山,2026-06-01,20.5,26,15,0\n北山,令和8年6月2日,21,,16,3.5\n"
    assert advice_data.load_weather(io.BytesIO(text.encode()), {}, actor=clerk) == 2
    again = text.replace("20.5", "19.5")
    advice_data.load_weather(io.BytesIO(again.encode("cp932")), {}, actor=clerk)
    assert FieldWeather.objects.get(day=date(2026, 6, 1)).mean == 19.5
    bad = (
        "地点,日,平均気温,最高気温,最低気温,雨量\n"
        "北山,2026-13-01,20,,,\n"
        "北山,2026-06-03,二十度,,,\n"
        "北山,2026-06-04,20,15,25,\n"
        "北山,2999-01-01,20,,,\n"
        "北山,2026-06-05,nan,,,\n"
        ",2026-06-06,20,,,\n"
        "北山,2026-06-07,,,,\n"
        "北山,2026-06-08,20,,,\n"
        "北山,2026-06-08,21,,,\n"
        "北山,2026-06-09,20,,,-5\n"
    )
    with pytest.raises(Invalid) as told:
        advice_data.load_weather(io.BytesIO(bad.encode()), {}, actor=clerk)
    assert [one.line for one in told.value.problems] == [2, 3, 4, 5, 6, 7, 8, 10, 11]
    assert FieldWeather.objects.count() == 2


def test_soil_belongs_to_a_field(in_yakuba_city, clerk):
    make_field(clerk)
    text = "圃場,採った日,pH,EC\n北の田,2026-03-01,6.1,0.2\n"
    assert advice_data.load_soil(io.BytesIO(text.encode()), {}, actor=clerk) == 1
    assert SoilSample.objects.get().values == {"pH": 6.1, "EC": 0.2}
    with pytest.raises(Invalid) as told:
        advice_data.load_soil(
            io.BytesIO("圃場,採った日,pH\n南の田,2026-03-01,6\n北の田,2026-03-02,99\n".encode()),
            {},
            actor=clerk,
        )
    assert [one.line for one in told.value.problems] == [2, 3]


def square(east, north, side=0.001, **properties):
    ring = [
        [east, north],
        [east + side, north],
        [east + side, north + side],
        [east, north + side],
        [east, north],
    ]
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_fields_come_from_a_map(in_yakuba_city, clerk):
    features = [
        square(132.5, 34.4, 圃場="一", 作物=RICE, 播種日="2026-05-01"),
        square(132.51, 34.4, 圃場="二", 作物=RICE),
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    assert advice_data.load_fields(text, actor=clerk) == 2
    assert FarmField.objects.get(name="一").sown_on == SOWN
    assert advice_data.load_fields(text, actor=clerk) == 2
    assert FarmField.objects.count() == 2
    features[1]["properties"] = {"圃場": "三"}
    with pytest.raises(Invalid) as told:
        advice_data.load_fields(
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), actor=clerk
        )
    assert [one.line for one in told.value.problems] == [2]
    assert FarmField.objects.count() == 2


def test_fields_that_cannot_be(in_yakuba_city, clerk):
    row = make_field(clerk)
    with pytest.raises(Conflict, match="もうあります"):
        make_field(clerk)
    with pytest.raises(Invalid, match="空です"):
        make_field(clerk, " ")
    with pytest.raises(Invalid, match="播種"):
        make_field(clerk, "x", sown_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(Invalid, match=r"Polygon|GeoJSON"):
        make_field(clerk, "y", outline='{"type": "FeatureCollection", "features": []}')
    advice_data.remove_field(row.pk, actor=clerk)
    with pytest.raises(Missing):
        advice_data.remove_field(row.pk, actor=clerk)


# --- two people ----------------------------------------------------------------------------------------------


@pytest.fixture
def chief(make_staff, yakuba_city):
    return make_staff(yakuba_city, *permission_names())


def season(clerk):
    """A field whose weather of the last 80 days is known, with cold nights in the last five."""
    today = timezone.localdate()
    first = today - timedelta(days=80)
    row = make_field(clerk, sown_on=first)
    lines = ["地点,日,平均気温,最低気温,雨量"]
    for at in range(80):
        low = 14 if at >= 75 else 20
        lines.append(f"北山,{first + timedelta(days=at)},21,{low},3")
    advice_data.load_weather(io.BytesIO("\n".join(lines).encode()), {}, actor=clerk)
    return row


def tried(clerk, days=30):
    row = advice_rules.load(EXAMPLE, "はじめ", actor=clerk)
    advice_rules.begin_trial(row.pk, days, actor=clerk)
    advice_rules.work(row.pk, days, nothing)
    row.refresh_from_db()
    return row


def test_nothing_is_advised_before_a_second_person_has_published(in_yakuba_city, clerk, chief):
    field = season(clerk)
    row = advice_rules.load(EXAMPLE, "", actor=clerk)
    assert queries.in_force() is None
    with pytest.raises(Conflict, match="まだ試していません"):
        advice_rules.publish(row.pk, actor=chief)
    advice_rules.begin_trial(row.pk, 30, actor=clerk)
    with pytest.raises(Conflict, match="まだ試していません"):
        advice_rules.publish(row.pk, actor=chief)
    advice_rules.work(row.pk, 30, nothing)
    with pytest.raises(Conflict, match="自分で作った"):
        advice_rules.publish(row.pk, actor=clerk)
    with pytest.raises(Conflict, match="自分で作った"):
        advice_rules.publish(row.pk, actor=None)
    advice_rules.publish(row.pk, actor=chief)
    held, rules = queries.in_force()
    assert held.pk == row.pk
    (found,) = queries.advice([field], rules, queries.today())
    assert [one.rule.code for one in found.advised] == ["rice-cold"]
    advice_rules.withdraw(row.pk, actor=chief)
    assert queries.in_force() is None


def test_a_trial_says_what_was_known_on_each_day(in_yakuba_city, clerk):
    season(clerk)
    trial = {one["code"]: one for one in tried(clerk).trial["rules"]}
    # Nights of 14 and 20 °C: the mean of three falls below 17 with the second cold one (16), four days of the thirty.
    assert (trial["rice-cold"]["advised"], trial["rice-cold"]["lacking"]) == (4, 0)
    assert len(trial["rice-cold"]["examples"]) == 3
    assert trial["rice-topdress"]["advised"] == 0
    assert trial["rice-topdress"]["lacking"] > 0  # no picture was ever taken


def test_a_new_version_takes_the_place_of_the_one_before(in_yakuba_city, clerk, chief):
    season(clerk)
    first, second = tried(clerk), tried(clerk)
    advice_rules.publish(first.pk, actor=chief)
    advice_rules.publish(second.pk, actor=chief)
    states = dict(AdviceRuleSet.objects.values_list("version", "state"))
    assert states == {1: "withdrawn", 2: "published"}
    with pytest.raises(Conflict, match="公開できません"):
        advice_rules.publish(first.pk, actor=chief)
    with pytest.raises(Conflict, match="試すのは下書き"):
        advice_rules.begin_trial(second.pk, 3, actor=clerk)


def test_the_hubs_temperatures_stand_where_there_is_no_table(in_yakuba_city, clerk):
    from yakuba.services.cityhub.models import Hour, Series

    today = timezone.localdate()
    series = Series.objects.create(
        path="/",
        entity_id="field-1",
        entity_type="Weather",
        attribute="temperature",
        unit="℃",
        prepared_to=2**60,
    )
    first = today - timedelta(days=10)
    start = (
        round(timezone.make_aware(timezone.datetime(first.year, first.month, first.day)).timestamp()) // 3600
    )
    Hour.objects.bulk_create(
        Hour(series=series, hour=start + 24 * day + 12, count=1, total=22.0, least=22.0, most=22.0)
        for day in range(10)
    )
    row = make_field(clerk, sown_on=first, station="", entity_id="field-1", attribute="temperature")
    (found,) = queries.advice([row], read_rules(EXAMPLE), today)
    assert found.stage.total == 10 * 12
    assert {one.rule.code for one in found.lacking} == {"dry-soil"}  # of rain the hub knows nothing


# --- vegetation ----------------------------------------------------------------------------------------------


def test_indices_are_their_formulas():
    red, green, blue, infrared = (np.array([[one]], float) for one in (50, 90, 40, 200))
    assert vegetation.index("NDVI", [red, infrared])[0, 0] == pytest.approx(150 / 250)
    assert vegetation.index("VARI", [red, green, blue])[0, 0] == pytest.approx(40 / 100)
    zero = np.zeros((1, 1))
    assert np.isnan(vegetation.index("NDVI", [zero, zero])).all()
    assert np.isnan(
        vegetation.index("VARI", [np.array([[100.0]]), np.array([[50.0]]), np.array([[149.0]])])
    ).all()


def picture():
    """60 × 60 m: the west half leaves, the east half soil; five bands of 16 bits, the fourth is red, the fifth infrared."""
    made = np.zeros((120, 120, 5), np.uint16)
    made[:, :60] = (300, 800, 250, 400, 3_600)  # NDVI 0.8
    made[:, 60:] = (900, 1_000, 800, 1_200, 1_800)  # 0.2
    return geotiff_bytes(
        made, photometric="minisblack", planarconfig="contig", tile=(64, 64), compression="zlib"
    )


def strip(left, right):
    """A field between two eastings of the picture's place, in degrees."""
    from yakuba.services.cityhub.engine.survey.systems import systems

    plane = systems()[PLANE_9]
    corners = [
        (22_000 + left, 11_498),
        (22_000 + right, 11_498),
        (22_000 + right, 11_442),
        (22_000 + left, 11_442),
    ]
    return [[float(one) for one in plane.degrees(*each)] for each in corners]


def test_a_pictures_index_belongs_to_the_fields_it_shows(in_yakuba_city, clerk):
    survey = taken(picture(), clerk, flown_on=timezone.localdate())
    leaves, soil, half = (make_field(clerk, name) for name in ("葉", "土", "半分"))
    far = make_field(clerk, "遠い")
    for row, ring in ((leaves, strip(2, 28)), (soil, strip(32, 58)), (half, strip(40, 100))):
        FarmField.objects.filter(pk=row.pk).update(outline=ring)
    FarmField.objects.filter(pk=far.pk).update(outline=[[132.0, 34.0], [132.1, 34.0], [132.1, 34.1]])
    run = advice_indices.begin(survey.pk, "NDVI", [4, 5], actor=clerk)
    advice_indices.work(run.pk, nothing)
    found = {one.field.name: one for one in FieldIndex.objects.select_related("field")}
    assert set(found) == {"葉", "土", "半分"}
    assert (found["葉"].middle, found["土"].middle) == pytest.approx((0.8, 0.2), abs=0.006)
    known = queries.facts_of([leaves], timezone.localdate(), timezone.localdate())[leaves.pk]
    assert known.samples["NDVI"][timezone.localdate()] == pytest.approx(0.8, abs=0.006)


@pytest.mark.parametrize(
    ("kind", "bands", "reason"),
    [
        ("NDVI", [4], "赤、近赤外"),
        ("NDVI", [4, 9], "赤、近赤外"),
        ("VARI", [1, 1, 2], "二度"),
        ("EVI", [1, 2], "NDVI"),
    ],
)
def test_bands_that_do_not_fit(kind, bands, reason, in_yakuba_city, clerk):
    survey = taken(picture(), clerk)
    row = make_field(clerk)
    FarmField.objects.filter(pk=row.pk).update(outline=strip(2, 28))
    with pytest.raises(Invalid, match=reason):
        advice_indices.begin(survey.pk, kind, bands, actor=clerk)
    with pytest.raises(Missing):
        advice_indices.begin(survey.pk + 1, "NDVI", [4, 5], actor=clerk)


# --- pages ---------------------------------------------------------------------------------------------------


def test_pages_of_staff_and_the_sheet(in_yakuba_city, clerk, chief):
    client = Client()
    client.force_login(clerk)
    for name in ("advice", "advice_rules", "indices", "farmer_links"):
        assert client.get(reverse(f"fieldwork:{name}"), follow=True).status_code == 200  # with nothing there
    field = season(clerk)
    row = tried(clerk)
    advice_rules.publish(row.pk, actor=chief)
    text = client.get(reverse("fieldwork:advice")).content.decode()
    assert "低温のときの深水" in text
    text = client.get(reverse("fieldwork:farm_field", args=[field.pk])).content.decode()
    assert "最低気温の3日の平均 14.0℃" in text
    assert "見本の資料 第2表" in text
    assert "データが足りないもの" in text
    text = client.get(reverse("fieldwork:advice_rule_set", args=[row.pk])).content.decode()
    assert "で試した結果" in text
    given = {"name": "新しい田", "crop": RICE, "sown_on": "2026-05-01"}
    assert client.post(reverse("fieldwork:new_field"), given).status_code == 302
    edit = reverse("fieldwork:edit_field", args=[field.pk])
    assert client.get(edit).status_code == 200
    assert client.post(edit, given).status_code == 422  # the name is taken


def test_a_farmer_reads_the_own_fields_by_a_link(in_yakuba_city, clerk, chief):
    season(clerk)
    make_field(clerk, "よその田", farmer="見本 花子")
    row = tried(clerk)
    advice_rules.publish(row.pk, actor=chief)
    with pytest.raises(Conflict, match="自治体の設定"):
        advice_indices.make_link("見本 太郎", 30, actor=clerk)
    set_values({"fieldwork.farmer_links": True}, actor=clerk)
    with pytest.raises(Invalid, match="圃場がありません"):
        advice_indices.make_link("だれか", 30, actor=clerk)
    _link, key = advice_indices.make_link("見本 太郎", 30, actor=clerk)
    address = reverse("field_advice:page", args=[current_municipality().code, key])
    answer = Client().get(address)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "田の水を深くして" in text
    assert "よその田" not in text
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    _, newer = advice_indices.make_link("見本 太郎", 30, actor=clerk)
    assert Client().get(address).status_code == 404  # the earlier one has ended
    address = reverse("field_advice:page", args=[current_municipality().code, newer])
    FarmerLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address).status_code == 404
    assert Client().get(reverse("field_advice:page", args=["999999", newer])).status_code == 404


@pytest.mark.slow
def test_the_sheet_is_a_pdf(in_yakuba_city, clerk, chief):
    from django.template.loader import render_to_string

    from yakuba.kernel.letters.press import to_pdf

    field = season(clerk)
    row = tried(clerk)
    advice_rules.publish(row.pk, actor=chief)
    row.refresh_from_db()
    context = {
        "found": queries.advice([field], read_rules(row.text), queries.today()),
        "rules": row,
        "day": queries.today(),
        "municipality": current_municipality(),
    }
    html = render_to_string("fieldwork/advice/paper.html", context)
    assert "出典：見本の資料 第2表" in html
    assert to_pdf(html).startswith(b"%PDF")
