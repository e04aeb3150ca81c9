"""Survey files in the room: taken in, read apart, placed, measured, shown by a link, and let go."""

from __future__ import annotations

import io
from datetime import date, timedelta

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import blob_path, content_of
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import permission_names
from yakuba.kernel.retention.actions import sweep
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub.actions import surveyfiles as actions
from yakuba.services.cityhub.actions import surveymeasures, surveyshares
from yakuba.services.cityhub.engine.survey import geotiff
from yakuba.services.cityhub.models import SurveyFile, SurveyMeasure, SurveyShare, SurveySurface
from yakuba.services.cityhub.operations import surveyfiles as operations
from yakuba.services.cityhub.tests.survey_files import geotiff_bytes, hill, las, scattered

DAY = date(2026, 5, 1)
REGION = "11440, 22030\n11440, 22120\n11410, 22120\n11410, 22030"


def nothing(done, total, note):
    pass


def taken(content, actor, name="a.tif", *, title="北山（見本）", read=True, **how):
    given = {"title": title, "flown_on": DAY, "years": 5} | how
    row = actions.hand_in(name, io.BytesIO(content), **given, actor=actor)
    if read:
        actions.work(row.pk, nothing)
        row.refresh_from_db()
    return row


def measured(sort, given, actor):
    row = surveymeasures.begin(sort, "見本", {"way": "plane"} | given, actor=actor)
    surveymeasures.work(row.pk, nothing)
    row.refresh_from_db()
    return row


def pair(actor):
    """The same place twice: a heap of 8 m was brought, the rest has noise of 3 and 4 cm and an offset of 10 cm."""
    rng = np.random.default_rng(4)
    flat = hill(height=0.0)
    before = taken(
        geotiff_bytes(flat + rng.normal(0, 0.03, flat.shape).astype(np.float32)), actor, title="前"
    )
    later = hill() + 0.1 + rng.normal(0, 0.04, flat.shape).astype(np.float32)
    after = taken(geotiff_bytes(later.astype(np.float32), tile=(64, 64)), actor, title="後")
    return before.surfaces.get(), after.surfaces.get()


def test_a_surface_is_read_apart_placed_and_kept_under_the_towns_key(in_yakuba_city, clerk):
    values = hill()
    row = taken(geotiff_bytes(values, tile=(64, 64), compression="zlib"), clerk)
    assert (row.state, row.sort, row.code, row.said_by_file) == ("done", "surface", 6677, True)
    surface = row.surfaces.get()
    assert np.array_equal(np.frombuffer(content_of(surface.grid), np.float32).reshape(values.shape), values)
    assert (surface.low, surface.high) == pytest.approx((values.min(), values.max()))
    assert content_of(row.picture)[:4] == b"\x89PNG"
    stored = blob_path(surface.grid).read_bytes()
    assert values.tobytes()[:400] not in stored
    longitude, latitude = row.outline[0]
    assert 139.9 < longitude < 140.2
    assert 36.0 < latitude < 36.2


def test_points_become_two_surfaces(in_yakuba_city, clerk):
    x, y, z = scattered(30_000)
    ground = np.arange(len(x)) % 3 == 0
    cloud = las(x, y, np.where(ground, z, z + 6), np.where(ground, 2, 5).astype(np.uint8), packed=True)
    row = taken(cloud, clerk, "a.laz")
    assert row.state == "done", row.reason
    assert {one.layer for one in row.surfaces.all()} == {"top", "ground"}
    assert row.facts["classes"] == {"2": 10_000, "5": 20_000}
    assert row.facts["density"] > 8


def test_a_file_without_a_system_waits_for_a_person(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40), code=None), clerk)
    assert (row.state, row.code, row.outline) == ("done", None, [])
    assert "座標系を選んで" in actions.trouble_of(row)
    with pytest.raises(Conflict, match="座標系が決まっていない"):
        measured("area", {"survey_id": row.pk, "region": REGION}, clerk)
    with pytest.raises(Invalid, match="日本の外"):
        actions.choose_system(row.pk, 32_654, actor=clerk)
    assert 6677 in dict(actions.plausible(row))
    assert actions.choose_system(row.pk, 6677, actor=clerk).outline
    assert AuditEvent.objects.filter(name="cityhub.survey_placed").exists()


def test_a_system_that_is_not_known_here_is_said_and_not_replaced(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40), code=3857), clerk)
    assert row.code is None
    assert "EPSG:3857" in actions.trouble_of(row)
    with pytest.raises(Conflict, match="示している"):
        actions.choose_system(row.pk, 6677, actor=clerk)
    old = taken(geotiff_bytes(hill(40, 40), code=30_169), clerk)
    assert "日本測地系" in actions.trouble_of(old)


def test_a_file_that_breaks_off_fails_with_its_reason_and_can_be_tried_again(in_yakuba_city, clerk):
    data = bytearray(geotiff_bytes(hill(200, 200), tile=(64, 64), compression="zlib"))
    at = int(geotiff.Raster(io.BytesIO(bytes(data))).offsets[5])
    data[at : at + 200] = bytes(200)
    row = taken(bytes(data), clerk, read=False)
    with pytest.raises(Invalid, match="壊れて") as told:
        actions.work(row.pk, nothing)
    actions.give_up(told.value, survey_id=row.pk)
    row.refresh_from_db()
    assert (row.state, "壊れて" in row.reason) == ("failed", True)
    assert not SurveySurface.objects.exists()
    actions.take_up(survey_id=row.pk)
    assert SurveyFile.objects.get(pk=row.pk).state == "waiting"


def test_read_twice_it_is_there_once(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    SurveyFile.objects.filter(pk=row.pk).update(state="waiting")
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        actions.work(row.pk, nothing)
    assert row.surfaces.count() == 1


def test_the_area_on_the_ground_is_larger_where_the_plane_is_smaller(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill()), clerk)
    found = measured("area", {"survey_id": row.pk, "region": REGION}, clerk).result
    assert found["plane"] == pytest.approx(90 * 30)
    assert found["ground"] == pytest.approx(2_700 / 0.99990646**2, rel=2e-6)


def test_a_volume_with_what_is_to_be_believed(in_yakuba_city, clerk):
    before, after = pair(clerk)
    stable = "11499, 22001\n11499, 22149\n11490, 22149\n11490, 22001"
    asked = {"surface_id": after.pk, "other_id": before.pk, "stable": stable}
    row = measured("volume", asked, clerk)
    assert row.state == "done", row.reason
    found = row.result
    assert found["measured"]
    assert (found["sigma"], found["bias_height"]) == pytest.approx((0.05, 0.1), abs=0.01)
    truth = float((hill() - hill(height=0.0)).sum() * 0.25)
    assert found["without_bias"] == pytest.approx(truth, abs=4 * found["after_bias"] + 20)
    assert found["believed"] == pytest.approx(np.hypot(found["correlated"], found["bias"]))
    assert found["independent"] < found["believed"] / 10


def test_without_a_length_nobody_says_which_width_to_believe(in_yakuba_city, clerk):
    before, after = pair(clerk)
    asked = {"surface_id": after.pk, "other_id": before.pk, "region": REGION}
    with pytest.raises(Invalid, match="動いていない場所"):
        measured("volume", asked, clerk)
    found = measured("volume", asked | {"sigma_before": 0.05, "sigma_after": 0.05}, clerk).result
    assert (found["believed"], found["correlated"], found["bias"]) == (None, None, None)
    assert [length for length, _ in found["by_length"]] == [1, 2, 5, 10]
    whole = asked | {"sigma_before": 0.05, "sigma_after": 0.05, "length": 2.0, "bias": 0.05}
    found = measured("volume", whole, clerk).result
    assert found["believed"] == pytest.approx(np.hypot(found["correlated"], 0.05 * found["area"]))


def test_profiles_and_trees(in_yakuba_city, clerk):
    before, after = pair(clerk)
    line = "11450, 22001\n11450, 22149"
    found = measured("profile", {"surface_id": after.pk, "other_id": before.pk, "region": line}, clerk).result
    assert found["length"] == pytest.approx(148)
    assert max(z for z in found["lines"][0]["heights"] if z) > 57
    assert len(found["lines"]) == 2
    asked = {"surface_id": after.pk, "other_id": before.pk, "least": 3.0, "apart": 4.0, "smooth": 1.0}
    assert measured("trees", asked, clerk).result["number"] == 1  # the one heap


def test_surfaces_that_cannot_be_compared(in_yakuba_city, clerk):
    one = taken(geotiff_bytes(hill(40, 40)), clerk).surfaces.get()
    other = taken(geotiff_bytes(hill(40, 40), code=6676), clerk).surfaces.get()
    asked = {"surface_id": one.pk, "other_id": other.pk, "sigma_before": 0.1, "sigma_after": 0.1}
    with pytest.raises(Invalid, match="座標系が違います"):
        measured("volume", asked, clerk)
    with pytest.raises(Invalid, match="同じ面"):
        measured("volume", asked | {"other_id": one.pk}, clerk)
    far = "1, 1\n1, 2\n2, 2"
    with pytest.raises(Invalid, match="重なっていません"):
        measured("profile", {"surface_id": one.pk, "region": far}, clerk)


def test_away_with_it(in_yakuba_city, clerk):
    before, after = pair(clerk)
    asked = {"surface_id": after.pk, "other_id": before.pk, "sigma_before": 0.1, "sigma_after": 0.1}
    row = measured("volume", asked, clerk)
    with pytest.raises(Conflict, match="比較に使っています"):
        actions.remove_survey(before.survey_id, actor=clerk)
    surveymeasures.remove_measure(row.pk, actor=clerk)
    actions.remove_survey(before.survey_id, actor=clerk)
    assert not SurveyFile.objects.filter(pk=before.survey_id).exists()
    assert not StoredFile.objects.filter(pk=before.grid_id).exists()


def test_what_was_kept_long_enough_goes_by_itself(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40)), clerk, years=1)
    sweep(timezone.now() + timedelta(days=300))
    assert SurveyFile.objects.filter(pk=row.pk).exists()
    sweep(timezone.now() + timedelta(days=400))
    assert not SurveyFile.objects.filter(pk=row.pk).exists()
    assert not StoredFile.objects.filter(pk=row.file_id).exists()


@pytest.fixture
def chief(make_staff, yakuba_city):
    return make_staff(yakuba_city, *permission_names())


@pytest.fixture
def links_open(in_yakuba_city, chief):
    set_values({"cityhub.survey_links": True}, actor=chief)


def address(name, key, town=None):
    return reverse(f"shared_survey:{name}", args=[town or current_municipality().code, key])


def test_a_link_opens_one_file_until_its_last_day(links_open, clerk, chief):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    share, key = surveyshares.share(row.pk, "やくば測量（見本）", "設計の確認", 14, False, actor=chief)
    assert key not in str(SurveyShare.objects.filter(pk=share.pk).values().get())
    stranger = Client()
    answer = stranger.get(address("page", key))
    assert answer.status_code == 200
    assert "北山（見本）" in answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex"
    assert not answer.cookies
    assert stranger.get(address("picture", key)).status_code == 200
    assert stranger.get(address("file", key)).status_code == 404  # this link gives the picture alone
    share.refresh_from_db()
    assert share.opened == 1
    assert AuditEvent.objects.filter(name="cityhub.survey_share_opened").count() == 1
    SurveyShare.objects.filter(pk=share.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    ended = stranger.get(address("page", key))
    never = stranger.get(address("page", "x" * 32))
    assert (ended.status_code, ended.content) == (404, never.content)


def test_a_link_that_was_stopped_opens_nothing_and_the_file_is_given_where_it_is_said(
    links_open, clerk, chief
):
    data = geotiff_bytes(hill(40, 40))
    row = taken(data, clerk)
    share, key = surveyshares.share(row.pk, "見本", "確認", 1, True, actor=chief)
    answer = Client().get(address("file", key))
    assert b"".join(answer.streaming_content) == data
    assert answer["Content-Disposition"] == f'attachment; filename="survey-{row.pk}.tif"'
    surveyshares.revoke(share.pk, actor=chief)
    for name in ("page", "picture", "file"):
        assert Client().get(address(name, key)).status_code == 404


def test_a_link_of_one_town_opens_nothing_in_another_nor_where_the_town_has_closed_them(
    links_open, clerk, chief
):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    _, key = surveyshares.share(row.pk, "見本", "確認", 1, True, actor=chief)
    assert Client().get(address("page", key, "999999")).status_code == 404
    set_values({"cityhub.survey_links": False}, actor=chief)
    assert Client().get(address("page", key)).status_code == 404
    with pytest.raises(Conflict, match="自治体の設定"):
        surveyshares.share(row.pk, "見本", "確認", 1, True, actor=chief)


@pytest.mark.parametrize(
    "given", [{"for_whom": " "}, {"reason": ""}, {"days": 0}, {"days": 400}], ids=lambda one: str(one)
)
def test_links_say_for_whom_why_and_how_long(given, links_open, clerk, chief):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    asked = {"for_whom": "見本", "reason": "確認", "days": 3, "with_file": False} | given
    with pytest.raises(Invalid):
        surveyshares.share(row.pk, **asked, actor=chief)


def test_the_pages(links_open, clerk, chief):
    client = Client()
    client.force_login(chief)
    upload = io.BytesIO(geotiff_bytes(hill(100, 100)))
    upload.name = "あ.tif"
    given = {"file": upload, "title": "川西の広場", "flown_on": "2026-05-01", "years": "5"}
    assert client.post(reverse("cityhub:load_survey"), given).status_code == 302
    row = SurveyFile.objects.get()
    actions.work(row.pk, nothing)
    text = client.get(reverse("cityhub:surveys"), follow=True).content.decode()
    assert "川西の広場" in text
    text = client.get(reverse("cityhub:survey", args=[row.pk])).content.decode()
    assert "平面直角 第9系" in text
    assert "外の人に見せるリンク" in text
    assert client.get(reverse("cityhub:survey_picture", args=[row.pk]))["Content-Type"] == "image/png"
    region = "11490, 22010\n11490, 22040\n11460, 22040"
    asked = {"title": "三角", "region": region, "way": "plane"}
    answer = client.post(reverse("cityhub:survey_area", args=[row.pk]), asked)
    measure = SurveyMeasure.objects.get()
    surveymeasures.work(measure.pk, nothing)
    text = client.get(answer["Location"]).content.decode()
    assert "450.1" in text  # 450 m² by the plane
    wrong = client.post(reverse("cityhub:survey_area", args=[row.pk]), asked | {"region": "1"})
    assert wrong.status_code == 422


def test_every_sort_of_result_has_its_page(in_yakuba_city, clerk):
    before, after = pair(clerk)
    both = {"surface_id": after.pk, "other_id": before.pk}
    rows = [
        measured("volume", both | {"sigma_before": 0.1, "sigma_after": 0.1}, clerk),
        measured("volume", both | {"stable": "11499, 22001\n11499, 22149\n11490, 22149"}, clerk),
        measured("profile", both | {"region": "11450, 22001\n11450, 22149"}, clerk),
        measured("trees", both | {"least": 3.0, "apart": 4.0, "smooth": 1.0}, clerk),
    ]
    client = Client()
    client.force_login(clerk)
    texts = [client.get(reverse("cityhub:survey_measure", args=[row.pk])).content.decode() for row in rows]
    assert "一つに決められません" in texts[0]
    assert "信じてよい幅は" in texts[1]
    assert "線の長さ 148" in texts[2]
    assert "本数ではなく" in texts[3]


def test_facts_are_what_the_operation_tells(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    shown = operations._facts(row)
    operations.SurveyOut.model_validate(shown)
    assert shown["surfaces"][0]["cell"] == 0.5


def test_the_list_opens_with_a_file_that_has_no_outline_yet(in_yakuba_city, clerk):
    row = taken(geotiff_bytes(hill(40, 40)), clerk)
    SurveyFile.objects.filter(pk=row.pk).update(outline=[])
    client = Client()
    client.force_login(clerk)
    assert client.get(reverse("cityhub:surveys"), follow=True).status_code == 200
