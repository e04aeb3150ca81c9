"""GeoJSON and tables of what was found, to be taken along."""

from __future__ import annotations

import io

from django.utils import timezone

from yakuba.kernel.maps.geojson import Feature, Shape, write
from yakuba.kernel.tables.spreadsheets import Table, Value, write_csv
from yakuba.services.vision.models import Analysis
from yakuba.services.vision.queries import pictures as looking
from yakuba.services.vision.queries.roads import Standing, priorities, sections, standings

HEAD = ("順位", "番号", "路線名", "延長（m）", "損傷", "前回との比較", "走った日", "写真", "点数", "内訳")


def pictures(row: Analysis) -> str:
    """The places of an analysis' pictures, with what was found on each."""
    return write(
        Feature(
            Shape(points=((one.longitude, one.latitude),)),
            {
                "name": one.name, "result": looking.result(one), "share": one.share, "verdict": one.verdict,
                "taken_at": timezone.localtime(one.taken_at).isoformat() if one.taken_at else None,
                "section": one.section.code if one.section else None,
            },
        )
        for one in looking.pictures(row.pk).exclude(latitude=None)
    )  # fmt: skip


def road_sections() -> str:
    """All sections with what was measured; what was not is null."""
    return write(
        Feature(
            Shape(lines=(tuple((east, north) for east, north in one.row.line),)),
            {
                "code": one.row.code, "name": one.row.name, "metres": round(one.row.metres, 1), "damage": one.damage.value if one.damage else None,
                "damage_label": one.words, "share": one.now.share if one.now else None, "trend": one.trend,
                "driven_on": one.now.on.isoformat() if one.now else None, "traffic": one.row.traffic,
                "repaired_on": one.row.repaired_on.isoformat() if one.row.repaired_on else None,
            },
        )
        for one in standings(list(sections()))
    )  # fmt: skip


def priority_table() -> str:
    """The order of repair as CSV, with the steps of each sum; what was not measured stands below, without a rank."""
    lines: list[tuple[Value, ...]] = []
    first, unmeasured = priorities()
    for place, (one, ranked) in enumerate(first, 1):
        steps = "；".join(
            f"{step.label} {step.value} {step.share:.2f}×{step.weight}={step.points:.1f}"
            for step in ranked.steps
        )
        lines.append((place, *_cells(one), f"{ranked.points:.1f}", steps))
    for one in unmeasured:
        lines.append(("", *_cells(one), "", "測っていない"))
    out = io.BytesIO()
    write_csv(Table("修繕の順番", HEAD, lines), out, "utf-8")
    return out.getvalue().decode("utf-8-sig")


def _cells(one: Standing) -> list[Value]:
    return [
        one.row.code,
        one.row.name,
        f"{one.row.metres:.0f}",
        one.words,
        one.trend,
        one.now.on.isoformat() if one.now else "",
        one.now.pictures if one.now else 0,
    ]
