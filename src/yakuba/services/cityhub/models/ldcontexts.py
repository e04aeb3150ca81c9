"""Contexts of NGSI-LD that the town has brought: nothing is fetched from outside."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.tenancy.models import MunicipalityModel


class LdContext(MunicipalityModel):
    """One context; it never changes, another content is another row. url: by which clients name it, empty for the hub's own
    address of it; content: JSON of what stands at `@context`."""

    identifier = models.CharField("番号", max_length=24)
    url = models.CharField("アドレス", max_length=1_000, blank=True)
    content = models.TextField("内容")
    created_at = models.FloatField("預けた時刻")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "NGSI-LDの@context"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "identifier"], name="cityhub_context_once"),
            models.UniqueConstraint(
                fields=["municipality", "url"], condition=~models.Q(url=""), name="cityhub_context_url_once"
            ),
        ]

    def __str__(self) -> str:
        return self.url or self.identifier
