"""What the page of evacuation notices shows beside them, and the file that staff carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, F, IntegerField, Max, QuerySet, Value, When
from django.utils import timezone

from yakuba.kernel.maps import Map, Mapped, Shape, value_map
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub.models import LevelNotice, RoadClosure, Series, Shelter, WeatherWarning
from yakuba.services.cityhub.queries import levels
from yakuba.services.cityhub.queries.boards import figure
from yakuba.services.cityhub.queries.looking import is_stale, told_apart

MOST_RIVERS = 30
MOST_SHELTERS = 300
NOTE = (
    "この様式はYakubaのものです。Lアラート（公共情報コモンズ）の送信の様式（XML）は、接続する団体だけに渡されるもので、"
    "公開された説明書（1.5版の概要）だけでは作れません。この内容を、Lアラートの入力の画面に写してください。ここからは何も送りません。"
)


def warnings() -> QuerySet[Any]:
    """Those that hold, the highest level first."""
    return WeatherWarning.objects.filter(ended_at=None).order_by(
        F("level").desc(nulls_last=True), "-issued_at", "pk"
    )


def shelters() -> QuerySet[Any]:
    """All, the open ones first."""
    order = Case(
        When(state="open", then=Value(0)),
        When(state="full", then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return Shelter.objects.order_by(order, "name")


def closures() -> QuerySet[Any]:
    """Those that hold, the newest first."""
    return RoadClosure.objects.filter(ended_at=None).order_by("-began_at", "pk")


@dataclass(frozen=True)
class River:
    """A level. stale: its newest value is older than an hour, or ahead, when the page is written."""

    name: str
    number: str
    unit: str
    at: datetime | None
    stale: bool


def rivers() -> list[River]:
    """Levels of the series that the town names in its settings, by name."""
    entity_type, _, attribute = str(value("cityhub.rivers")).partition(",")
    if not attribute.strip():
        return []
    rows = Series.objects.filter(entity_type=entity_type.strip(), attribute=attribute.strip())
    now, found = timezone.now(), []
    for row in rows.order_by("entity_id", "path")[:MOST_RIVERS]:
        at = datetime.fromtimestamp(row.last_at / 1e6, UTC) if row.last_at else None
        found.append(River(row.entity_id, figure(row.last_number), row.unit, at, is_stale(at, now)))
    return found


def closure_map() -> Map:
    """Where roads are closed. A part that is closed twice stands there twice."""
    rows = [row for row in closures() if row.latitude is not None]
    listed = [
        Mapped(label, None, Shape(points=((row.longitude, row.latitude),)), note=row.reason)
        for label, row in zip(told_apart(map(str, rows)), rows, strict=True)
    ]
    return value_map(listed, title="通行止めの場所", unit="")


def changed() -> datetime | None:
    """When anything on the page was changed last by a person."""
    tables = (
        (LevelNotice, "entered_at"), (WeatherWarning, "changed_at"), (Shelter, "changed_at"), (RoadClosure, "changed_at")
    )  # fmt: skip
    moments = [table.objects.aggregate(last=Max(name))["last"] for table, name in tables]
    return max((one for one in moments if one), default=None)


def page() -> dict[str, Any]:
    """What the public page has."""
    return {
        "warnings": list(warnings()),
        "changed": changed(),
        "shelters": list(shelters().exclude(state="closed")),
        "closures": list(closures()),
        "closure_map": closure_map(),
        "rivers": rivers(),
    }


def handover() -> dict[str, Any]:
    """The content of the file that staff carry to L-Alert's own page: the items of its notices, shelters and more."""
    return {
        "様式": "Yakuba 災害情報 1",
        "この様式について": NOTE,
        "団体コード": current_municipality().code,
        "団体": current_municipality().name,
        "作った日時": timezone.localtime().isoformat(timespec="seconds"),
        "避難情報": [_notice(row) for row in levels.notices().reverse()],
        "避難所": [
            {
                "名前": row.name,
                "住所": row.address,
                "緯度": row.latitude,
                "経度": row.longitude,
                "状態": row.get_state_display(),
                "定員": row.capacity,
                "人数": row.people,
                "日時": _moment(row.changed_at),
            }
            for row in shelters()
        ],
        "通行止め": [
            {"路線": row.road, "区間": row.part, "わけ": row.reason, "始まり": _moment(row.began_at), "解除": _moment(row.ended_at)}
            for row in RoadClosure.objects.order_by("began_at", "pk")
        ],
        "気象警報など": [
            {
                "名前": row.name,
                "区域": row.area,
                "警戒レベル相当": row.level,
                "発表者": row.source,
                "発表": _moment(row.issued_at),
                "解除": _moment(row.ended_at),
            }
            for row in WeatherWarning.objects.order_by("issued_at", "pk")
        ],
    }  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return timezone.localtime(at).isoformat(timespec="seconds") if at else None


def _notice(row: LevelNotice) -> dict[str, Any]:
    return {
        "番号": row.pk,
        "区分": row.get_kind_display(),
        "訂正・取消の元": row.about_id,
        "警戒レベル": row.level,
        "名前": levels.word_of(row),
        "区域": row.area,
        "対象世帯": row.households,
        "対象人数": row.people,
        "日時": _moment(row.issued_at),
        "発令者": row.issuer,
        "わけ": row.reason,
    }
