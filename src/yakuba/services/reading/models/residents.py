"""Who in the register of persons a case is about."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import MunicipalityModel


class PersonMatch(MunicipalityModel):
    """Who in the register of persons a case is about (宛名突合), for procedures that ask for it. told: a keyed sum of what the
    application said when it was looked up; other values are looked up anew."""

    class State(models.TextChoices):
        OPEN = "open", "人が確かめる"
        CERTAIN = "certain", "1人に決まった"
        CHOSEN = "chosen", "職員が選んだ"
        NOBODY = "nobody", "登録簿にいない"
        NO_REGISTER = "no_register", "登録簿がない"

    case = models.OneToOneField(Case, models.CASCADE, related_name="+", verbose_name="受付")
    state = models.CharField("状態", max_length=12, choices=State.choices)
    needed = models.BooleanField("番号が要る", default=False)
    number = models.CharField("宛名番号", max_length=20, blank=True)
    reason = models.TextField("人に聞くわけ", blank=True)
    told = models.CharField(max_length=64, blank=True, editable=False)
    looked_at = models.DateTimeField("突き合わせた日時", auto_now_add=True)
    decided_by = person("確かめた職員", null=True)
    decided_at = models.DateTimeField("確かめた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "宛名突合"
        indexes = [models.Index(fields=["municipality", "state"], name="person_match_state")]
