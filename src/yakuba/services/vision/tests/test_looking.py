"""Pictures go in, once each, whatever happens in between; what is kept of them shows nobody."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from PIL import Image

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs import JobStopped
from yakuba.kernel.meter.models import Usage
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.vision import facade
from yakuba.services.vision.actions import starting, working
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.models import (
    Analysis,
    AnalysisSource,
    Camera,
    Original,
    Picture,
    RoadSection,
    SectionResult,
)
from yakuba.services.vision.tests.conftest import untold
from yakuba.services.vision.tests.pictures import BEGIN, archive, drive, film, given, jpeg, track


def test_pictures_are_kept_without_what_the_camera_noted_and_their_originals_go(look):
    row = look(files=drive(3))
    assert row.state == Analysis.State.DONE
    kept = list(Picture.objects.filter(analysis=row).order_by("index"))
    assert len(kept) == 3
    assert kept[1].latitude == pytest.approx(35.6)
    assert kept[1].longitude == pytest.approx(138.5001)
    with Image.open(io.BytesIO(content_of(kept[0].file))) as picture:
        assert not dict(picture.getexif())
        assert picture.size == (640, 360)
    assert not Original.objects.exists()
    assert not StoredFile.objects.filter(kind=StoredFile.Kind.UPLOAD).exists()
    assert Usage.objects.filter(kind="vision.pictures").count() == 3


def test_an_original_waits_sealed_and_never_lies_open_on_the_disk(in_yakuba_city, clerk):
    content = drive(1)[0][1]
    row = facade.start(
        facade.NewAnalysis("市道", Purpose.ROAD, nobody_seen=True), given([("1.jpg", content)]), actor=clerk
    )
    piece = content[2_000:2_064]
    for path in settings.YAKUBA.data_dir.rglob("*"):
        if path.is_file():
            assert piece not in path.read_bytes(), path
    assert Original.objects.filter(source__analysis=row).count() == 1


def test_one_bad_picture_is_told_by_name_and_the_others_are_seen(look):
    row = look(
        files=[
            *drive(2),
            ("bad.jpg", b"nonsense"),
            ("more.zip", archive({"in/ok.jpg": jpeg(), "in/no.png": b"\x89PNG"})),
        ]
    )
    refused = Picture.objects.filter(analysis=row, state=Picture.State.REFUSED)
    assert {one.name for one in refused} == {"bad.jpg", "in/no.png"}
    assert all("保存し直" in one.reason for one in refused)
    assert Picture.objects.filter(analysis=row, state=Picture.State.SEEN).count() == 3


def test_what_cannot_be_opened_at_all_is_told_and_stops_nothing(look):
    row = look(files=[("broken.zip", b"PK\x03\x04 broken"), ("empty.zip", archive({})), *drive(1)])
    told = dict(
        AnalysisSource.objects.filter(analysis=row, state=AnalysisSource.State.REFUSED).values_list(
            "name", "reason"
        )
    )
    assert "ZIPとして読めません" in told["broken.zip"]
    assert "写真がありません" in told["empty.zip"]
    assert row.state == Analysis.State.DONE
    assert not Original.objects.exists()


def test_killed_between_two_pictures_it_goes_on_with_the_next(in_yakuba_city, clerk):
    row = facade.start(
        facade.NewAnalysis("市道", Purpose.ROAD, nobody_seen=True), given(drive(5)), actor=clerk
    )

    def killed(done: int, total: int, note: str) -> None:
        if done == 2:
            raise JobStopped("the worker is shutting down")

    with pytest.raises(JobStopped):
        working.work(row.pk, killed)
    before = dict(Picture.objects.filter(analysis=row).values_list("index", "pk"))
    assert set(before) == {0, 1}
    working.work(row.pk, untold)
    after = dict(Picture.objects.filter(analysis=row).values_list("index", "pk"))
    assert set(after) == {0, 1, 2, 3, 4}
    assert {index: after[index] for index in before} == before
    working.work(row.pk, untold)  # a second worker that comes too late
    assert Picture.objects.filter(analysis=row).count() == 5


def test_one_that_stopped_can_go_on_as_long_as_something_waits(in_yakuba_city, clerk):
    row = facade.start(
        facade.NewAnalysis("市道", Purpose.ROAD, nobody_seen=True), given(drive(1)), actor=clerk
    )
    starting.give_up(Invalid("止まりました。"), analysis_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("stopped", "止まりました。")
    starting.take_up(analysis_id=row.pk)
    working.work(row.pk, untold)
    row.refresh_from_db()
    assert row.state == Analysis.State.DONE
    with pytest.raises(Conflict):
        starting.take_up(analysis_id=row.pk)


def test_a_film_is_cut_by_time_and_by_distance(look):
    row = look(files=[("a.mp4", film(8))], by="seconds", every=2.0)
    assert list(Picture.objects.filter(analysis=row).order_by("index").values_list("name", flat=True))[
        :2
    ] == ["0分00.0秒", "0分02.0秒"]
    assert Picture.objects.filter(analysis=row).count() in (4, 5)
    row = look(files=[("a.mp4", film(8))], by="metres", every=18.0, track=track(20))
    places = list(Picture.objects.filter(analysis=row).order_by("index").values_list("longitude", flat=True))
    assert len(places) == 4
    assert places[1] - places[0] == pytest.approx(0.0002, rel=0.02)


def test_a_track_places_pictures_by_the_time_offset(look):
    bare = [(name, jpeg((320, 180))) for name, _ in drive(1)]
    assert Picture.objects.get(analysis=look(files=bare, track=track(20))).latitude is None
    from yakuba.demo import drawn

    dated = [("1.jpg", drawn.jpeg(drawn.road(1, 1, wide=320, high=180), BEGIN))]
    late = look(files=dated, track=track(20), time_offset=5)
    assert Picture.objects.get(analysis=late).longitude == pytest.approx(138.5005)
    nowhere = look(files=dated, track=track(20), time_offset=-3600)
    assert "位置が分からない" in Picture.objects.get(analysis=nowhere).warnings[-1]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"purpose": Purpose.PARKING}, "カメラを選んで"),
        ({"purpose": Purpose.GENERAL, "nobody_seen": False}, "写っていない"),
        ({"purpose": Purpose.ROAD, "every": 0.01}, "間隔"),
    ],
)
def test_what_the_purpose_needs_is_asked_before_anything_is_kept(in_yakuba_city, clerk, more, sentence):
    with pytest.raises(Invalid, match=sentence):
        facade.start(
            facade.NewAnalysis("件名", **({"nobody_seen": True} | more)), given(drive(1)), actor=clerk
        )
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize(
    ("files", "sentence"),
    [([], "選んで"), ([("a.jpg", b"")], "空のファイル"), ([("a.mp4", b"\0\0\0\x18ftypmp42")], "軌跡")],
)
def test_what_cannot_be_begun_says_why(in_yakuba_city, clerk, files, sentence):
    with pytest.raises(Invalid, match=sentence):
        facade.start(facade.NewAnalysis("件名", Purpose.ROAD, nobody_seen=True), given(files), actor=clerk)


def test_a_broken_track_keeps_nothing(in_yakuba_city, clerk):
    with pytest.raises(Invalid, match="軌跡"):
        facade.start(
            facade.NewAnalysis("件名", Purpose.ROAD, nobody_seen=True),
            given(drive(1)),
            ("t.gpx", io.BytesIO(b"<gpx/>")),
            actor=clerk,
        )
    assert not Analysis.objects.exists()


@pytest.mark.slow
def test_sections_are_made_along_a_drive_and_measured_on_each(look):
    first = look(files=drive(24, cracks=0), title="1回目")
    assert facade.make_sections(first, 100) == 2
    assert SectionResult.objects.filter(analysis=first).count() == 2
    second = look(files=drive(24, cracks=6, seed=500), title="2回目")
    assert SectionResult.objects.filter(analysis=second).count() == 2
    assert RoadSection.objects.filter(made=True).count() == 2
    shares = [result.share for result in SectionResult.objects.order_by("analysis", "section")]
    assert all(one is not None for one in shares)
    assert sum(shares[2:]) > sum(shares[:2])
    with pytest.raises(Conflict):
        facade.make_sections(first, 100)


def test_on_a_road_without_a_blurring_model_only_the_road_is_kept(look, monkeypatch):
    from yakuba.services.vision.queries import standing

    if standing.can_blur():
        pytest.skip("faces and vehicles can be hidden here")
    row = look(files=drive(1), nobody_seen=False)
    picture = Picture.objects.get(analysis=row)
    with Image.open(io.BytesIO(content_of(picture.file))) as kept:
        assert max(kept.getpixel((320, 20))) < 12
        assert min(kept.getpixel((320, 330))) > 40
    assert any("道路の範囲だけ" in one for one in picture.warnings)


def test_a_camera_of_another_purpose_is_refused(in_yakuba_city, clerk):
    camera = Camera.objects.create(name="車庫", purpose=Purpose.PARKING)
    with pytest.raises(Invalid, match="のカメラです"):
        facade.start(
            facade.NewAnalysis("件名", Purpose.TRAP, camera, nobody_seen=True), given(drive(1)), actor=clerk
        )
