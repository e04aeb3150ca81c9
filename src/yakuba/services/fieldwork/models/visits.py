"""What crews said of their stops, when, by the server's clock. Only ever added."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.fieldwork.contracts import NotDone, VisitKind
from yakuba.services.fieldwork.models.rounds import Crew, RoundStop


class StopEvent(MunicipalityModel):
    """着いた, 済んだ or できなかった. Never changed and never taken away: whoever asks later when a hole was repaired (管理瑕疵) reads it
    here and in the audit record. at: the server's clock; own_time: what the crew's clock said where there was no network, as it
    wrote it; minutes: of work, as the crew says; metres: driven from the stop before, read off the car; key: of the form, so
    that one press sent twice is one event."""

    stop = models.ForeignKey(RoundStop, models.PROTECT, related_name="events", verbose_name="訪問先")
    crew = models.ForeignKey(Crew, models.PROTECT, related_name="+", verbose_name="班")
    kind = models.CharField("出来事", max_length=10, choices=VisitKind.choices())
    at = models.DateTimeField("日時")
    own_time = models.CharField("班の時計", max_length=5, blank=True)
    reason = models.CharField("わけ", max_length=12, choices=NotDone.choices(), blank=True)
    note = models.CharField("メモ", max_length=400, blank=True)
    minutes = models.PositiveSmallIntegerField("かかった分", null=True)
    metres = models.PositiveIntegerField("走った距離（m）", null=True)
    user = person("職員", null=True)
    key = models.CharField("送った印", max_length=64)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訪問の記録"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="fieldwork_visit_key")]
        indexes = [models.Index(fields=["municipality", "stop", "at"], name="fieldwork_visit_at")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it."""
        if not self._state.adding:
            raise RuntimeError("what a crew said is never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """It stays."""
        raise RuntimeError("what a crew said is never taken away")


class VisitPhoto(MunicipalityModel):
    """A photograph of a stop, drawn anew without place or camera."""

    event = models.ForeignKey(StopEvent, models.PROTECT, related_name="photos", verbose_name="訪問の記録")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="写真")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訪問の写真"
