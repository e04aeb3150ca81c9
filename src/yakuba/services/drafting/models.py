"""The town's own words, and texts that a person chose to keep."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.drafting.contracts import TextClass, TownWord


class Term(MunicipalityModel):
    """A word of the town's list (`contracts.TownWord`). classes: their codes divided by commas, empty for all."""

    written = models.CharField("直す語", max_length=60, blank=True)
    preferred = models.CharField("町の書き方", max_length=60, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    classes = models.CharField("文書の種類", max_length=60, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "用語集の語"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "written", "preferred"], name="drafting_term_once"
            )
        ]

    def __str__(self) -> str:
        return self.written or self.preferred

    @property
    def word(self) -> TownWord:
        """As the engine has it."""
        return TownWord(self.written, self.preferred, self.reason, self.kinds)

    @property
    def kinds(self) -> tuple[TextClass, ...]:
        """The classes."""
        return tuple(TextClass(one) for one in self.classes.split(",") if one)


class KeptText(MunicipalityModel):
    """A text that somebody kept, and nobody else sees."""

    title = models.CharField("題", max_length=100)
    text = models.TextField("文")
    text_class = models.CharField("文書の種類", max_length=12, choices=TextClass.choices())
    kept_by = person("残した職員")
    kept_at = models.DateTimeField("残した日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "残した文"

    def __str__(self) -> str:
        return self.title
