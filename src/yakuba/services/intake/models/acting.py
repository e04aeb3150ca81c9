"""Files of who may ask and what it costs, and who asked for a case. Of a document only its kind and the day are kept."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.tenancy.models import MunicipalityModel


class RuleFile(MunicipalityModel):
    """A file that staff read and write. code: of acting rules the procedure's; text: as they write it; told: what is in force,
    empty while nobody has approved it. Read by `engine.acting.reading` and `engine.fees.table`."""

    class Kind(models.TextChoices):
        ACTING = "acting", "申請できる人の決まり"
        FEES = "fees", "手数料表"

    kind = models.CharField("種類", max_length=8, choices=Kind.choices)
    code = models.CharField("コード", max_length=60)
    title = models.CharField("名前", max_length=300)
    text = models.TextField("下書き")
    told = models.TextField("使用中", blank=True)
    told_at = models.DateTimeField("使い始めた日時", null=True)
    changed_by = person("書いた職員", null=True)
    changed_at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "本人確認と手数料の決まり"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "code"], name="intake_rule_file_once")
        ]

    def __str__(self) -> str:
        return self.title


class ActingStatement(MunicipalityModel):
    """Who asked for a case, as known at a moment; the last one counts, the database refuses to change any. part: the role's word;
    rules: stamp of the file it was judged by; seen: rows of `name`, `day` (on which it was seen) and, of a power of attorney,
    `written`, `points`; lacking: sentences, and the mark `queries.acting.GUARD`; waived: why the case goes on all the same; letter: whether the person is to be told."""

    class Where(models.TextChoices):
        WEB = "web", "ウェブ"
        COUNTER = "counter", "窓口"
        POST = "post", "郵送"

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    serial = models.PositiveIntegerField("何回目")
    door = models.CharField("受け付けたところ", max_length=8, choices=Where.choices)
    part = models.CharField("立場", max_length=20)
    rules = models.CharField("決まりの版", max_length=12)
    name = models.CharField("代わりの人の氏名", max_length=120, blank=True)
    address = models.CharField("代わりの人の住所", max_length=200, blank=True)
    phone = models.CharField("代わりの人の電話", max_length=40, blank=True)
    relation = models.CharField("本人との続柄", max_length=60, blank=True)
    letters_to = models.CharField("通知の宛先", max_length=10)
    seen = DocumentField("確かめた書類", default=list)
    lacking = DocumentField("足りないもの", default=list)
    identified = models.BooleanField("本人確認ができた")
    authorised = models.BooleanField("権限が分かった")
    letter = models.BooleanField("本人へ通知が要る", default=False)
    waived = models.CharField("足りないまま進める理由", max_length=300, blank=True)
    reason = models.CharField("直した理由", max_length=300, blank=True)
    said_by = person("記録した職員", null=True)
    said_at = models.DateTimeField("記録した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請した人"
        constraints = [models.UniqueConstraint(fields=["case", "serial"], name="intake_acting_serial")]
