"""Municipalities, their departments, and the base of every table that belongs to one."""

from __future__ import annotations

from typing import Any

from django.db import models

from yakuba.kernel.tenancy.activation import NoActiveMunicipality, current_municipality
from yakuba.kernel.tenancy.municipality import Municipality


class MunicipalityManager(models.Manager[Any]):
    """Shows only the active municipality's rows; without an active one every query is refused."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(municipality=current_municipality())

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> Any:
        rows = list(objs)
        for row in rows:
            row.take_municipality()
        return super().bulk_create(rows, *args, **kwargs)


class MunicipalityModel(models.Model):
    """Base of every table of a room. A row is written only for the active municipality."""

    municipality = models.ForeignKey(Municipality, models.PROTECT, related_name="+", verbose_name="自治体")

    objects = MunicipalityManager()
    all_municipalities = models.Manager()

    class Meta:
        abstract = True
        # Django's own look-ups (foreign keys, cascades) must see a row whatever is active; code goes
        # through `objects`.
        base_manager_name = "all_municipalities"

    def take_municipality(self) -> None:
        """Put the active municipality on a new row. Raises NoActiveMunicipality when it is another one's."""
        active = current_municipality()
        if self.municipality_id is None:
            self.municipality = active
        elif self.municipality_id != active.pk:
            raise NoActiveMunicipality(
                f"{type(self).__name__} belongs to another municipality than the active one"
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.take_municipality()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        self.take_municipality()
        return super().delete(*args, **kwargs)


class Department(MunicipalityModel):
    """A section (課) of a municipality."""

    name = models.CharField("名称", max_length=60)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "課"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="department_once")]

    def __str__(self) -> str:
        return self.name
