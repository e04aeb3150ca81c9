"""Boards (計器盤): what a section wants to see at a glance, put together in the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import Department, MunicipalityModel
from yakuba.services.cityhub.engine.boards import COMPARISONS, KINDS, MOST_TITLE, SPANS


def chosen(words: Mapping[Any, str]) -> list[tuple[str, str]]:
    """As a field of choices takes them."""
    return [(str(one), word) for one, word in words.items()]


class Board(MunicipalityModel):
    """A board. department: whose it is, empty for all; is_draft: only who makes it and whoever manages the hub sees it;
    is_start: what a section comes to first."""

    title = models.CharField("題名", max_length=MOST_TITLE)
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="課"
    )
    is_draft = models.BooleanField("下書き", default=True)
    is_start = models.BooleanField("最初に開く", default=False)
    span = models.CharField("期間", max_length=10, choices=chosen(SPANS))
    compared = models.CharField("比べる期間", max_length=10, blank=True, choices=chosen(COMPARISONS))
    made_by = person("作った職員", null=True)
    made_at = models.DateTimeField("作った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "計器盤"

    def __str__(self) -> str:
        return self.title


class Tile(MunicipalityModel):
    """A part of a board. What it shows is named in the words of the hub (type, attribute, ids), not by rows, so that it
    also shows what is only measured later. ids: empty for all entities of the type; span: empty for the board's."""

    board = models.ForeignKey(Board, models.CASCADE, related_name="tiles", verbose_name="計器盤")
    place = models.PositiveIntegerField("順番")
    kind = models.CharField("形", max_length=10, choices=chosen(KINDS))
    title = models.CharField("題名", max_length=MOST_TITLE)
    entity_type = models.CharField("実体の型", max_length=256, blank=True)
    attribute = models.CharField("属性", max_length=256, blank=True)
    ids = models.JSONField("実体", default=list)
    span = models.CharField("期間", max_length=10, blank=True, choices=chosen(SPANS))

    class Meta(MunicipalityModel.Meta):
        verbose_name = "計器盤の部分"
        indexes = [models.Index(fields=["board", "place"], name="cityhub_tile_place")]

    def __str__(self) -> str:
        return self.title
