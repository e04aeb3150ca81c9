"""Pages and API of stations: from comparing keys to looking into a contradiction, with each button and each refusal."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from yakuba.kernel.tenancy import active_municipality
from yakuba.services.robots.actions import decisions
from yakuba.services.robots.actions.decisions import Decision
from yakuba.services.robots.actions.stations import handing, keys
from yakuba.services.robots.models import HandedRow, Row, Run, RunState, Station
from yakuba.services.robots.queries import station_keys
from yakuba.services.robots.tests.two_places import Place, TwoPlaces
from yakuba.services.robots.tests.two_places import places as places


def page(place: Place, name: str, /, *args: Any, **data: Any) -> Any:
    """The answer to the person of a place, wherever it leads; POST when data is given."""
    client, address = Client(), reverse(f"robots:{name}", args=args)
    client.force_login(place.office.person)
    return client.post(address, data, follow=True) if data else client.get(address, follow=True)


def told(answer: Any) -> str:
    return answer.content.decode()


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("x.yakuba-rows", content)


def test_from_the_scenario_s_page_to_the_number_by_files_that_are_carried(places: TwoPlaces) -> None:
    sender, station = places.sender, places.station
    with sender.here() as office:
        office.ready_cases(2)
        scenario = office.scenario.pk
    assert "別の端末に渡す" in told(page(sender, "scenario", scenario))
    assert "入力を任せる端末" in told(page(sender, "hand_over", scenario))
    done = page(sender, "hand_over", scenario, station=sender.other.pk, limit=1)
    assert "1件を「電算室の端末」に渡しました" in told(done)
    assert "渡すファイルを取り出し、端末へ運んでください" in told(done)
    assert "渡したままの申請" in told(page(sender, "station", sender.other.pk))
    file = page(sender, "station_file", sender.other.pk)
    assert file["Content-Disposition"].endswith('.yakuba-rows"')
    cut = page(station, "station_take", file=upload(file.content[:300]))
    assert cut.status_code == 422
    assert "何も取り込んでいません" in told(cut)
    assert "新しく1行を任されました" in told(page(station, "station_take", file=upload(file.content)))
    assert "任された実行" in told(page(station, "station", station.other.pk))
    run = places.run_at_station()
    assert "結果は渡した設備に知らせ" in told(page(station, "run", run.pk))
    places.work()
    results = page(station, "station_file", station.other.pk)
    assert "新しく1行の結果が届きました" in told(page(sender, "station_take", file=upload(results.content)))
    assert "もっと新しいファイル" not in told(page(sender, "stations"))
    assert places.sender.states() == ["entered"]


def test_without_a_station_the_page_says_what_to_do_first(office: Any, client: Client, clerk: Any) -> None:
    client.force_login(clerk)
    assert (
        "入力を任せる端末がありません"
        in client.get(reverse("robots:hand_over", args=[office.scenario.pk])).content.decode()
    )
    listed = client.get(reverse("robots:stations"), follow=True).content.decode()
    assert "別の端末はまだありません" in listed
    assert "この設備の鍵を作る" in listed
    made = client.post(reverse("robots:station_key"), follow=True).content.decode()
    assert "指紋を相手に電話で読み上げ" in made
    assert "YAKUBA" not in client.get(reverse("robots:station_key_file")).content.decode()


def test_a_wrong_fingerprint_leaves_the_form_with_what_was_typed(places: TwoPlaces) -> None:
    with places.station.here():
        content, own = keys.file(), station_keys.own_fingerprint()
    given = {"role": "station", "name": "新しい端末", "folder": ""}
    wrong = page(places.sender, "station_new", file=upload(content), fingerprint="1" * 30, **given)
    assert wrong.status_code == 422
    assert "指紋が、相手の読み上げたものと違います" in told(wrong)
    assert "新しい端末" in told(wrong)
    given["name"] = places.sender.other.name  # the same one, with the keys that it has
    assert "指紋は合っています" in told(
        page(places.sender, "station_new", file=upload(content), fingerprint=own, **given)
    )


def test_taking_back_and_a_late_result_are_seen_by_a_person(places: TwoPlaces) -> None:
    run = places.hand_over(1)
    places.to_station()
    back = page(places.sender, "take_back", run.pk, sure="1")
    assert "取り戻しました" in told(back)
    row = places.sender.rows()[0]
    shown = told(page(places.sender, "decide", row.pk))
    assert "いま照会する" not in shown
    assert "端末「電算室の端末」が同じ行を続けます" in shown
    with places.sender.here() as office:
        decisions.decide(row, Decision.ASIDE, actor=office.person)
    places.work()
    places.to_sender()
    assert "二重に登録されていないか" in told(page(places.sender, "row", row.pk))
    assert row.case.receipt_number in told(page(places.sender, "contradicted"))
    assert "食い違う申請があります" in told(page(places.sender, "stations"))
    page(places.sender, "looked_into", row.pk, sure="1")
    assert "食い違う申請はありません" in told(page(places.sender, "contradicted"))


def test_at_the_station_a_row_is_looked_up_but_not_decided(places: TwoPlaces) -> None:
    places.hand_over(1)
    places.to_station()
    with places.station.here():
        row = Row.objects.get()
        Row.objects.update(state="undecided")
    shown = told(page(places.station, "decide", row.pk))
    assert "判断は渡した設備で行います" in shown
    assert "いま照会する" in shown
    assert "もう一度入力に回す" not in shown


def test_the_station_s_page_says_what_is_wrong_and_changes_folder_and_use(places: TwoPlaces) -> None:
    with places.sender.here():
        Station.objects.update(fault="フォルダが見つかりません。")
    assert "フォルダが見つかりません" in told(page(places.sender, "station", places.sender.other.pk))
    bad = page(places.sender, "station_change", places.sender.other.pk, folder="../up", in_use="on")
    assert bad.status_code == 422
    assert "フォルダの名前は" in told(bad)
    page(places.sender, "station_change", places.sender.other.pk, folder="")
    with places.sender.here():
        assert not Station.objects.get().in_use


def test_who_may_only_look_presses_nothing(places: TwoPlaces, make_staff: Any) -> None:
    run = places.hand_over(1)
    viewer = make_staff(places.sender.town, "robots.view")
    client = Client()
    client.force_login(viewer)
    assert client.get(reverse("robots:stations"), follow=True).status_code == 200
    for name, args in (
        ("station_take", []),
        ("station_new", []),
        ("hand_over", [run.scenario_id]),
        ("station_file", [places.sender.other.pk]),
        ("contradicted", []),
    ):
        assert client.get(reverse(f"robots:{name}", args=args), follow=True).status_code == 403
    for name, args in (
        ("take_back", [run.pk]),
        ("station_key", []),
        ("station_turn", [places.sender.other.pk]),
    ):
        assert client.post(reverse(f"robots:{name}", args=args)).status_code == 403
    with active_municipality(places.sender.town):
        assert Run.objects.get().state == RunState.AWAY


def test_the_station_of_another_town_is_not_there(places: TwoPlaces) -> None:
    assert page(places.station, "station", places.sender.other.pk).status_code == 404
    with places.station.here():
        assert HandedRow.objects.count() == 0
        assert handing.parcels_of(Station.objects.get()) == []
