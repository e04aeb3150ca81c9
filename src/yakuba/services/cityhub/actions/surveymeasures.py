"""Areas, volumes, profiles and trees: asked for by a person, reckoned by a worker from surfaces of our own making."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
from django.db import transaction

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.apart import room
from yakuba.kernel.files.storage import pieces_of
from yakuba.kernel.files.temporary import nameless_file
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused
from yakuba.services.cityhub.actions.surveyfiles import box_of, frame_of, lane
from yakuba.services.cityhub.engine.survey import along, regions, systems, volumes
from yakuba.services.cityhub.engine.survey.surfaces import Corners, Surface, area_of
from yakuba.services.cityhub.models import SurveyFile, SurveyMeasure, SurveySurface

JOB = "cityhub.measure_survey"
LENGTHS = (1.0, 2.0, 5.0, 10.0)  # m, shown where nobody knows the length
MOST_TOLD = 5_000  # trees that are kept with their places
TOO_MANY = "木の頂点が20万を超えました。高さの下限か間隔を大きくするか、区域を分けてください。"
OUTSIDE = "区域が、高さのある範囲と重なっていません。緯度と経度の並びを確かめてください。"
Told = Callable[[int, int, str], None]
Sort = SurveyMeasure.Sort


def begin(sort: str, title: str, given: Mapping[str, Any], *, actor: Actor) -> SurveyMeasure:
    """Let a worker measure. given: survey_id or surface_id and other_id, region, stable, way, and numbers (see `operations`).
    Raises Invalid, Missing, Conflict."""
    if not title.strip():
        raise Invalid("空です。書いてください。", place="題名")
    survey, surface, other = _meant(sort, given)
    system = _system(survey)
    way = str(given.get("way") or regions.DEGREES)
    region: Corners = []
    text = str(given.get("region") or "").strip()
    if sort == Sort.PROFILE:
        region = regions.line(text, way, system)
    elif text or sort == Sort.AREA:
        region = regions.corners(text, way, system)
    asked = {name: given[name] for name in _NUMBERS if given.get(name) is not None} | {"way": way}
    if sort == Sort.VOLUME:
        _check_errors(asked, str(given.get("stable") or ""))
        if stable := str(given.get("stable") or "").strip():
            asked["stable"] = [list(one) for one in regions.corners(stable, way, system, "動いていない場所")]
    if sort == Sort.TREES and system.plane is None:
        raise Invalid("木は、平面直角座標系かUTMの面で数えます。")
    if region:
        _check_meets(survey, region)
    with transaction.atomic():
        row: SurveyMeasure = SurveyMeasure.objects.create(
            sort=sort,
            title=title.strip(),
            survey=survey,
            surface=surface,
            other=other,
            asked=asked,
            region=[list(one) for one in region],
            created_by=known(actor),
        )
        record("cityhub.survey_measured", subject=f"measure:{row.pk}", actor=actor, sort=sort)
        enqueue(JOB, key=row.job_key, lane=lane(), measure_id=row.pk)
    return row


_NUMBERS = ("sigma_before", "sigma_after", "length", "bias", "least", "apart", "smooth")


def _meant(
    sort: str, given: Mapping[str, Any]
) -> tuple[SurveyFile, SurveySurface | None, SurveySurface | None]:
    if sort not in Sort.values:
        raise Invalid("面積、体積、断面、木の数から選んでください。", place="測るもの")
    if sort == Sort.AREA:
        survey = SurveyFile.objects.filter(pk=given.get("survey_id"), state=SurveyFile.State.DONE).first()
        if survey is None:
            raise Missing("その測量ファイルはまだ読めていません。一覧から選んでください。")
        return survey, survey.surfaces.order_by("pk").first(), None
    surface, other = (_surface(given.get(name)) for name in ("surface_id", "other_id"))
    if surface is None:
        raise Missing("その面がありません。一覧から選んでください。")
    if other is None and sort != Sort.PROFILE:
        what = "地面の面" if sort == Sort.TREES else "前の面"
        raise Invalid(f"{what}を選んでください。", place=what)
    if other is not None and other.pk == surface.pk:
        raise Invalid("同じ面です。二つの違う面を選んでください。")
    if other is not None and other.survey.code != surface.survey.code:
        raise Invalid("二つの面の座標系が違います。同じ座標系で書き出し直してください。")
    return surface.survey, surface, other


def _surface(number: Any) -> SurveySurface | None:
    row: SurveySurface | None = SurveySurface.objects.select_related("survey").filter(pk=number or 0).first()
    return row


def _system(survey: SurveyFile) -> systems.System:
    found = systems.system(survey.code)
    if found is None:
        raise Conflict("座標系が決まっていないので、測れません。先に座標系を選んでください。")
    return found


def _check_errors(asked: Mapping[str, Any], stable: str) -> None:
    if stable.strip():
        return
    for name, place in (("sigma_before", "前の面の誤差"), ("sigma_after", "後の面の誤差")):
        if name not in asked:
            raise Invalid(
                "動いていない場所を書くか、二つの面の高さの誤差（検証点のRMSE、m）を書いてください。",
                place=place,
            )


def _check_meets(survey: SurveyFile, region: Corners) -> None:
    west, south, east, north = box_of(survey)
    xs, ys = [x for x, _ in region], [y for _, y in region]
    if max(xs) < west or min(xs) > east or max(ys) < south or min(ys) > north:
        raise Invalid(OUTSIDE, place="区域")


@transaction.atomic
def remove_measure(measure_id: int, *, actor: Actor) -> SurveyMeasure:
    """Away with a result. Raises Missing."""
    row: SurveyMeasure | None = (
        SurveyMeasure.objects.select_for_update(of=("self",)).filter(pk=measure_id).first()
    )
    if row is None:
        raise Missing(f"{measure_id}番の結果がありません。番号を確かめてください。")
    record("cityhub.survey_measured", subject=f"measure:{row.pk}", actor=actor, removed=True)
    key = row.pk
    row.delete()
    row.pk = key
    return row


def give_up(refusal: Refused, *, measure_id: int) -> None:
    """The job will not go on, for that reason."""
    SurveyMeasure.objects.filter(pk=measure_id, state=SurveyMeasure.State.WAITING).update(
        state=SurveyMeasure.State.FAILED, reason=refusal.lines()
    )


def take_up(*, measure_id: int) -> None:
    """The job is to begin anew."""
    SurveyMeasure.objects.filter(pk=measure_id).update(state=SurveyMeasure.State.WAITING, reason="")


def work(measure_id: int, told: Told) -> None:
    """Reckon. Raises Invalid where nothing comes of it."""
    rows = SurveyMeasure.objects.select_related("survey", "surface__grid", "other__grid")
    row = rows.filter(pk=measure_id).first()
    if row is None or row.state != SurveyMeasure.State.WAITING:
        return
    with ExitStack() as held:
        first = held.enter_context(opened(row.surface)) if row.surface is not None else None
        second = held.enter_context(opened(row.other)) if row.other is not None else None
        result = _REACH[row.sort](row, first, second, lambda done, of: told(done, of, "計算しています"))
    SurveyMeasure.objects.filter(pk=row.pk, state=SurveyMeasure.State.WAITING).update(
        state=SurveyMeasure.State.DONE, result=result, reason=""
    )


@contextmanager
def opened(row: SurveySurface) -> Iterator[Surface]:
    """A surface whose heights lie in a file without a name as long as it is needed."""
    with nameless_file() as file:
        with room():
            for piece in pieces_of(row.grid):
                file.write(piece)
            file.flush()
        yield Surface(frame_of(row), file)


def _corners(points: list[list[float]]) -> Corners:
    return [(x, y) for x, y in points]


def _metres(system: systems.System) -> Callable[[float], tuple[float, float]]:
    def at(y: float) -> tuple[float, float]:
        across, down = system.metres(y)
        return float(across), float(down)

    return at


def _area(row: SurveyMeasure, first: Surface | None, second: Any, told: Any) -> dict[str, Any]:
    """In the plane, and on the ellipsoid: a plane draws a line k times as long."""
    system, region = _system(row.survey), _corners(row.region)
    middle = float(np.mean([x for x, _ in region])), float(np.mean([y for _, y in region]))
    longitude, latitude = (float(one) for one in system.degrees(*middle))
    if system.plane is None:
        across, down = _metres(system)(latitude)
        return {"plane": None, "ground": area_of([(x * across, y * down) for x, y in region]), "scale": None}
    scale, plane = system.plane.scale_at(longitude, latitude), area_of(region)
    edges = zip(region, [*region[1:], region[0]], strict=True)
    around = sum(float(np.hypot(b[0] - a[0], b[1] - a[1])) for a, b in edges) / scale
    return {"plane": plane, "ground": plane / scale**2, "scale": scale, "around": around}


def _volume(row: SurveyMeasure, after: Surface | None, before: Surface | None, told: Any) -> dict[str, Any]:
    assert after is not None
    assert before is not None
    metres, asked = _metres(_system(row.survey)), row.asked
    region = _corners(row.region) or None
    found = volumes.difference(before, after, region, metres, told)
    if not found.cells:
        raise Invalid(OUTSIDE)
    errors: volumes.Errors | None
    if "stable" in asked:
        errors = volumes.stable_errors(before, after, _corners(asked["stable"]), metres)
        if errors is None:
            raise Invalid(
                f"動いていない場所に、両方の高さがあるマスが{volumes.LEAST_STABLE}に足りません。広げてください。"
            )
    else:
        sigma = volumes.sigma_of(asked["sigma_before"], asked["sigma_after"])
        errors = volumes.Errors(sigma, asked.get("length", 0.0), asked.get("bias", 0.0))
    return _told(found, errors, asked)


def _told(found: volumes.Difference, errors: volumes.Errors, asked: Mapping[str, Any]) -> dict[str, Any]:
    whole = errors.measured or ("length" in asked and "bias" in asked)
    u = volumes.uncertainty(found.area, found.cell, errors)
    by_length = [
        [
            length,
            volumes.uncertainty(found.area, found.cell, volumes.Errors(errors.sigma, length, 0.0)).correlated,
        ]
        for length in LENGTHS
    ]
    names = ("raised", "lowered", "area", "unknown", "cells", "cell", "most", "least", "net")
    return {name: getattr(found, name) for name in names} | {
        "sigma": errors.sigma,
        "length": errors.length if errors.measured or "length" in asked else None,
        "bias_height": errors.bias if errors.measured or "bias" in asked else None,
        "measured": errors.measured,
        "stable": errors.stable,
        "independent": u.independent,
        "correlated": u.correlated if errors.measured or "length" in asked else None,
        "bias": u.bias if errors.measured or "bias" in asked else None,
        "believed": u.believed if whole else None,
        "without_bias": found.net - errors.bias * found.area if errors.measured else None,
        "after_bias": u.after_bias if errors.measured else None,
        "by_length": by_length,
    }


def _profile(row: SurveyMeasure, first: Surface | None, second: Surface | None, told: Any) -> dict[str, Any]:
    assert first is not None
    surfaces = [one for one in (first, second) if one is not None]
    system, line = _system(row.survey), _corners(row.region)
    distances, heights = along.profile(surfaces, line, _metres(system)(float(np.mean([y for _, y in line]))))
    if not np.isfinite(heights[0]).any():
        raise Invalid(OUTSIDE)
    names = [str(one) for one in (row.surface, row.other) if one is not None]
    return {
        "length": float(distances[-1]),
        "distances": [round(float(one), 3) for one in distances],
        "lines": [
            {"name": name, "heights": [round(float(z), 3) if np.isfinite(z) else None for z in one]}
            for name, one in zip(names, heights, strict=True)
        ],
    }


def _trees(row: SurveyMeasure, top: Surface | None, ground: Surface | None, told: Any) -> dict[str, Any]:
    assert top is not None
    assert ground is not None
    asked = along.Trees(row.asked["least"], row.asked["apart"], row.asked.get("smooth", 0.0))
    try:
        found, area = along.tree_tops(top, ground, _corners(row.region) or None, asked, told)
    except ValueError as error:
        raise Invalid(TOO_MANY) from error
    if not area:
        raise Invalid(OUTSIDE)
    heights = found[:, 2]
    spread = np.percentile(heights, [10, 50, 90]).tolist() if len(heights) else []
    return {
        "number": len(found),
        "area": area,
        "heights": spread,
        "trees": np.round(found[:MOST_TOLD], 2).tolist(),
    }


_REACH: dict[str, Callable[..., dict[str, Any]]] = {
    Sort.AREA: _area,
    Sort.VOLUME: _volume,
    Sort.PROFILE: _profile,
    Sort.TREES: _trees,
}
