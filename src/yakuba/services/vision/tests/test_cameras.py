"""Car parks and traps: what was learnt from empty pictures, what people say, and who hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from yakuba.demo import drawn
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.models import Sighting
from yakuba.services.vision import facade
from yakuba.services.vision.actions import again, judging
from yakuba.services.vision.actions.cameras import read_line, read_spaces, set_camera, set_spaces, written
from yakuba.services.vision.contracts import Purpose, Verdict
from yakuba.services.vision.models import Camera, Judgement, ParkingSpace, Picture
from yakuba.services.vision.queries import pictures
from yakuba.services.vision.tests.conftest import untold
from yakuba.services.vision.tests.pictures import BEGIN

SPACES = "\n".join(f"{code}: {written(corners)}" for code, corners in drawn.SPACES.items())


def shots(made, start=BEGIN, every=10):
    """Pictures of a camera, one every ten minutes."""
    return [
        (f"{index:02}.jpg", drawn.jpeg(one, start + timedelta(minutes=every * index)))
        for index, one in enumerate(made)
    ]


@pytest.fixture
def trap(in_yakuba_city):
    return set_camera({"name": "北山", "purpose": Purpose.TRAP, "latitude": 35.6, "longitude": 138.5})


@pytest.fixture
def park(in_yakuba_city):
    row = set_camera({"name": "市役所", "purpose": Purpose.PARKING, "entity_id": "parking-1"})
    set_spaces(row, SPACES)
    return row


def judged(row, truth, actor):
    for number in facade.picture_numbers(row):
        judging.judge(number, truth, actor=actor)


def test_a_trap_asks_about_everything_until_it_knows_what_empty_is(look, trap, clerk):
    first = look(Purpose.TRAP, shots(drawn.trap(one, 0, 0.9 + 0.04 * one) for one in range(6)), camera=trap)
    assert Picture.objects.filter(analysis=first, asks=True).count() == 6
    judged(first, "empty", clerk)
    seen = [0, 150, 0, 150, 0]
    second = look(
        Purpose.TRAP, shots(drawn.trap(40 + index, animal) for index, animal in enumerate(seen)), camera=trap
    )
    found = list(Picture.objects.filter(analysis=second).order_by("index").values_list("answer", "asks"))
    assert [answer == "something" for answer, _ in found] == [False, True, False, True, False]
    assert [asks for answer, asks in found if answer == "something"] == [True, True]


def test_what_waited_is_compared_again_once_empties_are_known(look, trap, clerk):
    row = look(Purpose.TRAP, shots(drawn.trap(one, 150 if one == 7 else 0) for one in range(8)), camera=trap)
    for number in facade.picture_numbers(row)[:5]:
        judging.judge(number, "empty", actor=clerk)
    again.begin(trap)
    again.work(trap.pk, untold)
    assert list(Picture.objects.filter(analysis=row, asks=True).values_list("index", flat=True)) == [7]
    for picture in pictures.asking():
        judging.judge(picture.pk, "something", actor=clerk)
    with pytest.raises(Conflict, match="ありません"):
        again.begin(trap)


def test_an_animal_that_a_person_recognises_is_a_sighting(look, trap, clerk):
    row = look(Purpose.TRAP, shots([drawn.trap(1, 150)]), camera=trap)
    (number,) = facade.picture_numbers(row)
    with pytest.raises(Invalid, match="何か写っている"):
        judging.judge(number, "empty", seen=judging.Seen("boar", 1), actor=clerk)
    assert not Judgement.objects.exists()
    judging.judge(number, "something", seen=judging.Seen("boar", 2), actor=clerk)
    sighting = Sighting.objects.get()
    assert (sighting.species, sighting.number, sighting.latitude) == ("boar", 2, 35.6)


def test_a_car_park_counts_what_is_taken_and_tells_the_hub(look, park, clerk):
    empty = look(
        Purpose.PARKING, shots(drawn.car_park(one, (), 0.85 + 0.06 * one) for one in range(5)), camera=park
    )
    assert not Picture.objects.exclude(spaces=None).exists()
    judged(empty, "empty", clerk)
    taken = ("2", "5")
    day = BEGIN + timedelta(hours=3)
    row = look(
        Purpose.PARKING, shots([drawn.car_park(70 + one, taken) for one in range(4)], day), camera=park
    )
    last = Picture.objects.filter(analysis=row).order_by("-index")[0]
    assert (last.spaces, last.taken) == (6, 2)
    told = {(one.entity_id, one.attribute): one for one in cityhub.last_values()}
    assert told["parking-1", "availableSpotNumber"].number == 4
    assert row.said == []


def test_what_a_person_says_last_counts_and_not_sure_goes_to_another(
    look, trap, clerk, make_staff, in_yakuba_city
):
    row = look(Purpose.TRAP, shots([drawn.trap(1)]), camera=trap)
    (number,) = facade.picture_numbers(row)
    judging.judge(number, "", actor=clerk)
    other = make_staff(in_yakuba_city, "vision.review")
    assert not pictures.asking(clerk).exists()
    assert pictures.asking(other).exists()
    judging.judge(number, "something", actor=other)
    judging.judge(number, "empty", actor=clerk)
    picture = Picture.objects.get(pk=number)
    assert (picture.truth, picture.asks, picture.verdict) == ("empty", False, Verdict.GIVEN)
    assert Judgement.objects.count() == 3
    with pytest.raises(TypeError):
        Judgement.objects.first().save()
    with pytest.raises(Invalid):
        judging.judge(number, "heavy", actor=clerk)


def test_spaces_and_lines_are_read_as_people_write_them():
    assert read_spaces("A1: 10,40 25,40 25,70\n\nB：0,0 100,0 100,100 0,100") == [
        ("A1", [(0.1, 0.4), (0.25, 0.4), (0.25, 0.7)]),
        ("B", [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]),
    ]
    with pytest.raises(Invalid) as refused:
        read_spaces("A: 1,1 2,2\nA 1,1 2,2 3,3\nB: 1,1 2,x 3,3\nC: 1,1 2,2 300,3\nD: nan,1 2,2 3,3")
    assert [one.line for one in refused.value.problems] == [1, 2, 3, 4, 5]
    assert read_line("10,60 90,60") == [(0.1, 0.6), (0.9, 0.6)]
    assert read_line(" ") is None
    for wrong in ("10,60", "10,60 10,60", "a"):
        with pytest.raises(Invalid):
            read_line(wrong)


def test_a_camera_says_what_is_wrong_with_it(in_yakuba_city):
    given = {"name": "A", "purpose": Purpose.ROAD}
    for more in (
        {"latitude": 35.0},
        {"latitude": 0.0, "longitude": 0.0},
        {"height_m": 1.4},
        {"height_m": 1.4, "pitch": 0.0, "focal": 9.0},
    ):
        with pytest.raises(Invalid):
            set_camera(given | more)
    set_camera(given | {"height_m": 1.4, "pitch": 12.0, "focal": 0.8})
    with pytest.raises(Conflict, match="もうあります"):
        set_camera(given)
    with pytest.raises(Conflict):
        set_spaces(Camera.objects.get(), "A: 1,1 2,2 3,1")
    assert not ParkingSpace.objects.exists()
