"""An analysis begins: what was sent is sealed, what the purpose needs is there, and the work is asked for."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import store
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.vision.actions import originals
from yakuba.services.vision.actions.eyes import calibration
from yakuba.services.vision.contracts import Purpose, View
from yakuba.services.vision.engine.positions import FIRST_YEAR, read_track
from yakuba.services.vision.models import Analysis, AnalysisSource, Camera, Original
from yakuba.services.vision.queries import standing

JOB = "vision.look"
Given = tuple[str, BinaryIO]
NEEDS_CAMERA = (Purpose.PARKING, Purpose.TRAP)
CONFIRM = "顔を見つけるモデルがないため、人をぼかせません。人も車のナンバーも写っていないことを確かめて「写っていない」に印を付けるか、モデルを置いてください（「使っているモデル」）。"
NO_TRACK = "距離ごとに切り出すには、動画と一緒に軌跡（GPXかCSV）を入れてください。軌跡がなければ、時間ごとを選びます。"


@dataclass(frozen=True)
class NewAnalysis:
    """What a clerk wants. every, by: of a film every so many metres or seconds; began_at: when the film began, None for the track's
    first moment; time_offset: seconds that the track's clock is ahead of the camera's."""

    title: str
    purpose: Purpose
    camera: Camera | None = None
    view: View = View.AHEAD
    every: float = 10.0
    by: str = Analysis.By.METRES
    began_at: datetime | None = None
    time_offset: int = 0
    nobody_seen: bool = False


def start(new: NewAnalysis, files: Sequence[Given], track: Given | None = None, *, actor: Actor) -> Analysis:
    """Seal what was sent and let a worker look at it. Raises Invalid; nothing is kept then."""
    if new.purpose in NEEDS_CAMERA and new.camera is None:
        raise Invalid(f"「{new.purpose.label}」では、カメラを選んでください。まだなければ、先に登録します。")
    if new.camera is not None and new.camera.purpose != new.purpose:
        raise Invalid(f"カメラ「{new.camera}」は「{Purpose(new.camera.purpose).label}」のカメラです。")
    alone = new.purpose == Purpose.ROAD and (new.view != View.DOWN or calibration(new.camera) is not None)
    if not alone and not new.nobody_seen and not standing.can_blur():
        raise Invalid(CONFIRM)
    if not 0.2 <= new.every <= 10_000:
        raise Invalid("動画の間隔は0.2〜10,000で決めてください。")
    if new.began_at is not None and not FIRST_YEAR <= new.began_at.year <= timezone.now().year:
        raise Invalid(f"動画の始まりの年（{new.began_at.year}年）を確かめてください。")
    said: list[str] = []
    points = _track(track, said) if track else None
    kept = originals.sealed(new.title, files)
    if new.by == Analysis.By.METRES and points is None and any(kind == originals.FILM for _, kind, _ in kept):
        raise Invalid(NO_TRACK)
    with transaction.atomic():
        row: Analysis = Analysis.objects.create(
            title=new.title, purpose=new.purpose, camera=new.camera, view=new.view, every=new.every, by=new.by, began_at=new.began_at,
            time_offset=new.time_offset, track=points, nobody_seen=new.nobody_seen, said=said, created_by=known(actor),
        )  # fmt: skip
        for name, kind, file in kept:
            Original.objects.create(
                source=AnalysisSource.objects.create(analysis=row, name=name, kind=kind), file=file
            )
        enqueue(JOB, key=row.job_key, analysis_id=row.pk)
    return row


def _track(given: Given, said: list[str]) -> StoredFile:
    """The points of a track, as they are kept. said: gets what staff should know of it."""
    name, stream = given
    stream.seek(0)
    head = apart.answer(read_track, stream.read(), latest=time.time() + 86_400).head
    with apart.understood():
        points = [
            [float(at), float(latitude), float(longitude)] for at, latitude, longitude in head["points"]
        ]
        skipped, first = int(head["skipped"]), str(head["first"])[:200]
    if skipped:
        said.append(f"軌跡「{name[-80:]}」の{skipped:,}点は使えませんでした（{first}）。ほかの点を使います。")
    return store(StoredFile.Kind.OUTPUT, "軌跡.json", "application/json", json.dumps(points).encode())


def give_up(refusal: Exception, *, analysis_id: int) -> None:
    """The job will not go on, for that reason. What was looked at stays; what was not, waits sealed for a week."""
    reason = (
        getattr(refusal, "lines", lambda: str(refusal))()
        or "途中で止まりました。「もう一度動かす」を押すと、続きから見ます。"
    )
    Analysis.objects.filter(pk=analysis_id, state=Analysis.State.WORKING).update(
        state=Analysis.State.STOPPED, reason=reason
    )


def take_up(*, analysis_id: int) -> None:
    """The job is to go on where it stopped. Raises Conflict where nothing is left to look at."""
    if not Original.objects.filter(source__analysis=analysis_id).exists():
        raise Conflict("まだ見ていない写真は残っていません。入れ直すときは、新しい解析を始めてください。")
    Analysis.objects.filter(pk=analysis_id).update(state=Analysis.State.WORKING, reason="", done_at=None)
