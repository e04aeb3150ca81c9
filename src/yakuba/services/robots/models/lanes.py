"""The fast lane (高速入力) of a scenario's version: whether it is on, and what was proved."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class FastLane(MunicipalityModel):
    """What is known of one version. on: whether its runs use the lane.  base_url: the address at which it was proved.

    pages: fingerprints of the pages that were compared.  agent: what the browser called itself there.  compared: rows
    since then that the browser has read back as well.  reasons: why the last proof did not succeed.  lapsed: why it is
    worth nothing any more, since `lapsed_at`.
    """

    version = models.OneToOneField(
        "robots.ScenarioVersion", models.CASCADE, related_name="fast_lane", verbose_name="シナリオの版"
    )
    on = models.BooleanField("高速入力を使う", default=False)
    base_url = models.URLField("アドレス", max_length=200, blank=True)
    pages = models.JSONField(default=list)
    agent = models.CharField(max_length=300, blank=True)
    proved_at = models.DateTimeField("確かめた日時", null=True)
    proved_by = person("確かめた職員", null=True)
    proof_run = models.ForeignKey(
        "robots.Run", models.SET_NULL, null=True, related_name="+", verbose_name="確かめた実行"
    )
    compared = models.PositiveIntegerField("読み返した行", default=0)
    reasons = models.JSONField(default=list)
    lapsed_at = models.DateTimeField("切れた日時", null=True)
    lapsed = models.TextField("切れた理由", blank=True)
    changed_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "高速入力"

    @property
    def is_proved(self) -> bool:
        """Whether the proof holds at the address where the system is now."""
        here = self.version.scenario.system.base_url
        return self.proved_at is not None and self.lapsed_at is None and self.base_url == here

    @property
    def is_used(self) -> bool:
        """Whether a run may use it."""
        return self.on and self.is_proved
