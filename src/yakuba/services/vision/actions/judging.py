"""What a person says of a picture, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.services.fieldwork import facade as fieldwork
from yakuba.services.vision.actions.following import measure
from yakuba.services.vision.contracts import Purpose, Trapped, Verdict
from yakuba.services.vision.models import Analysis, Judgement, Picture
from yakuba.services.vision.queries.answers import choices, verdict_of


@dataclass(frozen=True)
class Seen:
    """An animal that a person recognises on a trap's picture. species: of fieldwork."""

    species: str
    number: int


def judge(
    picture_id: int, truth: str, seconds: float = 0.0, seen: Seen | None = None, *, actor: Actor
) -> Picture:
    """Keep what a person said; the last word counts. truth: a code of `choices`, empty for not sure: then another person is asked.
    seen: goes to fieldwork as a sighting at the camera's place. Raises Missing, Invalid, Conflict."""
    with transaction.atomic():
        row = (
            Picture.objects.select_for_update(of=("self",))
            .select_related("analysis__camera")
            .filter(pk=picture_id)
            .first()
        )
        if row is None:
            raise Missing(f"画像 {picture_id} はありません。番号を確かめてください。")
        if row.state != Picture.State.SEEN:
            raise Conflict("開けなかった写真には、判断を付けられません。")
        analysis = row.analysis
        if truth and truth not in choices(analysis.purpose):
            raise Invalid("この目的にない答えです。選び直してください。")
        verdict = verdict_of(analysis.purpose, row.answer, truth)
        Judgement.objects.create(
            picture=row, verdict=verdict, truth=truth, seconds=max(0.0, min(seconds, 3600.0)), by=known(actor)
        )
        row.verdict, row.truth, row.asks = verdict, truth, verdict == Verdict.UNSURE
        row.save(update_fields=["verdict", "truth", "asks"])
        if seen is not None:
            _tell_fieldwork(row, seen, actor)
        if analysis.purpose == Purpose.ROAD and analysis.state == Analysis.State.DONE and row.section_id:
            measure(analysis)
    return row


def _tell_fieldwork(row: Picture, seen: Seen, actor: Actor) -> None:
    camera = row.analysis.camera
    if row.analysis.purpose != Purpose.TRAP or row.truth != Trapped.SOMETHING:
        raise Invalid("動物は、わなの写真で「何か写っている」を選んだときだけ入れられます。")
    if row.found.get("sighted"):
        raise Conflict(
            "この写真の動物は、もう目撃に入っています。動物を選ばずに判断してください。直すときは「わなと目撃」で直します。"
        )
    if camera is None or camera.latitude is None or camera.longitude is None:
        raise Conflict(
            "カメラの緯度と経度が入っていないため、目撃に入れられません。先にカメラの場所を入れてください。"
        )
    if row.taken_at is None:
        raise Conflict(
            "写真の日時が分からないため、目撃に入れられません。「わなと目撃」で日時と一緒に入れてください。"
        )
    fieldwork.add_sighting(
        seen.species,
        seen.number,
        camera.latitude,
        camera.longitude,
        row.taken_at,
        f"わなのカメラ {camera}",
        actor=actor,
    )
    row.found = row.found | {"sighted": seen.species}
    row.save(update_fields=["found"])
