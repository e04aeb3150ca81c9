"""What a town puts where towns differ."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.localwords.slots import LONGEST, LONGEST_NAME
from yakuba.kernel.tenancy.models import MunicipalityModel


class LocalWord(MunicipalityModel):
    """What stands in the place `{name}` of every text; room: in the texts of that room alone, where its own word beats the
    one for all."""

    name = models.CharField("ところ", max_length=LONGEST_NAME)
    value = models.CharField("この自治体では", max_length=LONGEST)
    room = models.CharField("この業務だけ", max_length=40, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "自治体ごとに違うところの言葉"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "name", "room"], name="local_word_once")
        ]

    def __str__(self) -> str:
        return self.name
