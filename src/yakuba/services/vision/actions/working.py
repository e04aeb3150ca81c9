"""What the worker does for an analysis: every picture once, whatever kills it in between, and what follows from all of them.

The rows say what is left: a picture is looked at and its row written in one step, and a source's original goes with the last of
its pictures. Who works beside us on the same picture loses by the table's constraint.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.opening import Frame
from yakuba.kernel.files.storage import content_of, remove, store
from yakuba.kernel.meter import noting
from yakuba.kernel.refusals import Invalid, attempt
from yakuba.services.vision.actions import eyes, following, originals
from yakuba.services.vision.actions.looking import Eye, look
from yakuba.services.vision.contracts import Purpose
from yakuba.services.vision.engine import frames
from yakuba.services.vision.engine.findings import Picture as Pixels
from yakuba.services.vision.engine.positions import FIRST_YEAR, TrackPoint, moments_every, place_at
from yakuba.services.vision.engine.sections import Net
from yakuba.services.vision.models import Analysis, AnalysisSource, Original, Picture, RoadSection
from yakuba.services.vision.queries.roads import net_of

Told = Callable[[int, int, str], None]
AT_ONCE = 10  # pictures that one process opens
SECONDS = 90.0  # CPU that it may use for them
TOLD = 400_000_000  # bytes that it may tell: ten pictures of 2,560 × 2,560 pixels
MOST_FRAMES = 5_000
QUALITY = 88
HEAVY = "開くのに時間かメモリがかかりすぎるため、この写真を飛ばしました。小さくして入れ直してください。"
ENDS = "動画「{}」は途中で終わっていて、{:,}枚のうち{:,}枚しか切り出せませんでした。元の動画を確かめ、入れ直してください。"
WRONG_CLOCK = "撮った日時が{year}年になっているため、日時を使いません。カメラの時計を合わせてください。"
NO_PLACE = "位置が分からないため、地図と区間に入りません。軌跡（GPXかCSV）と一緒に入れると入ります。"


@dataclass(frozen=True)
class _Work:
    """What every picture of the analysis needs."""

    analysis: Analysis
    eye: Eye
    track: list[TrackPoint]
    net: Net
    sections: dict[str, int]


def work(analysis_id: int, told: Told) -> None:
    """Look at what is left, and bring all of it together. Called again after a crash, it goes on."""
    row = Analysis.objects.select_related("camera", "track").filter(pk=analysis_id).first()
    if row is None or row.state != Analysis.State.WORKING:
        return
    net, sections = net_of(RoadSection.objects.all()) if row.purpose == Purpose.ROAD else (Net([]), {})
    work_ = _Work(row, eyes.eye_of(row), _track(row), net, sections)
    waiting = list(
        Original.objects.select_related("source", "file").filter(source__analysis=row).order_by("source")
    )
    _count(waiting, work_)
    total = sum(AnalysisSource.objects.filter(analysis=row).values_list("total", flat=True))
    for original in waiting:
        with originals.unsealed(original.file) as file:
            if original.source.kind == AnalysisSource.Kind.FILM:
                following.count_crossings(original.source, file, work_.eye, told)
            for frame in _left(original.source, file, work_):
                _take(frame, original.source, work_)
                done = Picture.objects.filter(analysis=row).count()
                told(done, max(total, done), f"{done:,}枚")
        _finished(original)
    following.bring_together(row)


def _track(row: Analysis) -> list[TrackPoint]:
    if row.track is None:
        return []
    return [TrackPoint(*one) for one in json.loads(content_of(row.track))]


def _count(waiting: list[Original], work_: _Work) -> None:
    """How many pictures there are, once; what cannot be opened at all is told."""
    for original in list(waiting):
        source = original.source
        if source.total:
            continue
        with originals.unsealed(original.file) as file:
            number, refusal = attempt(_total, source, file, work_)
        if number is None:
            source.state, source.reason = AnalysisSource.State.REFUSED, str(refusal)
            waiting.remove(original)
            with transaction.atomic():
                source.save(update_fields=["state", "reason"])
                _let_go(original)
        else:
            source.total = number
            source.save(update_fields=["total"])


def _total(source: AnalysisSource, file: BinaryIO, work_: _Work) -> int:
    if originals.is_archive(source):
        head = apart.answer(frames.archive_names, file).head
        with apart.understood():
            number = int(head["total"])
        if not number:
            raise Invalid("中に写真がありません。")
        return number
    return len(_moments(file, work_))


def _moments(file: BinaryIO, work_: _Work) -> list[float]:
    """Seconds of a film at which a frame is looked at. Raises Invalid."""
    head = apart.answer(frames.film_facts, file, seconds=SECONDS).head
    with apart.understood():
        length = float(head["seconds"])
    row = work_.analysis
    if row.by == Analysis.By.SECONDS or not work_.track:
        found = [number * row.every for number in range(int(length / row.every) + 1)]
    else:
        begin = _begin(work_)
        found = [
            at - begin
            for at in moments_every(work_.track, row.every, 10 * MOST_FRAMES)
            if 0 <= at - begin <= length
        ]
    if not found:
        raise Invalid("動画の時刻と軌跡の時刻が重なりません。動画の始まりの日時と時差を確かめてください。")
    if len(found) > MOST_FRAMES:
        raise Invalid(
            f"切り出す写真が{MOST_FRAMES:,}枚を超えます。間隔を大きくするか、動画を分けてください。"
        )
    return found


def _begin(work_: _Work) -> float:
    """The film's begin on the track's clock: seconds since 1970 UTC."""
    row = work_.analysis
    if row.began_at is None:
        return work_.track[0].at
    return row.began_at.timestamp() + row.time_offset


def _left(source: AnalysisSource, file: BinaryIO, work_: _Work) -> Iterator[Frame]:
    """The pictures that nobody has looked at, one after the other; of one that breaks the process that opens it, only that it did."""
    moments = [] if originals.is_archive(source) else _moments(file, work_)
    while (first := Picture.objects.filter(source=source).count()) < source.total:
        given: dict[str, Any] = {"first": first, "most": TOLD, "seconds": SECONDS}
        if originals.is_archive(source):
            opened = apart.read(frames.archive_pictures, file, number=AT_ONCE, **given)
        else:
            opened = apart.read(frames.film_frames, file, moments=moments[: first + AT_ONCE], **given)
        came = 0
        try:
            for frame in opened:
                yield frame
                came += 1
        except Invalid:
            yield Frame({"index": first + came, "name": f"{first + came + 1}枚目", "not_read": HEAVY}, b"")
            continue
        if not came:  # a film that ends before it said so
            if source.total - first > 1:  # its last moment has no frame anyway
                _tell(source, ENDS.format(source.name[-80:], source.total, first))
            AnalysisSource.objects.filter(pk=source.pk).update(total=first)
            return


def _tell(source: AnalysisSource, sentence: str) -> None:
    with transaction.atomic():
        row = Analysis.objects.select_for_update(of=("self",)).get(pk=source.analysis_id)
        row.said = [*row.said, sentence]
        row.save(update_fields=["said"])


def _take(frame: Frame, source: AnalysisSource, work_: _Work) -> None:
    with apart.understood():
        index, name = int(frame.head["index"]), str(frame.head["name"])[-200:]
        refused = str(frame.head.get("not_read", ""))[:300]
    row = Picture(analysis=work_.analysis, source=source, index=index, name=name)
    if refused:
        row.state, row.reason = Picture.State.REFUSED, refused
        _write(row, None)
        return
    pixels = _noted(frame, row, work_)
    _place(row, work_)
    try:
        seen = look(work_.eye, pixels)
    except Invalid as refusal:  # of this picture alone: those behind it go on
        row.state, row.reason = Picture.State.REFUSED, str(refusal)[:300]
        _write(row, None)
        return
    for name in (
        "blurred",
        "answer",
        "share",
        "weight",
        "sure",
        "spaces",
        "taken",
        "found",
        "feature",
        "asks",
    ):
        setattr(row, name, getattr(seen, name))
    row.people, row.bicycles, row.vehicles = (
        seen.counts.get(name) for name in ("people", "bicycles", "vehicles")
    )
    row.warnings = [*row.warnings, *seen.warnings]
    if seen.kept is not None:
        row.height, row.width = seen.kept.shape[:2]
    _write(row, None if seen.kept is None else as_jpeg(seen.kept))


def _noted(frame: Frame, row: Picture, work_: _Work) -> Pixels:
    """The pixels, and on the row what the camera noted beside them."""
    with apart.understood():
        head = frame.head
        row.width, row.height = int(head["width"]), int(head["height"])
        pixels = np.frombuffer(frame.body, np.uint8).reshape(row.height, row.width, 3).copy()
        row.warnings = [str(one)[:300] for one in head["warnings"]][:5]
        row.taken_at = _believed(_moment(head, work_), row)
        if head["latitude"] is not None and head["longitude"] is not None:
            row.latitude, row.longitude = float(head["latitude"]), float(head["longitude"])
    return pixels


def _moment(head: dict[str, Any], work_: _Work) -> datetime | None:
    if "seconds" in head:
        began = work_.analysis.began_at
        if began is None and work_.track:
            began = datetime.fromtimestamp(work_.track[0].at - work_.analysis.time_offset, UTC)
        return began + timedelta(seconds=float(head["seconds"])) if began else None
    if head["gps_at"]:
        return datetime.fromisoformat(str(head["gps_at"]))
    return timezone.make_aware(datetime.fromisoformat(str(head["taken"]))) if head["taken"] else None


def _believed(at: datetime | None, row: Picture) -> datetime | None:
    """The moment, if a picture can have been taken then: one of a clock that is wrong would be the newest for good."""
    if at is None or (at.year >= FIRST_YEAR and at <= timezone.now() + timedelta(days=1)):
        return at
    row.warnings = [*row.warnings, WRONG_CLOCK.format(year=at.year)]
    return None


def _place(row: Picture, work_: _Work) -> None:
    """Where it was taken: as the camera said, else by the track; and on which section of road."""
    if row.latitude is None and work_.track and row.taken_at is not None:
        found = place_at(work_.track, row.taken_at.timestamp() + work_.analysis.time_offset)
        if found is not None:
            row.latitude, row.longitude = found.latitude, found.longitude
    camera = work_.analysis.camera
    if row.latitude is None and camera is not None and work_.analysis.purpose != Purpose.ROAD:
        row.latitude, row.longitude = camera.latitude, camera.longitude
    if work_.analysis.purpose != Purpose.ROAD:
        return
    if row.latitude is None or row.longitude is None:
        row.warnings = [*row.warnings, NO_PLACE]
        return
    following.on_section(row, work_.net, work_.sections)


def _write(row: Picture, content: bytes | None) -> None:
    """The picture and its row, at once; a second worker's is dropped."""
    try:
        with transaction.atomic():
            if content is not None:
                row.file = store(
                    StoredFile.Kind.EVIDENCE, f"解析の写真 {row.index + 1}.jpg", "image/jpeg", content
                )
            row.save()
            if row.state == Picture.State.SEEN:
                noting.note("vision.pictures", f"visionpicture:{row.pk}")
    except IntegrityError:
        if not Picture.objects.filter(source=row.source_id, index=row.index).exists():
            raise


def as_jpeg(picture: Pixels) -> bytes:
    """The pixels alone."""
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def _finished(original: Original) -> None:
    with transaction.atomic():
        AnalysisSource.objects.filter(pk=original.source_id).update(state=AnalysisSource.State.DONE)
        _let_go(original)


def _let_go(original: Original) -> None:
    Original.objects.filter(pk=original.pk).delete()
    remove(original.file)
