"""Stations: what is away and since when, what they said last, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.townsettings.reading import value
from yakuba.kernel.ui import wording
from yakuba.services.robots.contracts import RowState
from yakuba.services.robots.engine.states import OPEN
from yakuba.services.robots.models import HandedRow, Row, Run, RunState, Station
from yakuba.services.robots.queries import station_keys

HOURS = "robots.station_hours"
_WAITING = Q(away__state=RunState.AWAY, away__rows__state=RowState.WAITING.value)


def stations() -> QuerySet[Station]:
    """All of them by name. away: rows that are to be entered there; since: when the oldest of their runs was handed over."""
    return Station.objects.annotate(
        away_rows=Count("away__rows", filter=_WAITING), since=Min("away__started_at", filter=_WAITING)
    ).order_by("name")


def for_hand_over() -> QuerySet[Station]:
    """Those that may be given rows."""
    return Station.objects.filter(role=Station.Role.STATION, in_use=True).order_by("name")


def away_at(station: Station) -> QuerySet[Run]:
    """The runs that it enters for us, the newest first."""
    runs = Run.objects.filter(away_at=station).select_related("scenario", "started_by")
    return runs.order_by("-pk")


def entrusted_by(station: Station) -> QuerySet[Run]:
    """The runs that it has handed over to us, the newest first."""
    return Run.objects.filter(came_from=station).select_related("scenario").order_by("-pk")


def contradicted() -> QuerySet[Row]:
    """Rows of which a station says otherwise than was decided, the oldest first."""
    rows = Row.objects.exclude(contradiction="").select_related("case__procedure", "run__away_at")
    return rows.order_by("contradicted_at", "pk")


def troubles() -> list[tuple[Station, str, datetime]]:
    """Stations in use with which something is wrong, with a sentence that says what to do, and since when."""
    found: list[tuple[Station, str, datetime]] = []
    now = timezone.now()
    for station in stations().filter(in_use=True):
        if station.fault:
            found.append((station, station.fault, station.fault_at or now))
        if silent := silence(station):
            found.append((station, silent, last_sign(station) or now))
        found += [(station, sentence, station.heard_at or now) for sentence in refusals(station)]
    return found


def refusals(station: Station) -> list[str]:
    """Why parcels could not be taken at the station, or stand still there, as far as they are away still."""
    if station.is_sender:
        return []
    away = set(Run.objects.filter(away_at=station, state=RunState.AWAY).values_list("parcel", flat=True))
    said = [station.told[mark] for mark in station.told if mark in away]
    return [one[name] for one in said for name in ("refused", "standing") if one.get(name)]


def last_sign(station: Station) -> datetime | None:
    """When it wrote its newest file; when rows were handed over, if that was later."""
    moments = [one for one in (station.heard_at, getattr(station, "since", None)) if one is not None]
    return max(moments, default=None)


def silence(station: Station) -> str:
    """That a station which has rows of ours has not been heard of for too long, and what to do; empty otherwise."""
    since = last_sign(station)
    hours = int(value(HOURS))
    if (
        not getattr(station, "away_rows", 0)
        or since is None
        or since > timezone.now() - timedelta(hours=hours)
    ):
        return ""
    way = (
        "端末のワーカーと共有フォルダの接続を確かめてください。"
        if station.folder
        else "端末から結果のファイルを持ち帰って取り込んでください。"
    )
    return (
        f"{station.away_rows}件を渡したまま、{hours}時間より長く便りがありません。{way}"  # type: ignore[attr-defined]
        "待たないときは、実行のページで取り戻します。渡した申請が、ほかのロボットで入力されることはありません。"
    )


def at_station(run: Run) -> str:
    """How a run that is away stands, as far as its station has said."""
    station = run.away_at
    if station is None:
        return ""
    said: Mapping[str, Any] = station.told.get(run.parcel, {})
    parts = [f"別の端末「{station}」に渡しました。"]
    if station.heard_at and said:
        counts = "、".join(
            f"{RowState(state).label} {number}" for state, number in dict(said.get("counts", {})).items()
        )
        parts.append(
            f"{wording.wareki_short(timezone.localdate(station.heard_at))}の便り：{counts or '受け取り'}。"
        )
    elif station.folder:
        parts.append("端末がフォルダのファイルを受け取るのを待っています。")
    else:
        parts.append("「別の端末」のページで渡すファイルを取り出し、端末へ運んでください。")
    parts += [str(said[name]) for name in ("refused", "standing") if said.get(name)]
    return "".join(parts)


def next_step(station: Station) -> str:
    """What a person does next with a station, in one sentence."""
    if not station.in_use:
        return "休止中です。使うときは、使用中にしてください。"
    if station.folder:
        return "フォルダを毎分見ています。急ぐときは「いま受け渡す」を押してください。"
    if station.touched > station.written:
        return "相手に知らせることがあります。渡すファイルを取り出して運び、相手で取り込んでください。"
    return "相手のファイルが来たら、ここで取り込んでください。"


def facts(station: Station) -> dict[str, Any]:
    """As the API and the command line tell it."""
    row = stations().get(pk=station.pk)
    return {
        "id": row.pk,
        "name": row.name,
        "role": row.role,
        "role_label": row.get_role_display(),
        "in_use": row.in_use,
        "fingerprint": station_keys.fingerprint_of(row),
        "folder": row.folder,
        "away": row.away_rows,  # type: ignore[attr-defined]  # annotated
        "open": _open_here(row),
        "heard_at": row.heard_at.isoformat() if row.heard_at else None,
        "sent": row.sent,
        "seen": row.seen,
        "trouble": "\n".join(filter(None, [row.fault, silence(row), *refusals(row)])),
        "next": next_step(row),
    }


def _open_here(station: Station) -> int:
    """Rows that we enter for it and that have not ended."""
    handed = HandedRow.objects.filter(sender=station, row__state__in=[one.value for one in OPEN])
    return handed.values("row").distinct().count()


def counts_of(run: Run) -> dict[str, int]:
    """Its rows by state, in Japanese."""
    found = Counter(Row.objects.filter(run=run).values_list("state", flat=True))
    return {state.label: found[state.value] for state in RowState if found[state.value]}
