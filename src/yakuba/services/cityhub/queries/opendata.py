"""Open data: what is chosen, and what everybody may read of it. Every read begins with a published version and asks for what
that names, nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.services.cityhub.engine.entities import place_of
from yakuba.services.cityhub.engine.openness import MOST_ROWS, Spot
from yakuba.services.cityhub.engine.places import shape_of
from yakuba.services.cityhub.models import Entity, Hour, OpenDataset, Reading, Series

KIND = "cityhub.opendata"
ROOT = "/"
State = OpenDataset.State


def subject_of(row: OpenDataset) -> str:
    """As approvals and the audit record name it."""
    return f"opendataset:{row.pk}"


def waits(row: OpenDataset) -> bool:
    """Whether its approval is still open."""
    return bool(
        Approval.objects.filter(kind=KIND, subject=subject_of(row), state=Proposal.State.PROPOSED).exists()
    )


def state_of(row: OpenDataset) -> OpenDataset.State:
    """What was sent back is a draft again."""
    if row.state == State.PROPOSED and not waits(row):
        return State.DRAFT
    return State(row.state)


def told(row: OpenDataset) -> str:
    """Everything that the second person must know."""
    ids = "、".join(row.ids) if row.ids else "すべて（あとから増えたものも）"
    period = "いまの値だけ" if row.detail == "last" else f"{row.days}日前から、{row.get_detail_display()}"
    return (
        f"「{row.title}」（第{row.version}版）を、だれでも読めるページとデータに出します。"
        f"実体の型：{row.entity_type}。実体：{ids}。属性：{'、'.join(row.attributes)}。"
        f"場所：{'出す' if row.placed else '出さない'}。期間：{period}。使うときの条件：{row.licence}。"
        "個人の家や体のようすが分かる値がないか、確かめてください。"
    )


def versions() -> QuerySet[Any]:
    """All versions, the newest first."""
    return OpenDataset.objects.order_by("-made_at", "-pk")


def published() -> QuerySet[Any]:
    """What is public."""
    return OpenDataset.objects.filter(state=State.PUBLISHED).order_by("title", "pk")


def published_one(code: str) -> OpenDataset | None:
    """One of it."""
    found: OpenDataset | None = published().filter(code=code).first()
    return found


def series_of(row: OpenDataset) -> QuerySet[Any]:
    """The series that are chosen."""
    rows = Series.objects.filter(path=ROOT, entity_type=row.entity_type, attribute__in=row.attributes)
    if row.ids:
        rows = rows.filter(entity_id__in=row.ids)
    return rows.order_by("entity_id", "attribute", "pk")


def since(row: OpenDataset) -> datetime:
    """From when on its readings are told."""
    return timezone.now() - timedelta(days=row.days)


def stamp(at: int) -> str:
    """Microseconds since 1970 UTC, as ISO 8601 in the town's time."""
    return timezone.localtime(datetime.fromtimestamp(at / 1e6, UTC)).isoformat(timespec="seconds")


def lines(row: OpenDataset, most: int = MOST_ROWS) -> Iterator[list[Any]]:
    """The rows of its file, with the columns of `openness.HEADS`; the newest `most` of them."""
    listed = {one.pk: one for one in series_of(row)}
    if row.detail == OpenDataset.Detail.LAST:
        for one in listed.values():
            if one.last_at:
                yield [one.entity_id, one.attribute, stamp(one.last_at), one.last_number, one.unit]
        return
    start = since(row).timestamp()
    if row.detail == OpenDataset.Detail.HOURS:
        hours = Hour.objects.filter(series__in=list(listed), hour__gte=start // 3600)
        for key, hour, count, total, least, most_ in hours.order_by("-hour", "series").values_list(
            "series", "hour", "count", "total", "least", "most"
        )[:most]:
            one = listed[key]
            mean = float(f"{total / count:.6g}")
            yield [
                one.entity_id,
                one.attribute,
                stamp(hour * 3_600_000_000),
                mean,
                least,
                most_,
                count,
                one.unit,
            ]
        return
    found = Reading.objects.filter(series__in=list(listed), at__gte=round(start * 1e6))
    for key, at, number in found.order_by("-at", "series").values_list("series", "at", "number")[:most]:
        one = listed[key]
        yield [one.entity_id, one.attribute, stamp(at), number, one.unit]


def spots(row: OpenDataset) -> list[Spot]:
    """Its entities with their last values; where only the last values are chosen and where more is."""
    values: dict[str, dict[str, tuple[float | None, str, str]]] = {}
    for one in series_of(row):
        if one.last_at:
            values.setdefault(one.entity_id, {})[one.attribute] = (
                one.last_number,
                one.unit,
                stamp(one.last_at),
            )
    places: dict[str, Any] = {}
    if row.placed:
        rows = Entity.objects.filter(path=ROOT, entity_type=row.entity_type, entity_id__in=list(values))
        places = {one.entity_id: _geometry(one) for one in rows.exclude(west=None)}
    return [Spot(key, places.get(key), found) for key, found in values.items()]


def _geometry(entity: Entity) -> Any:
    place = place_of(json.loads(entity.document))
    return None if place is None else shape_of(place["type"], place["value"]).__geo_interface__


def types() -> list[str]:
    """What there is to be chosen."""
    return sorted(set(Series.objects.filter(path=ROOT).values_list("entity_type", flat=True).distinct()))
