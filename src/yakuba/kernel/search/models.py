"""The tables of the index. They hold no text: which terms (as numbers) which document has, and who may find it."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.kernel.tenancy.municipality import Municipality

SOURCE = 60  # characters of the name of a source
KEY = 120


def town() -> Any:
    """The municipality of a row of a large table, without an index of its own: SQLite would take that one for looking up
    a term, and read every row of the town."""
    return models.ForeignKey(
        Municipality, models.PROTECT, related_name="+", db_index=False, verbose_name="自治体"
    )


class Shelf(MunicipalityModel):
    """The index of one source in one town, and how far its building is. version: of what stands in it; building: the
    version that is being built, empty when none is; after: the last key that is in it already."""

    source = models.CharField("もと", max_length=SOURCE)
    version = models.CharField("版", max_length=80, blank=True)
    building = models.CharField("作っている版", max_length=80, blank=True)
    round = models.PositiveIntegerField("回", default=0)
    after = models.CharField("ここまで", max_length=KEY, blank=True)
    done = models.PositiveIntegerField("件数", default=0)
    built_at = models.DateTimeField("作った日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "索引"
        constraints = [models.UniqueConstraint(fields=["municipality", "source"], name="shelf_once")]


class Document(MunicipalityModel):
    """An entry as it stands in the index. terms: packed (`postings.packed`), so that its postings can be taken out."""

    municipality = town()
    shelf = models.ForeignKey(
        Shelf, models.CASCADE, related_name="documents", db_index=False, verbose_name="索引"
    )
    key = models.CharField("鍵", max_length=KEY)
    kind = models.CharField("種類", max_length=40, blank=True)
    permission = models.CharField("権限", max_length=60, blank=True)
    valid_from = models.DateField("有効になる日", null=True)
    valid_until = models.DateField("最後の日", null=True)
    terms = models.BinaryField("語")
    round = models.PositiveIntegerField("回", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "索引の項目"
        constraints = [models.UniqueConstraint(fields=["shelf", "key"], name="document_once")]


class Posting(MunicipalityModel):
    """The documents of one block (their numbers divided by `postings.BLOCK`) that have one term, and how often."""

    municipality = town()
    shelf = models.ForeignKey(
        Shelf, models.CASCADE, related_name="postings", db_index=False, verbose_name="索引"
    )
    term = models.BigIntegerField("語")
    block = models.IntegerField("区画")
    data = models.BinaryField("並び")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "索引の並び"
        constraints = [models.UniqueConstraint(fields=["shelf", "term", "block"], name="posting_once")]


class Waiting(MunicipalityModel):
    """A note that an entry has changed. One for each change: whoever indexes takes away those that it saw, and one that
    another transaction writes meanwhile stays."""

    municipality = town()
    source = models.CharField("もと", max_length=SOURCE)
    key = models.CharField("鍵", max_length=KEY)
    since = models.DateTimeField("いつから", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "索引を待つもの"
        indexes = [models.Index(fields=["municipality", "source"], name="waiting_source")]
