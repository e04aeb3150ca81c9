"""The demo town's pictures: two drives along one road, a car park, a trap. All of it is drawn, from the same seeds."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from yakuba.demo import drawn, town
from yakuba.kernel.accounts.models import User
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.vision import facade as vision

NORTH, EAST, STEP = 34.3985, 132.5100, 0.00016  # a drive to the east, a picture about every 15 metres
PICTURES = 21
SPACES = "\n".join(
    f"{code}: {' '.join(f'{100 * x:g},{100 * y:g}' for x, y in corners)}"
    for code, corners in drawn.SPACES.items()
)


def load() -> None:
    """Load it, unless pictures were looked at already. やくば市 must be active."""
    if not vision.is_empty():
        return
    _drives()
    _car_park()
    _trap()


def _drives() -> None:
    """The road is worse on the second drive, in its middle."""
    clerk, today = (
        town.user("kacho"),
        timezone.localtime().replace(hour=10, minute=0, second=0, microsecond=0),
    )
    for days, worse in ((100, 0), (3, 3)):
        begin = (today - timedelta(days=days)).replace(tzinfo=None)
        files = [
            (
                f"走行_{number + 1:03}.jpg",
                drawn.jpeg(
                    drawn.road(100 * days + number, _cracks(number, worse)), begin + timedelta(seconds=2 * number), (NORTH, EAST + STEP * number)
                ),
            )
            for number in range(PICTURES)
        ]  # fmt: skip
        broken = [("壊れた写真.jpg", b"not a picture")] if worse else []
        row = _look(
            vision.NewAnalysis(f"市道3号 走行（{begin:%m月%d日}）", vision.Purpose.ROAD, nobody_seen=True),
            [*files, *broken],
            clerk,
        )
        if not worse:
            vision.make_sections(row, 100)


def _cracks(number: int, worse: int) -> int:
    return (2 + worse if 7 <= number < 14 else worse // 3) + (number % 5 == 0)


def _car_park() -> None:
    clerk, now = town.user("kacho"), timezone.localtime()
    camera = vision.set_camera(
        {"name": "市役所駐車場", "purpose": vision.Purpose.PARKING, "latitude": 34.3981, "longitude": 132.5204, "entity_id": "sample-parking-2"}
    )  # fmt: skip
    vision.set_spaces(camera, SPACES)
    cityhub.bring(
        [
            {
                "id": "sample-parking-2",
                "type": "ParkingGroup",
                "totalSpotNumber": {"type": "Number", "value": len(drawn.SPACES)},
            }
        ]
    )
    first = now.replace(hour=5, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(days=2)
    files = [
        (
            f"空_{number + 1}.jpg",
            drawn.jpeg(
                drawn.car_park(number, (), 0.8 + 0.08 * number), first + timedelta(minutes=10 * number)
            ),
        )
        for number in range(6)
    ]
    row = _look(
        vision.NewAnalysis("市役所駐車場 朝の写真", vision.Purpose.PARKING, camera, nobody_seen=True),
        files,
        clerk,
    )
    for number in vision.picture_numbers(row):
        vision.judge(number, "empty", actor=clerk)
    day = first.replace(hour=8) + timedelta(days=1)
    files = [
        (
            f"日中_{hour + 1:02}.jpg",
            drawn.jpeg(
                drawn.car_park(50 + hour, _taken(hour), 0.9 + 0.02 * hour), day + timedelta(minutes=30 * hour)
            ),
        )
        for hour in range(12)
    ]
    _look(
        vision.NewAnalysis("市役所駐車場 日中", vision.Purpose.PARKING, camera, nobody_seen=True),
        files,
        clerk,
    )


def _taken(hour: int) -> list[str]:
    return [
        code for place, code in enumerate(drawn.SPACES) if place < (0, 2, 2, 2, 5, 5, 5, 4, 4, 4, 4, 4)[hour]
    ]


def _trap() -> None:
    clerk = town.user("kacho")
    camera = vision.set_camera(
        {
            "name": "北山 林道入口のカメラ",
            "purpose": vision.Purpose.TRAP,
            "latitude": 34.4230,
            "longitude": 132.5230,
        }
    )
    begin = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(
        days=20
    )
    files = [
        (
            f"IMG_{number + 1:04}.jpg",
            drawn.jpeg(drawn.trap(number, 0, 0.85 + 0.04 * number), begin + timedelta(hours=number)),
        )
        for number in range(7)
    ]
    row = _look(
        vision.NewAnalysis("北山のわな 見回りの前", vision.Purpose.TRAP, camera, nobody_seen=True),
        files,
        clerk,
    )
    for number in vision.picture_numbers(row):
        vision.judge(number, "empty", actor=clerk)
    later = begin + timedelta(days=14)
    files = [
        (
            f"IMG_{number + 101:04}.jpg",
            drawn.jpeg(
                drawn.trap(60 + number, 130 if number in (3, 4, 8) else 0, 0.9 + 0.02 * (number % 5)),
                later + timedelta(hours=2 * number),
            ),
        )
        for number in range(10)
    ]
    _look(vision.NewAnalysis("北山のわな 今週", vision.Purpose.TRAP, camera, nobody_seen=True), files, clerk)


def _look(new: vision.NewAnalysis, files: Iterable[tuple[str, bytes]], clerk: User) -> vision.Analysis:
    """Begin it and look at all of it here, as a worker would."""
    row = vision.start(new, [(name, io.BytesIO(content)) for name, content in files], actor=clerk)
    vision.work(row.pk, lambda done, total, note: None)
    return row
