"""Vegetation indices for other rooms: a picture is opened apart once more, over polygons in degrees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO, cast

from yakuba.kernel.files import apart
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.services.cityhub.adapters.surveyfiles import MOST_TOLD
from yakuba.services.cityhub.contracts import FieldFigures, SurveyPicture
from yakuba.services.cityhub.engine.survey import systems
from yakuba.services.cityhub.engine.survey.vegetation import BANDS
from yakuba.services.cityhub.models import SurveyFile

PICTURES = (SurveyFile.Sort.PICTURE, SurveyFile.Sort.BANDS)
Told = Callable[[int, int], None]


def pictures() -> list[SurveyPicture]:
    """Pictures on the map that have bands, the newest first."""
    rows = SurveyFile.objects.filter(state=SurveyFile.State.DONE, code__isnull=False, sort__in=PICTURES)
    return [
        SurveyPicture(row.pk, row.title, row.flown_on, int(row.facts["bands"]))
        for row in rows.order_by("-flown_on", "-pk")[:200]
    ]


def vegetation_index(
    survey_id: int,
    kind: str,
    bands: Sequence[int],
    outlines: Sequence[Sequence[tuple[float, float]]],
    told: Told = lambda done, total: None,
) -> list[FieldFigures]:
    """For each outline (longitude, latitude). Long: for a worker. Raises Missing, Conflict, Invalid."""
    row = SurveyFile.objects.select_related("file").filter(pk=survey_id, sort__in=PICTURES).first()
    if row is None or row.state != SurveyFile.State.DONE:
        raise Missing("その画像がありません。一覧から選んでください。")
    system = systems.system(row.code)
    if system is None:
        raise Conflict("画像の座標系が決まっていません。先に座標系を選んでください。")
    polygons = [
        [[float(one) for one in system.positions(east, north)] for east, north in ring] for ring in outlines
    ]
    facts, found = row.facts, []
    seconds = 120 + row.file.size / 1e6 + facts["width"] * facts["height"] * facts["bands"] / 2e6
    with nameless_file() as came:
        with apart.room():
            for piece in pieces_of(row.file):
                came.write(piece)
            came.flush()
        frames = apart.read(
            "yakuba.services.cityhub.engine.survey.vegetation:read",
            cast(BinaryIO, came),
            seconds=seconds,
            most=MOST_TOLD,
            kind=kind,
            bands=list(bands),
            polygons=polygons,
        )
        for frame in frames:
            with apart.understood():
                if "fields" in frame.head:
                    found = [_figures(one) for one in frame.head["fields"]]
                else:
                    told(int(frame.head["done"]), max(1, int(frame.head["total"])))
    with apart.understood():
        if len(found) != len(outlines) or kind not in BANDS:
            raise ValueError("not as many as were asked for")
    return found


def degrees_of(code: int, x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a position in a coordinate system. Raises Missing for one that is not known."""
    system = systems.system(code)
    if system is None:
        raise Missing(f"座標系（EPSG:{code}）は、ここでは扱えません。")
    longitude, latitude = system.degrees(x, y)
    return float(longitude), float(latitude)


def _figures(told_: list[float | None]) -> FieldFigures:
    pixels, wanted, *three = told_
    middle, low, high = (None if one is None else min(1.0, max(-1.0, float(one))) for one in three)
    return FieldFigures(int(pixels or 0), int(wanted or 0), middle, low, high)
