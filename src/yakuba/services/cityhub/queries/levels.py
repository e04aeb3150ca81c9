"""Evacuation notices: which stand, and what came before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from yakuba.services.cityhub.engine import levels
from yakuba.services.cityhub.models import LevelNotice


@dataclass(frozen=True)
class Standing:
    """What holds in an area now."""

    notice: levels.Notice
    word: str
    to_do: str


def notices() -> QuerySet[Any]:
    """All of them, the newest first."""
    return LevelNotice.objects.select_related("about", "entered_by").order_by("-entered_at", "-pk")


def plain(row: LevelNotice) -> levels.Notice:
    """For the engine."""
    return levels.Notice(
        row.pk, row.kind, row.level, row.area, row.issued_at, row.issuer, row.reason, row.about_id
    )


def standing() -> list[Standing]:
    """What holds now, the highest level first."""
    found = levels.standing(plain(row) for row in notices().reverse())
    return [
        Standing(one, levels.word(one.level, timezone.localdate(one.at)), levels.TO_DO[one.level])
        for one in found
    ]


def word_of(row: LevelNotice) -> str:
    """How its level was called when it was issued."""
    return levels.word(row.level, timezone.localdate(row.issued_at))
