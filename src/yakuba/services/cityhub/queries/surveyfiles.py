"""Survey files as pages and programs see them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from yakuba.kernel.charts import Chart, curve_chart
from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.services.cityhub.engine.survey import systems
from yakuba.services.cityhub.models import SurveyFile, SurveyMeasure, SurveyShare, SurveySurface

ON_MAP = 200  # the newest
CLASSES = {
    "0": "分類なし",
    "1": "未分類",
    "2": "地面",
    "3": "低い植生",
    "4": "中くらいの植生",
    "5": "高い植生",
    "6": "建物",
    "7": "ノイズ",
    "9": "水面",
    "11": "道路",
}


@dataclass(frozen=True)
class Fact:
    """A line of what is known of a file."""

    label: str
    words: str


def files() -> QuerySet[SurveyFile]:
    """The newest first."""
    return SurveyFile.objects.select_related("created_by").order_by("-created_at", "-pk")


def surfaces() -> QuerySet[SurveySurface]:
    """On which something can be measured."""
    rows = SurveySurface.objects.filter(survey__code__isnull=False).select_related("survey")
    return rows.order_by("-survey__flown_on", "-survey__pk", "layer")


def choosable() -> list[tuple[int, str]]:
    """The same for a form."""
    return [(one.pk, f"{one.survey.flown_on:%Y-%m-%d} {one}") for one in surfaces()[:500]]


def measures(survey: SurveyFile) -> QuerySet[SurveyMeasure]:
    """What was measured on a file, or against it."""
    rows = SurveyMeasure.objects.filter(Q(survey=survey) | Q(other__survey=survey))
    return rows.select_related("survey", "created_by").order_by("-created_at", "-pk")


def shares(survey: SurveyFile) -> QuerySet[SurveyShare]:
    """Its links, those that have ended too."""
    return (
        SurveyShare.objects.filter(survey=survey).select_related("created_by").order_by("-created_at", "-pk")
    )


def extent_map() -> Map:
    """Where the newest files lie."""
    rows = files().filter(code__isnull=False)[:ON_MAP]
    return value_map(
        [_mapped(row) for row in rows if row.outline], title="測量ファイルの範囲", unit="ha", first="ファイル"
    )


def one_map(row: SurveyFile) -> Map:
    """Where one lies."""
    rows = [_mapped(row)] if row.outline else []
    return value_map(rows, title=f"{row.title}の範囲", unit="ha", first="ファイル")


def _mapped(row: SurveyFile) -> Mapped:
    ring = tuple((float(east), float(north)) for east, north in row.outline)
    label = f"{row.pk}番 {row.title}"
    return Mapped(label, round(hectares(row), 2), Shape(areas=((ring,),)), f"{row.flown_on:%Y-%m-%d}")


def hectares(row: SurveyFile) -> float:
    """Of the box; of what is known in it the facts tell."""
    cell = metres_of(row)
    facts = row.facts
    if row.sort == SurveyFile.Sort.POINTS:
        surface = row.surfaces.order_by("pk").first()
        if surface is None:
            return 0.0
        return float(surface.rows * surface.columns * surface.cell_x * surface.cell_y / 10_000)
    return float(facts["width"] * facts["height"] * cell[0] * cell[1] / 10_000)


def metres_of(row: SurveyFile) -> tuple[float, float]:
    """The sides of a pixel in m, as far as the coordinate system is known."""
    facts = row.facts
    x, y = float(facts.get("cell_x", 0)), float(facts.get("cell_y", 0))
    known = systems.system(row.code)
    if known is None or known.plane is not None:
        return x, y
    across, down = known.metres(float(facts["top"]) - y * float(facts["height"]) / 2)
    return x * float(across), y * float(down)


def told(row: SurveyFile) -> list[Fact]:
    """What is known of a file, in words."""
    return list(_facts(row)) if row.state == SurveyFile.State.DONE else []


def _facts(row: SurveyFile) -> Iterator[Fact]:
    facts: dict[str, Any] = row.facts
    known = systems.system(row.code)
    by = "ファイルが示すもの" if row.said_by_file else "職員が選んだもの"
    yield Fact("座標系", f"{known.label}（EPSG:{known.code}、{by}）" if known else "決まっていません")
    if not known and facts.get("citation"):
        yield Fact("ファイルに書いてある名前", str(facts["citation"]))
    if row.sort == SurveyFile.Sort.POINTS:
        yield from _of_points(row, facts)
    else:
        yield from _of_pixels(row, facts)
    for one in row.surfaces.order_by("pk"):
        if one.low is not None and one.high is not None:
            yield Fact(f"{one.get_layer_display()}の高さ", f"{one.low:,.2f}から{one.high:,.2f} m")


def _of_pixels(row: SurveyFile, facts: dict[str, Any]) -> Iterator[Fact]:
    width, height = metres_of(row)
    yield Fact("画素", f"{facts['width']:,}×{facts['height']:,}、{facts['bands']}バンド（{facts['dtype']}）")
    unit = "m" if row.code is not None else "（単位は座標系しだい）"
    yield Fact("1画素の大きさ", f"{width:.4g}×{height:.4g} {unit}")
    shown = facts.get("shown")
    if shown is not None and row.code is not None:
        yield Fact("写っている広さ", f"{shown * width * height / 10_000:,.3f} ha（値のない画素を除く）")


def _of_points(row: SurveyFile, facts: dict[str, Any]) -> Iterator[Fact]:
    yield Fact("点の数", f"{facts['count']:,}")
    yield Fact("密度", f"{facts['density']:,.1f} 点/m²（点のあるマスの中で）")
    surface = row.surfaces.order_by("pk").first()
    if surface is not None:
        area = facts["filled"] * surface.cell_x * surface.cell_y
        yield Fact("点のある広さ", f"{area / 10_000:,.3f} ha（一辺{surface.cell_x:g} mのマスで数えた）")
    named = [
        f"{CLASSES.get(key, f'分類{key}')} {number:,}"
        for key, number in sorted(facts.get("classes", {}).items())
    ]
    if named:
        yield Fact("点の分類", "、".join(named))
    if facts.get("outside"):
        yield Fact("使わなかった点", f"{facts['outside']:,}（書いてある範囲の外か、高さがありえない）")
    if facts.get("bad"):
        yield Fact("読めない行", f"{facts['bad']:,}行")


def profile_chart(row: SurveyMeasure) -> Chart | None:
    """Heights along the line; None for another sort of measure."""
    if row.sort != SurveyMeasure.Sort.PROFILE or row.state != SurveyMeasure.State.DONE:
        return None
    distances = row.result["distances"]
    curves = {
        one["name"]: [(x, z) for x, z in zip(distances, one["heights"], strict=True) if z is not None]
        for one in row.result["lines"]
    }
    return curve_chart(curves, title=row.title, x="距離", x_unit="m", unit="m")


def tree_map(row: SurveyMeasure) -> Map | None:
    """Where the trees stand; None for another sort."""
    if row.sort != SurveyMeasure.Sort.TREES or row.state != SurveyMeasure.State.DONE:
        return None
    known = systems.system(row.survey.code)
    if known is None:
        return None
    rows = []
    for number, (x, y, height) in enumerate(row.result["trees"][:1_000], 1):
        longitude, latitude = known.degrees(x, y)
        place = Shape(points=((float(longitude), float(latitude)),))
        rows.append(Mapped(f"{number}番", round(height, 1), place))
    return value_map(rows, title=f"{row.title}：木の頂点", unit="m", first="木")


def waiting() -> int:
    """How many files wait for somebody to say their coordinate system."""
    return SurveyFile.objects.filter(state=SurveyFile.State.DONE, code=None, said_by_file=False).count()
