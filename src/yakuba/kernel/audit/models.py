"""The append-only record of who did what, one hash chain for each municipality."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from yakuba.kernel.tenancy.models import Municipality, MunicipalityModel


class AppendOnly(RuntimeError):
    """Somebody tried to change or delete a record that may only be added to."""


class ChainHead(models.Model):
    """The last link of a municipality's chain. Its row is the lock that puts writers in a line.

    Links up to `plain_until` are of a version that had no key; the link behind them says so under the key.
    """

    municipality = models.OneToOneField(Municipality, models.PROTECT, primary_key=True, related_name="+")
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)
    plain_until = models.PositiveBigIntegerField(default=0)


class AuditEvent(MunicipalityModel):
    """One event. `hash` is keyed and covers its content and the hash before it."""

    sequence = models.PositiveBigIntegerField("番号")
    at = models.DateTimeField("日時")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="職員"
    )
    name = models.CharField("出来事", max_length=80)
    subject = models.CharField("対象", max_length=120, blank=True)
    details = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "監査記録"
        constraints = [models.UniqueConstraint(fields=["municipality", "sequence"], name="audit_sequence")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly("an audit event is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("an audit event is never deleted")


class HouseEvent(models.Model):
    """One event of the installation itself (`house`). by: who, as the operating system knows them; code, number: of the
    municipality that it is about. `hash` is keyed and covers the rest."""

    sequence = models.PositiveBigIntegerField("番号", unique=True)
    at = models.DateTimeField("日時")
    name = models.CharField("出来事", max_length=80)
    by = models.CharField("だれが", max_length=120)
    code = models.CharField("団体コード", max_length=6, blank=True)
    number = models.BigIntegerField(null=True, db_index=True)
    details = models.JSONField("内容", default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "据え付けの記録"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly("an event is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly("an event is never deleted")
