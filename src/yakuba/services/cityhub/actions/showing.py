"""Boards, forecasts and crops made by another part of the house: named by the words of the hub, and reckoned at once."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.refusals import Missing
from yakuba.services.cityhub.actions import boards, disaster, forecasts, harvests
from yakuba.services.cityhub.engine.disaster import DisasterSort
from yakuba.services.cityhub.models import Series


def make_board(title: str, span: str, compared: str, *, actor: Actor) -> int:
    """An empty board for all, to which everybody comes first. Returns its number."""
    row = boards.save(
        None, title=title, department_id=None, is_draft=False, is_start=True, span=span, compared=compared, actor=actor
    )  # fmt: skip
    return int(row.pk)


def add_tile(
    board_id: int, kind: str, title: str, entity_type: str, attribute: str, span: str = "", *, actor: Actor
) -> None:
    """A tile at the end of it."""
    boards.save_tile(
        board_id, None, kind=kind, title=title, entity_type=entity_type, attribute=attribute, ids=[], span=span, actor=actor
    )  # fmt: skip


def set_forecast(
    entity_id: str, attribute: str, title: str, spaces: int | None = None, nearly: int = 0, *, actor: Actor
) -> None:
    """A day ahead. Raises Missing where nothing was measured."""
    row = forecasts.save(
        _series(entity_id, attribute).pk, title=title, ahead=24, spaces=spaces, nearly=nearly, actor=actor
    )
    forecasts.prepare(row, forecasts.last_hour())


def make_harvest(
    entity_id: str,
    attribute: str,
    title: str,
    *,
    begin: date,
    base: float,
    target: float,
    source: str,
    actor: Actor,
) -> None:
    """A crop. Raises Missing where nothing was measured."""
    series = _series(entity_id, attribute).pk
    row = harvests.save(
        None, title=title, series_id=series, begin=begin, base=base, target=target, source=source, actor=actor
    )  # fmt: skip
    harvests.prepare(row, timezone.localdate())


def load_disaster(sort: str, text: str, *, actor: Actor) -> None:
    """A table of warnings, shelters or closures (`engine.disaster.DisasterSort`)."""
    disaster.load_text(DisasterSort(sort), text, actor=actor)


def _series(entity_id: str, attribute: str) -> Series:
    row: Series | None = Series.objects.filter(entity_id=entity_id, attribute=attribute).first()
    if row is None:
        raise Missing(f"「{entity_id}」の「{attribute}」の測定がありません。")
    return row
