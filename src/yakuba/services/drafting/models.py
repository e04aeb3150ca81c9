"""The town's own words, texts that a person chose to keep, and how generative AI may be used: rule, uses, templates, log."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.drafting.contracts import BuiltIn, DataClass, Risk, TextClass, TownWord


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


class UsageRule(MunicipalityModel):
    """The town's rule of use; the newest holds, and whoever uses AI has accepted that one."""

    text = models.TextField("約束")
    made_by = person("決めた職員")
    made_at = models.DateTimeField("決めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "AIの約束"


class Acceptance(MunicipalityModel):
    """Somebody has read a rule and holds to it."""

    rule = models.ForeignKey(UsageRule, models.PROTECT, related_name="acceptances", verbose_name="約束")
    who = person("承知した職員")
    at = models.DateTimeField("承知した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "約束の承知"
        constraints = [models.UniqueConstraint(fields=["rule", "who"], name="drafting_accepted_once")]


class Use(MunicipalityModel):
    """A registered use of AI. data_class: up to which information may be given; is_open: it may be used now."""

    name = models.CharField("使い方", max_length=80)
    purpose = models.CharField("目的", max_length=400)
    data_class = models.CharField("入れてよい情報", max_length=10, choices=DataClass.choices())
    risk = models.CharField("リスク", max_length=10, choices=Risk.choices())
    measures = models.CharField("リスクへの備え", max_length=400, blank=True)
    owner = person("責任者")
    is_open = models.BooleanField("使ってよい", default=True)
    made_at = models.DateTimeField("登録した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "AIの使い方"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="drafting_use_once")]

    def __str__(self) -> str:
        return self.name


class Evidence(MunicipalityModel):
    """What a use has to show for one of the ten principles (a key of `engine.principles`)."""

    use = models.ForeignKey(Use, models.CASCADE, related_name="evidence", verbose_name="使い方")
    principle = models.CharField("指針", max_length=20)
    text = models.CharField("根拠", max_length=400)
    by = person("書いた職員")
    at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "指針の根拠"
        constraints = [models.UniqueConstraint(fields=["use", "principle"], name="drafting_evidence_once")]


class Template(MunicipalityModel):
    """What a model is asked for. grounded: every sentence of the answer names the lines of the source that it is made of."""

    label = models.CharField("ひな形", max_length=60)
    instruction = models.TextField("頼むこと", max_length=1_000)
    built_in = models.CharField("サーバーがないとき", max_length=14, choices=BuiltIn.choices())
    grounded = models.BooleanField("元の文の行を根拠にさせる", default=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "AIのひな形"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "label"], name="drafting_template_once")
        ]

    def __str__(self) -> str:
        return self.label


class UseRecord(MunicipalityModel):
    """One use, without any of its text. way: which server, or the built-in way; failed: why the server did not do it; hidden,
    alarms, unfounded: how many things were hidden, phrases spoke to the model, numbers and names were marked."""

    who = person("使った職員")
    at = models.DateTimeField("日時", auto_now_add=True)
    use = models.ForeignKey(Use, models.PROTECT, related_name="records", verbose_name="使い方")
    template = models.CharField("ひな形", max_length=60)
    way = models.CharField("何が行ったか", max_length=160)
    failed = models.CharField("サーバーが行わなかったわけ", max_length=300, blank=True)
    characters = models.PositiveIntegerField("渡した字数")
    answered = models.PositiveIntegerField("出た字数")
    hidden = models.PositiveIntegerField("伏せた数")
    alarms = models.PositiveIntegerField("指示らしい文")
    unfounded = models.PositiveIntegerField("印を付けた数と名前")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "AIの使用記録"
        indexes = [models.Index(fields=["municipality", "at"], name="drafting_record_at")]
