"""What follows from the pictures of an analysis: sections, crossings of a line, what goes to the hub, and its end."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from typing import BinaryIO

import numpy as np
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.files import apart
from yakuba.kernel.refusals import Refused
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.vision.actions.looking import TRAFFIC_GROUPS, Eye
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine import frames
from yakuba.services.vision.engine.counting import crossings
from yakuba.services.vision.engine.detection import detect
from yakuba.services.vision.engine.findings import Box
from yakuba.services.vision.engine.positions import Fix
from yakuba.services.vision.engine.sections import Net, Seen, measured
from yakuba.services.vision.models import Analysis, AnalysisSource, Crossing, Picture, SectionResult

GONE = "元の写真は、見終わる前に消えました（封をしたまま待つのは7日までです）。見ていない写真は、もう一度入れてください。"
STEP = 0.25  # seconds between the frames in which a line is watched
PIECE = 300.0  # seconds of film that are counted at once
Told = Callable[[int, int, str], None]


def on_section(row: Picture, net: Net, numbers: dict[str, int]) -> None:
    """The section on which a picture lies."""
    if row.latitude is None or row.longitude is None:
        return
    near = net.nearest(Fix(row.latitude, row.longitude))
    row.section_id = numbers[near[0].code] if near else None


def count_crossings(source: AnalysisSource, file: BinaryIO, eye: Eye, told: Told) -> None:
    """Who crosses the camera's line in a film, five minutes at a time; a piece that was counted is not counted again."""
    camera = source.analysis.camera
    if eye.purpose != Purpose.TRAFFIC or camera is None or camera.line is None or eye.tools.objects is None:
        return
    length = float(apart.answer(frames.film_facts, file, seconds=90.0).head["seconds"])
    begin = 0.0
    while begin < length:
        if not Crossing.objects.filter(source=source, second=begin).exists():
            _count_piece(source, file, eye, begin, min(PIECE, length - begin), told)
        begin += PIECE


def _count_piece(
    source: AnalysisSource, file: BinaryIO, eye: Eye, begin: float, seconds: float, told: Told
) -> None:
    assert eye.tools.objects is not None
    camera = source.analysis.camera
    assert camera is not None
    assert camera.line is not None
    moments = [begin + STEP * number for number in range(int(seconds / STEP) + 1)]
    seen: list[tuple[Box, ...]] = []
    line = None
    for frame in apart.read(
        frames.film_frames, file, moments=moments, first=0, seconds=600.0, most=60_000_000_000
    ):
        with apart.understood():
            width, height = int(frame.head["width"]), int(frame.head["height"])
            picture = np.frombuffer(frame.body, np.uint8).reshape(height, width, 3)
        (ax, ay), (bx, by) = camera.line
        line = ((ax * width, ay * height), (bx * width, by * height))
        seen.append(detect(eye.tools.objects, picture))
        told(
            Picture.objects.filter(analysis=source.analysis).count(),
            source.total,
            f"線を越える数 {len(seen):,}コマ",
        )
    if line is None:
        return
    found = crossings(seen, line)
    began = source.analysis.began_at
    with transaction.atomic():
        for group in TRAFFIC_GROUPS:
            Crossing.objects.get_or_create(
                source=source, group=group, second=begin,
                defaults={
                    "seconds": seconds, "at": began + timedelta(seconds=begin) if began else None,
                    "forward": found.forward.get(group, 0), "back": found.back.get(group, 0),
                },
            )  # fmt: skip


@transaction.atomic
def bring_together(row: Analysis) -> None:
    """All pictures were looked at: what they say together. Done once."""
    waiting = (
        Analysis.objects.select_for_update(of=("self",))
        .filter(pk=row.pk, state=Analysis.State.WORKING)
        .first()
    )
    if waiting is None:
        return
    AnalysisSource.objects.filter(analysis=row, state=AnalysisSource.State.WAITING).update(
        state=AnalysisSource.State.REFUSED, reason=GONE
    )
    if row.purpose == Purpose.ROAD:
        measure(waiting)
    elif row.purpose == Purpose.PARKING:
        bring_hub(waiting)
    waiting.state, waiting.reason, waiting.done_at = Analysis.State.DONE, "", timezone.now()
    waiting.save()
    counted = Picture.objects.filter(analysis=waiting)
    record(
        "vision.looked",
        subject=f"analysis:{waiting.pk}",
        pictures=counted.count(),
        refused=counted.filter(state=Picture.State.REFUSED).count(),
    )


def measure(row: Analysis) -> None:
    """What the pictures say of each section; what stood there of this drive before goes."""
    seen: dict[int, list[Picture]] = defaultdict(list)
    for picture in (
        Picture.objects.filter(analysis=row, state=Picture.State.SEEN)
        .exclude(section=None)
        .defer("found", "feature")
    ):
        seen[picture.section_id].append(picture)
    looked = Picture.objects.filter(analysis=row, state=Picture.State.SEEN)
    calibrated = (  # when they were looked at: the camera may have been changed since
        looked.filter(found__calibrated=True).exists() and not looked.filter(found__calibrated=False).exists()
    )
    told = measured(
        {str(key): [_seen(one) for one in pictures] for key, pictures in seen.items()}, calibrated
    )
    SectionResult.objects.filter(analysis=row).delete()
    SectionResult.objects.bulk_create(
        SectionResult(
            analysis=row, section_id=int(one.code), on=_day(seen[int(one.code)], row), pictures=one.pictures, share=one.share,
            damage=one.damage.value if one.damage else "",
        )
        for one in told
    )  # fmt: skip


def _seen(row: Picture) -> Seen:
    """What counts of a picture: of one that a person corrected, nothing but where it was right."""
    told = row.share if row.answer and row.truth in ("", row.answer) else None
    return Seen(told, row.weight or 1.0)


def _day(pictures: list[Picture], row: Analysis) -> date:
    moments = [one.taken_at for one in pictures if one.taken_at is not None]
    return timezone.localdate(min(moments) if moments else row.created_at)


def bring_hub(row: Analysis) -> None:
    """Free spaces as the hub's readings, at the moments at which the pictures were taken. What the hub refuses is told."""
    camera = row.camera
    if camera is None or not camera.entity_id:
        return
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(("id", "type", "attribute", "at", "value", "unit"))
    number = 0
    for picture in (
        Picture.objects.filter(analysis=row).exclude(spaces=None).exclude(taken_at=None).order_by("taken_at")
    ):
        at = picture.taken_at.astimezone(timezone.get_default_timezone()).isoformat()
        free = picture.spaces - picture.taken
        lines.writerow((camera.entity_id, "ParkingGroup", "availableSpotNumber", at, free, "台"))
        number += 1
    if not number:
        return
    try:
        with transaction.atomic():
            cityhub.take_text(text.getvalue(), actor=row.created_by)
    except Refused as refusal:
        row.said = [*row.said, f"都市OSに渡せませんでした：{refusal.lines()}"]
