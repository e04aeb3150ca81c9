"""Entries of all kinds of register, and every change of them."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class RegisterEntry(MunicipalityModel):
    """An entry. kind: code of a kind (`engine.registers`); values: by the columns' codes, canonical; due_on: the first day that is
    reminded of, None without; closed: nothing is to be done any more."""

    kind = models.CharField("台帳", max_length=40)
    title = models.CharField("件名", max_length=200)
    values = models.JSONField("内容", default=dict)
    evidence = models.CharField("根拠の文書", max_length=300, blank=True)
    due_on = models.DateField("期日", null=True)
    closed = models.BooleanField("済み", default=False)
    made_at = models.DateTimeField("書いた日時", auto_now_add=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)
    changed_by = person("変えた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "台帳の記録"
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "title"], name="sharing_entry_once")
        ]
        indexes = [models.Index(fields=["municipality", "closed", "due_on"], name="sharing_entry_due")]

    def __str__(self) -> str:
        return self.title


class RegisterChange(MunicipalityModel):
    """How an entry stood after a change; the database refuses to change it."""

    entry = models.ForeignKey(RegisterEntry, models.PROTECT, related_name="changes", verbose_name="記録")
    values = models.JSONField("内容", default=dict)
    evidence = models.CharField("根拠の文書", max_length=300, blank=True)
    closed = models.BooleanField("済み", default=False)
    changed_by = person("変えた職員", null=True)
    changed_at = models.DateTimeField("変えた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "台帳の変更"
        ordering = ("-pk",)
