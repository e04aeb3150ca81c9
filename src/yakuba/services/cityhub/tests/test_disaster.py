"""Warnings, shelters and closed roads: entered, loaded, ended, on the public page, and in the file that is carried."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.audit.models import AuditEvent
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.cityhub import facade
from yakuba.services.cityhub.actions import disaster as actions
from yakuba.services.cityhub.actions import levels
from yakuba.services.cityhub.engine.disaster import DisasterSort
from yakuba.services.cityhub.models import RoadClosure, Series, Shelter, WeatherWarning
from yakuba.services.cityhub.queries import disaster as queries

HEAD = "名前,住所,緯度,経度,定員,いまの人数,状態\n"
SHELTERS = f"{HEAD}見本体育館,中町1,34.4,132.5,400,35,開設\n見本公民館,北町2,,,80,,満員\n"


@pytest.fixture
def page(in_yakuba_city, clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def opened(in_yakuba_city, clerk, tmp_path, monkeypatch):
    """The public page is open, and lies in a folder of its own."""
    monkeypatch.setattr(settings.YAKUBA, "data_dir", tmp_path)
    set_values(
        {"cityhub.levels_public": True, "cityhub.rivers": "WaterLevelObserved, waterLevel"}, actor=clerk
    )
    return in_yakuba_city


def test_a_table_is_taken_whole_and_again_changes_what_is_there(page, clerk):
    assert actions.load_text(DisasterSort.SHELTERS, SHELTERS, actor=clerk) == 2
    actions.load_text(DisasterSort.SHELTERS, f"{HEAD}見本体育館,中町1,34.4,132.5,400,,閉鎖\n", actor=clerk)
    assert dict(Shelter.objects.values_list("name", "state")) == {
        "見本体育館": "closed",
        "見本公民館": "full",
    }
    assert AuditEvent.objects.filter(name="cityhub.disaster_set").count() == 2


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a,,34.4,,,,", "緯度と経度"),
        ("a,,91,132,,,", "-90から90"),
        ("a,,nan,132,,,", "数に"),
        ("a,,,,千,,", "整数"),
        ("a,,,,,,半開き", "開設・満員・閉鎖"),
        (",中町,,,,,", "空"),
        ("a" * 61 + ",,,,,,", "60文字"),
    ],
)
def test_faults_are_told_by_line_and_nothing_is_taken(in_yakuba_city, clerk, line, said):
    with pytest.raises(Invalid) as caught:
        actions.load_text(DisasterSort.SHELTERS, f"{SHELTERS}{line}\n", actor=clerk)
    told = " ".join(map(str, caught.value.problems))
    assert said in told
    assert "4" in told
    assert not Shelter.objects.exists()


@pytest.mark.parametrize(
    ("at", "said"),
    [("きのう", "読めません"), ("2099-01-01 00:00", "これから")],
)
def test_a_moment_that_cannot_be_is_refused(in_yakuba_city, clerk, at, said):
    cells = {"路線": "市道1号", "区間": "a", "始まりの日時": at}
    with pytest.raises(Invalid, match=said):
        actions.enter(DisasterSort.CLOSURES, cells, actor=clerk)


def closure(clerk, **more):
    at = timezone.localtime() - timedelta(hours=1)
    cells = {
        "路線": "市道1号",
        "区間": "中橋から堤防",
        "緯度": "34.402",
        "経度": "132.512",
        "始まりの日時": f"{at:%Y/%m/%d %H:%M}",
    }
    return actions.enter(DisasterSort.CLOSURES, cells | more, actor=clerk)


def test_what_is_over_is_not_over_twice(in_yakuba_city, clerk):
    row = closure(clerk)
    actions.end(DisasterSort.CLOSURES, row.pk, actor=clerk)
    with pytest.raises(Conflict):
        actions.end(DisasterSort.CLOSURES, row.pk, actor=clerk)
    assert RoadClosure.objects.get().ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_the_public_page_has_it_without_the_database(opened, clerk, django_assert_num_queries):
    now = timezone.now()
    lines = f"id,type,attribute,at,value,unit\nnaka,WaterLevelObserved,waterLevel,{now:%Y-%m-%dT%H:%M:%SZ},1.25,m\n"
    facade.take_text(lines, actor=clerk)
    actions.load_text(DisasterSort.SHELTERS, SHELTERS, actor=clerk)
    row = closure(clerk)
    at = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    warning = {
        "名前": "大雨警報",
        "区域": "見本市",
        "警戒レベル相当": "3",
        "発表者": "見本",
        "発表の日時": at,
    }
    actions.enter(DisasterSort.WARNINGS, warning, actor=clerk)
    levels.prepare()
    with django_assert_num_queries(0):
        text = Client().get(reverse("levels:page", args=[opened.code])).content.decode()
    for word in (
        "見本体育館",
        "35／400",
        "満員",
        "市道1号",
        "大雨警報",
        "警戒レベル3相当",
        "naka",
        "1.25 m",
        "<svg",
    ):
        assert word in text
    assert "<script" not in text
    assert "http" not in text.replace("http://www.w3.org", "")
    actions.end(DisasterSort.CLOSURES, row.pk, actor=clerk)
    text = Client().get(reverse("levels:page", args=[opened.code])).content.decode()
    assert "市道1号" not in text


def test_it_is_kept_in_the_page(page, clerk):
    file = SimpleUploadedFile("h.csv", SHELTERS.encode("cp932"))
    address = reverse("cityhub:load_disaster", args=["shelters"])
    assert page.post(address, {"file": file}).status_code == 302
    bad = SimpleUploadedFile("h.csv", f"{HEAD}a,,,,千,,\n".encode())
    assert page.post(address, {"file": bad}).status_code == 422
    row = Shelter.objects.get(name="見本体育館")
    page.post(
        reverse("cityhub:set_shelter", args=[row.pk]),
        {f"s{row.pk}-state": "full", f"s{row.pk}-people": "400"},
    )
    row.refresh_from_db()
    assert (row.state, row.people) == ("full", 400)
    given = {"name": "大雨警報", "area": "見本市", "source": "見本", "issued_at": "2026-07-01 13:00"}
    assert page.post(reverse("cityhub:enter_disaster", args=["warnings"]), given).status_code == 302
    warning = WeatherWarning.objects.get()
    text = page.get(reverse("cityhub:disaster")).content.decode()
    assert "大雨警報" in text
    assert "400／400" in text
    page.post(reverse("cityhub:end_disaster", args=["warnings", warning.pk]))
    assert "大雨警報" not in page.get(reverse("cityhub:disaster")).content.decode().split("出ているもの")[1]
    assert page.get(reverse("cityhub:enter_disaster", args=["nothing"])).status_code == 404


def test_the_file_that_is_carried_says_what_it_is_not(page, clerk):
    actions.load_text(DisasterSort.SHELTERS, SHELTERS, actor=clerk)
    closure(clerk)
    levels.issue(
        kind="issue", level=4, area="中町", issued_at=timezone.now(), issuer="市長 見本太郎", actor=clerk
    )  # fmt: skip
    answer = page.get(reverse("cityhub:handover"))
    content = json.loads(b"".join(answer) if answer.streaming else answer.content)
    assert "Lアラート" in content["この様式について"]
    assert [one["状態"] for one in content["避難所"]] == ["開設", "満員"]
    assert content["避難情報"][0]["名前"] == "避難指示"
    assert content["通行止め"][0]["解除"] is None


@pytest.mark.django_db(transaction=True)
def test_a_part_closed_twice_does_not_stop_the_page(opened, clerk):
    """Whatever is entered, the page follows: else a notice that is withdrawn would stand there for ever."""
    at = timezone.localtime() - timedelta(hours=3)
    closure(clerk)
    closure(clerk, **{"始まりの日時": f"{at:%Y/%m/%d %H:%M}", "緯度": "90", "経度": "-180"})
    closure(clerk, **{"路線": "<script>alert(1)</script>", "区間": "&\"'"})
    text = levels.page_of(opened.code).read_text()
    assert text.count("市道1号　中橋から堤防</strong>") == 2
    assert "<script" not in text
    assert Shelter.objects.count() == 0
    assert "いま開いている避難所はありません" in text


@pytest.mark.django_db(transaction=True)
def test_the_page_says_when_anything_of_it_was_changed(opened, clerk):
    actions.load_text(DisasterSort.SHELTERS, SHELTERS, actor=clerk)
    assert "このページの最後の変更" in levels.page_of(opened.code).read_text()


def test_what_a_table_does_not_say_stays(in_yakuba_city, clerk):
    """A list of capacities, loaded in the middle of a disaster, closes no shelter."""
    actions.load_text(DisasterSort.SHELTERS, SHELTERS, actor=clerk)
    actions.load_text(DisasterSort.SHELTERS, "名前,定員,状態\n見本体育館,500,\n", actor=clerk)
    actions.load_text(DisasterSort.SHELTERS, "名前,定員\n見本公民館,90\n新しい所,10\n", actor=clerk)
    named = {row.name: row for row in Shelter.objects.all()}
    row = named["見本体育館"]
    assert (row.state, row.people, row.capacity, row.address) == ("open", 35, 500, "中町1")
    assert (named["見本公民館"].state, named["見本公民館"].capacity) == ("full", 90)
    assert named["新しい所"].state == "closed"


def test_what_is_over_stays_over_where_a_table_does_not_say(in_yakuba_city, clerk):
    row = closure(clerk)
    actions.end(DisasterSort.CLOSURES, row.pk, actor=clerk)
    began = timezone.localtime(row.began_at)
    head = "路線,区間,始まりの日時\n"
    actions.load_text(
        DisasterSort.CLOSURES, f"{head}市道1号,中橋から堤防,{began:%Y-%m-%d %H:%M}\n", actor=clerk
    )
    assert RoadClosure.objects.get().ended_at is not None


def test_a_closed_shelter_has_nobody_in_it(in_yakuba_city, clerk):
    actions.load_text(DisasterSort.SHELTERS, f"{HEAD}見本体育館,,,,400,35,閉鎖\n", actor=clerk)
    assert Shelter.objects.get().people is None


def test_one_thing_twice_in_a_table_is_told(in_yakuba_city, clerk):
    with pytest.raises(Invalid) as caught:
        actions.load_text(DisasterSort.SHELTERS, f"{SHELTERS}見本体育館,,,,,,閉鎖\n", actor=clerk)
    assert "一行に" in str(caught.value.problems[0])
    assert not Shelter.objects.exists()


def test_what_is_over_takes_no_room(in_yakuba_city, clerk, monkeypatch):
    monkeypatch.setattr(actions, "MOST", 1)
    row = closure(clerk)
    with pytest.raises(Conflict):
        closure(clerk, 路線="市道2号")
    actions.end(DisasterSort.CLOSURES, row.pk, actor=clerk)
    closure(clerk, 路線="市道2号")


@pytest.mark.parametrize("at", ["2026/7/1 9:05", "２０２６／７／１　９：０５", "2026-07-01T09:05:00+09:00"])
def test_moments_and_numbers_as_they_are_typed_in_a_town_hall(in_yakuba_city, clerk, at):
    cells = {"名前": "大雨警報", "区域": "a", "発表者": "b", "発表の日時": at, "警戒レベル相当": "３"}
    row = actions.enter(DisasterSort.WARNINGS, cells, actor=clerk)
    assert timezone.localtime(row.issued_at).isoformat() == "2026-07-01T09:05:00+09:00"
    assert row.level == 3


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"始まりの日時": "0001-01-01 00:00"}, "古すぎ"),
        ({"始まりの日時": "2026-07-01 13:00", "解除の日時": "2026-07-01 12:59"}, "前の日時"),
    ],
)
def test_moments_in_the_wrong_order_or_age_are_refused(in_yakuba_city, clerk, more, said):
    with pytest.raises(Invalid, match=said):
        closure(clerk, **more)


def test_a_warning_without_a_level_stands_behind_those_with_one(in_yakuba_city, clerk):
    for name, level in (("強風注意報", ""), ("大雨警報", "3"), ("土砂災害警戒情報", "4")):
        cells = {"名前": name, "区域": "a", "発表者": "b", "発表の日時": "2026-07-01 13:00"}
        actions.enter(DisasterSort.WARNINGS, cells | {"警戒レベル相当": level}, actor=clerk)
    assert [row.level for row in queries.warnings()] == [4, 3, None]


@pytest.mark.parametrize(("minutes", "stale"), [(-5, False), (-61, True), (5, False), (60 * 24 * 365, True)])
def test_a_level_whose_age_nobody_knows_is_not_told_as_what_is(opened, minutes, stale):
    """A gauge whose clock ran ahead once would look fresh until that day comes."""
    at = timezone.now() + timedelta(minutes=minutes)
    Series.objects.create(
        path="/",
        entity_id="naka",
        entity_type="WaterLevelObserved",
        attribute="waterLevel",
        last_at=round(at.timestamp() * 1e6),
        last_number=1.0,
    )
    assert [one.stale for one in queries.rivers()] == [stale]
    assert ("いまの値ではありません" in levels.written()) is stale


def test_a_long_word_pushes_no_state_of_a_shelter_off_the_page(opened):
    """Without it, one long id hides all columns behind it on a phone, and cuts them off on paper."""
    look = levels.written().partition("<style>")[2].partition("</style>")[0]
    assert "overflow-wrap:anywhere" in look
    assert ".wide{overflow:visible}" in look.partition("@media print")[2]
