"""The files between a sender and a station: old, twice, cut, forged, by a folder; keys, and what stands in a file."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots.actions.scenarios import set_register
from yakuba.services.robots.actions.stations import keys, registering, turns
from yakuba.services.robots.actions.stations.turns import Turned
from yakuba.services.robots.contracts import Problem, ProblemKind, RowState
from yakuba.services.robots.engine import stationfile
from yakuba.services.robots.models import (
    RowEvent,
    Run,
    Station,
    stored_problem,
)
from yakuba.services.robots.queries import station_keys, today
from yakuba.services.robots.tests.two_places import Place, TwoPlaces
from yakuba.services.robots.tests.two_places import places as places

S = RowState
FAR = date(2100, 3, 31)


def test_old_files_and_files_that_come_twice_change_nothing(places: TwoPlaces) -> None:
    places.hand_over(2)
    old = places.sender.file()
    places.to_station()
    assert places.station.take(old).stale
    early = places.station.file()
    places.work()
    late = places.station.file()
    assert places.sender.take(late).new == 2
    assert places.sender.take(early).stale
    assert places.sender.take(late).new == 0
    with places.sender.here():
        assert RowEvent.objects.filter(state="entered").count() == 2


@pytest.mark.parametrize("at", [0, 5, 200, -1])
def test_a_file_that_was_cut_is_refused_and_the_whole_one_is_taken_afterwards(
    places: TwoPlaces, at: int
) -> None:
    places.hand_over(2)
    places.to_station()
    places.work()
    content = places.station.file()
    with pytest.raises(Invalid, match=r"切れている|やりとりするファイルではありません"):
        places.sender.take(content[:at])
    assert places.sender.states() == ["waiting", "waiting"]
    assert places.sender.take(content).new == 2


def test_what_nobody_known_has_signed_or_what_was_changed_is_refused(places: TwoPlaces) -> None:
    places.hand_over(1)
    content = places.sender.file()
    changed = content.replace(b'"serial": 1', b'"serial": 2')
    assert changed != content
    with pytest.raises(Invalid, match="署名がありません"):
        places.station.take(changed)
    with pytest.raises(Invalid, match=r"別の設備に宛てた|署名がありません"):
        places.sender.take(content)  # our own, sent back
    flipped = content[:-1] + bytes([content[-1] ^ 1])
    with pytest.raises(Invalid, match="壊れています"):
        places.station.take(flipped)
    with places.sender.here() as office:
        keys.make(actor=office.person)  # renewed: the one that the station knows signs too
    assert places.to_station().new == 1
    with places.sender.here() as office:
        keys.make(actor=office.person)  # twice: the station knows neither
    with pytest.raises(Invalid, match="署名がありません"):
        places.to_station()


def test_another_machine_does_not_take_the_place_of_one_that_may_still_enter(places: TwoPlaces) -> None:
    """Its rows would be entered by both."""
    places.hand_over(1)
    with places.station.here():
        keys.make(actor=places.station.office.person)
        content, told = keys.file(), station_keys.own_fingerprint()
    with places.sender.here():
        given = {"name": "電算室の端末", "role": "station", "actor": places.sender.office.person}
        before = Station.objects.get().sign
        with pytest.raises(Conflict, match="渡したまま"):
            registering.accept(content, told, **given)
        assert Station.objects.get().sign == before
        assert registering.accept(content, told, same_machine=True, **given).sign != before
    places.to_station()
    places.work()
    places.to_sender()
    assert places.sender.states() == ["entered"]


def test_keys_are_accepted_only_with_the_fingerprint_that_was_read_aloud(places: TwoPlaces) -> None:
    with places.station.here() as office:
        content, own = keys.file(), station_keys.own_fingerprint()
    with places.sender.here() as office:
        take = {"name": "別の部屋", "role": "station", "actor": office.person}
        with pytest.raises(Invalid, match="指紋が"):
            registering.accept(content, own[:-1] + "0" if own[-1] != "0" else own[:-1] + "1", **take)
        with pytest.raises(Conflict, match="別の名称で登録されています"):
            registering.accept(content, own, **take)
        with pytest.raises(Invalid, match="この設備の鍵です"):
            registering.accept(keys.file(), station_keys.own_fingerprint(), **take)
        with pytest.raises(Invalid, match="鍵のファイルではありません"):
            registering.accept(b"{}", own, **take)


def test_after_a_restore_both_sides_go_on_above_what_the_other_has_seen(
    places: TwoPlaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "_moment", lambda: 0)  # a clock that was set back
    places.hand_over(1)
    for _ in range(3):
        places.to_station()
    with places.sender.here():
        Station.objects.update(sent=1)  # a backup
    assert places.to_station().stale
    places.to_sender()
    places.to_station()
    with places.sender.here():
        assert Station.objects.get().sent > 3


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"parcels": 3}',
        b'{"parcels": [{}]}',
        b'{"parcels": [{"mark": "x"}]}',
        b'{"rows": [], "refused": [], "standing": {}}',
        b'{"rows": [{"parcel": null}], "refused": {}, "standing": {}}',
    ],
)
def test_a_content_that_is_not_as_it_should_be_is_refused_whole(content: bytes) -> None:
    for read in (stationfile.parcels_from, stationfile.results_from):
        with pytest.raises(Invalid, match="決まった形"):
            read(content)


def test_what_is_written_is_read_as_it_was() -> None:
    told = stationfile.Told(
        "a" * 32, 1, 2, S.UNDECIDED, "", Problem(ProblemKind.UNCLEAR, "なぜ", similar=("似た",)), {"lookup": 1.5}, 2, None,
        {"at": "2026-12-01T00:00:00+00:00", "numbers": ["1"], "problem": ""}, 0,
    )  # fmt: skip
    results = stationfile.Results((told,), {"b" * 32: "断った"}, {})
    assert stationfile.results_from(stationfile.results_as_bytes(results)) == results
    assert stored_problem(told.problem) is not None


def folders(places: TwoPlaces, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Both see one folder from now on."""
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", path)
    for place in (places.sender, places.station):
        with place.here() as office:
            registering.change(Station.objects.get(), folder="shared", in_use=True, actor=office.person)
    return path / "990019-stations" / "shared"


def turn(place: Place) -> list[Turned]:
    with place.here():
        return turns.turn(Station.objects.get())


def test_by_a_folder_the_newest_whole_file_is_taken_and_unfinished_ones_are_left(
    places: TwoPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = folders(places, tmp_path, monkeypatch)
    places.hand_over(2)
    turn(places.sender)
    (file,) = folder.iterdir()
    content = file.read_bytes()
    file.rename(folder / f"{file.name}.part")  # another program is still copying it
    assert turn(places.station) == []
    (folder / f"{file.name}.part").unlink()
    file.write_bytes(content[: len(content) // 2])
    assert turn(places.station) == []
    with places.station.here():
        assert "切れている" in Station.objects.get().fault
    file.write_bytes(content)
    (folder / "copy.yakuba-rows").write_bytes(content)
    assert [one.new for one in turn(places.station)] == [2]
    with places.station.here():
        assert Station.objects.get().fault == ""
    assert turn(places.station) == []
    places.work()
    turn(places.station)
    assert [one.new for one in turn(places.sender)] == [2]
    for _ in range(4):  # nothing new: nothing is written
        turn(places.station)
        turn(places.sender)
    names = sorted(one.name for one in folder.iterdir())
    assert len(names) <= 2 * turns.KEPT_FILES + 1, "\n".join(names)


def test_what_was_refused_is_tried_again_with_the_same_file(
    places: TwoPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders(places, tmp_path, monkeypatch)
    with places.station.here() as office:
        set_register(
            office.scenario,
            owner=office.person,
            successor=None,
            review_on=FAR,
            in_use=False,
            actor=office.person,
        )
    places.hand_over(1)
    turn(places.sender)
    turn(places.station)
    with places.station.here() as office:
        assert "休止中" in Station.objects.get().fault
        set_register(
            office.scenario,
            owner=office.person,
            successor=None,
            review_on=FAR,
            in_use=True,
            actor=office.person,
        )
    assert [one.new for one in turn(places.station)] == [1]


def test_a_folder_that_is_gone_is_a_sentence_on_the_home_page_and_so_is_silence(
    places: TwoPlaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders(places, tmp_path, monkeypatch)
    run = places.hand_over(1)
    monkeypatch.setattr(settings.YAKUBA, "arrival_root", tmp_path / "gone")
    turn(places.sender)
    with places.sender.here() as office:
        (failure,) = [one for one in today.failures(office.person) if "別の端末" in one.title]
        assert "フォルダが見つかりません" in failure.reason
        Station.objects.update(fault="")
        assert today.failures(office.person) == []
        Run.objects.filter(pk=run.pk).update(started_at=timezone.now() - timedelta(hours=25))
        (failure,) = today.failures(office.person)
        assert "便りがありません" in failure.reason
        assert today.contradicted_queue(office.person).count == 0
