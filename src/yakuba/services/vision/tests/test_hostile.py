"""What nobody should send, and what must not follow from it."""

from __future__ import annotations

import csv
import io
import struct
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from django.utils import timezone

from yakuba.demo import drawn
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.fieldwork.models import Sighting
from yakuba.services.vision import facade
from yakuba.services.vision.actions import again, cameras, following, judging, looking, working
from yakuba.services.vision.actions.looking import NOT_KEPT, Eye, look
from yakuba.services.vision.contracts import Purpose, Trapped, View
from yakuba.services.vision.engine.blurring import Blurred
from yakuba.services.vision.engine.findings import Box
from yakuba.services.vision.engine.frames import film_facts
from yakuba.services.vision.models import (
    Analysis,
    AnalysisSource,
    Camera,
    Original,
    Picture,
    RoadSection,
    SectionResult,
)
from yakuba.services.vision.queries import exports, standing
from yakuba.services.vision.queries.standing import Tools
from yakuba.services.vision.tests.conftest import untold
from yakuba.services.vision.tests.pictures import BEGIN, drive, given, jpeg

NOTHING = Tools(None, None, None, None)
CALIBRATED = (1.4, 12.0, 0.6)


def test_the_house_looks_for_cracks_with_its_own_network():
    assert standing.tools().cracks is not None


def test_a_calibrated_camera_gives_a_class_in_metres_and_leaves_out_what_stands_on_the_road():
    seen = look(
        Eye(Purpose.ROAD, NOTHING, calibrated=CALIBRATED), np.asarray(drawn.road(3, 4, wide=1280, high=720))
    )
    assert seen.found["calibrated"]
    assert "0.5m" in seen.found["rule"]
    assert seen.kept is not None
    assert seen.kept.shape[:2] == (700, 350)


def test_what_stands_on_the_road_of_a_calibrated_camera_is_left_out():
    picture = np.asarray(drawn.road(3, 4, wide=1280, high=720))
    eye = Eye(Purpose.ROAD, NOTHING, calibrated=CALIBRATED)
    free = looking._from_above(eye, picture, Blurred(picture, (), ("",), ()))
    lorry = Box(0.0, 0.0, 640.0, 719.0, "truck", 0.9)
    behind = looking._from_above(eye, picture, Blurred(picture, (lorry,), ("",), (lorry,)))
    assert 0 < behind.weight < 0.7 * free.weight


def test_a_picture_that_is_said_to_be_all_road_is_not_kept_where_nobody_can_be_hidden(
    in_yakuba_city, clerk, monkeypatch
):
    seen = look(Eye(Purpose.ROAD, NOTHING, view=View.DOWN), np.asarray(drawn.road(1, 1, wide=640, high=360)))
    assert seen.kept is None
    assert NOT_KEPT in seen.warnings
    assert seen.share is not None
    monkeypatch.setattr(standing, "can_blur", lambda: False)
    with pytest.raises(Invalid, match="写っていない"):
        facade.start(facade.NewAnalysis("市道", Purpose.ROAD, view=View.DOWN), given(drive(1)), actor=clerk)


def test_one_picture_that_does_not_fit_the_camera_stops_no_other(look):
    camera = Camera.objects.create(name="車", purpose=Purpose.ROAD, height_m=1.4, pitch=12.0, focal=0.6)
    row = look(files=[*drive(1), ("small.jpg", jpeg((64, 48)))], camera=camera)
    assert row.state == Analysis.State.DONE
    told = dict(Picture.objects.filter(analysis=row).values_list("name", "reason"))
    assert "焦点距離" in told["small.jpg"]
    assert not told["000.jpg"]


@pytest.mark.parametrize("year", [1970, 2099, 9999])
def test_a_clock_that_is_wrong_gives_no_moment(in_yakuba_city, year):
    row = Picture(warnings=[])
    assert working._believed(datetime(year, 12, 31, 23, tzinfo=UTC), row) is None
    assert f"{year}年" in row.warnings[0]
    then = timezone.now() - timedelta(days=1)
    assert working._believed(then, row) == then


def test_pictures_of_a_wrong_clock_are_seen_without_a_moment(look):
    dated = [("1.jpg", drawn.jpeg(drawn.road(1, 1, wide=320, high=180), BEGIN.replace(year=2099)))]
    picture = Picture.objects.get(analysis=look(files=dated))
    assert picture.taken_at is None
    assert any("2099年" in one for one in picture.warnings)


def test_a_film_cannot_begin_in_another_century(in_yakuba_city, clerk):
    began = datetime(9999, 12, 31, 23, tzinfo=UTC)
    with pytest.raises(Invalid, match="9999年"):
        facade.start(
            facade.NewAnalysis("市道", Purpose.ROAD, began_at=began, nobody_seen=True),
            given(drive(1)),
            actor=clerk,
        )


def test_originals_that_went_before_they_were_looked_at_are_told(in_yakuba_city, clerk):
    row = facade.start(
        facade.NewAnalysis("市道", Purpose.ROAD, nobody_seen=True), given(drive(2)), actor=clerk
    )
    Original.objects.all().delete()  # as the sweep does after a week
    working.work(row.pk, untold)
    source = AnalysisSource.objects.get(analysis=row)
    assert (source.state, source.reason) == (AnalysisSource.State.REFUSED, following.GONE)


def test_an_animal_that_two_clerks_recognise_is_one_sighting(look, clerk):
    camera = Camera.objects.create(name="わな", purpose=Purpose.TRAP, latitude=35.6, longitude=138.5)
    row = look(Purpose.TRAP, drive(1), camera=camera)
    picture = Picture.objects.get(analysis=row)
    animal = judging.Seen("boar", 1)
    before = Sighting.objects.count()
    judging.judge(picture.pk, Trapped.SOMETHING, seen=animal, actor=clerk)
    with pytest.raises(Conflict, match="もう目撃に入っています"):
        judging.judge(picture.pk, Trapped.SOMETHING, seen=animal, actor=clerk)
    assert Sighting.objects.count() == before + 1
    judging.judge(picture.pk, Trapped.EMPTY, actor=clerk)
    assert Picture.objects.get(pk=picture.pk).truth == Trapped.EMPTY


def test_spaces_that_surround_nothing_are_refused_by_line():
    with pytest.raises(Invalid) as refused:
        cameras.read_spaces("A: 10,10 40,10 40,40 10,40\nB: 10,10 40,40 40,10 10,40\nC: 1,1 2,2 3,3")
    assert [one.line for one in refused.value.problems] == [2, 3]
    assert cameras.read_spaces("A: 10,10 40,10 25,15 40,40 10,40")  # dented is a shape


def test_a_space_that_is_too_small_says_so_and_not_that_empty_pictures_lack(look):
    camera = Camera.objects.create(name="車庫", purpose=Purpose.PARKING)
    cameras.set_spaces(camera, "A1: 10,10 10.5,10 10.5,10.5 10,10.5")
    shots = [(f"{one}.jpg", drawn.jpeg(drawn.car_park(one, ()))) for one in range(4)]
    first = look(Purpose.PARKING, shots, camera=camera)
    Picture.objects.filter(analysis=first).update(truth=Trapped.EMPTY)
    told = Picture.objects.filter(analysis=look(Purpose.PARKING, shots[:1], camera=camera)).get().warnings
    assert any("小さすぎます" in one for one in told)


def test_what_goes_to_the_hub_stays_in_its_column(look, monkeypatch):
    camera = Camera.objects.create(name="車庫", purpose=Purpose.PARKING, entity_id='park",x,y')
    row = look(Purpose.PARKING, drive(1), camera=camera)
    Picture.objects.filter(analysis=row).update(spaces=4, taken=1)
    texts = []
    monkeypatch.setattr(following.cityhub, "take_text", lambda text, actor: texts.append(text))
    following.bring_hub(row)
    table = list(csv.reader(texts[0].splitlines()))
    assert [len(one) for one in table] == [6, 6]
    assert table[1][0] == 'park",x,y'


def test_a_name_that_begins_like_a_formula_is_text_in_the_table(in_yakuba_city):
    line = [[138.5, 35.6], [138.501, 35.6]]
    for code, name in (("1", "＝HYPERLINK(1)"), ("\t=1", "@x")):
        RoadSection.objects.create(code=code, name=name, line=line, metres=90.0)
    table = exports.priority_table()
    assert "'＝HYPERLINK" in table
    assert "'@x" in table
    assert "'\t=1" in table


def test_the_class_is_that_of_the_camera_as_it_was_when_it_looked(look):
    section = RoadSection.objects.create(code="1", line=[[138.4999, 35.6], [138.501, 35.6]], metres=99.0)
    camera = Camera.objects.create(name="車", purpose=Purpose.ROAD)
    row = look(files=drive(4), camera=camera)
    Picture.objects.filter(analysis=row).update(share=0.21, answer="heavy", section=section)
    cameras.set_camera({"height_m": 1.4, "pitch": 12.0, "focal": 0.6}, camera)
    following.measure(Analysis.objects.get(pk=row.pk))
    assert SectionResult.objects.get(analysis=row).damage == "heavy"


def mjpeg(seconds: int, tmp_path) -> bytearray:
    """An AVI, five frames a second."""
    path = tmp_path / "film.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 5, (320, 240))
    for number in range(seconds * 5):
        writer.write(np.full((240, 320, 3), number, np.uint8))
    writer.release()
    return bytearray(path.read_bytes())


def saying(content: bytearray, frames: int) -> bytes:
    """The same with another number of frames in its heads."""
    for head, place in ((b"avih", 16), (b"strh", 32)):
        at = content.index(head) + 8 + place
        content[at : at + 4] = struct.pack("<I", frames)
    return bytes(content)


def test_a_film_that_does_not_say_how_long_it_is_is_counted(tmp_path):
    told = list(film_facts(io.BytesIO(saying(mjpeg(4, tmp_path), 0))))
    assert told[0][0]["seconds"] == pytest.approx(4.0)


def test_a_film_that_ends_before_it_said_so_is_told(look, tmp_path):
    row = look(files=[("a.avi", saying(mjpeg(4, tmp_path), 100))], by="seconds", every=1.0)
    assert row.state == Analysis.State.DONE
    assert Picture.objects.filter(analysis=row).count() == 4
    assert any("途中で終わって" in one for one in row.said)
    whole = look(files=[("a.avi", bytes(mjpeg(4, tmp_path)))], by="seconds", every=1.0)
    assert whole.said == []


def test_what_the_hub_refuses_when_pictures_are_compared_again_is_told(look, monkeypatch):
    camera = Camera.objects.create(name="車庫", purpose=Purpose.PARKING, entity_id="park")
    row = look(Purpose.PARKING, drive(1), camera=camera)
    Picture.objects.filter(analysis=row).update(spaces=4, taken=1, asks=False)

    def refuse(text, actor):
        raise Invalid("この実体はありません。")

    monkeypatch.setattr(following.cityhub, "take_text", refuse)
    again.work(camera.pk, untold)
    row.refresh_from_db()
    assert any("この実体はありません" in one for one in row.said)
