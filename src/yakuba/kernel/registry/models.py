"""Which rooms a municipality does not use."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class UnusedRoom(MunicipalityModel):
    """A room that is switched off for a municipality. What the room holds stays, and work under way ends by itself."""

    room = models.CharField("業務", max_length=40)
    since = models.DateTimeField("使わなくなった日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "使わない業務"
        constraints = [models.UniqueConstraint(fields=["municipality", "room"], name="unused_room_once")]

    def __str__(self) -> str:
        return self.room
