"""The ledger (受付簿): procedures, cases, their values with where each came from, and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Coalesce, Left

from yakuba.kernel.accounts.models import person
from yakuba.kernel.definitions.procedures import ProcedureDefinition, parse_procedure
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger import guard, naming
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.workflow import LABELS, Status
from yakuba.kernel.outbound import class_of_field, require_class
from yakuba.kernel.registry import letter_kinds
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.kernel.values.reduction import read_table

# In a value's source: the town lets nobody confirm values of this field. Such a value is not trusted, yet keeps no case back.
UNASKED = "unasked"


class Procedure(MunicipalityModel):
    """A procedure (手続) as a municipality uses it. `document` is the procedure file as loaded."""

    code = models.SlugField("コード", max_length=60)
    title = models.CharField("名称", max_length=120)
    version = models.PositiveIntegerField("版", default=1)
    document = DocumentField()

    class Meta(MunicipalityModel.Meta):
        verbose_name = "手続"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="procedure_once")]

    def __str__(self) -> str:
        return self.title

    @property
    def definition(self) -> ProcedureDefinition:
        """The parsed file, parsed once for each document that the row holds."""
        parsed: tuple[Any, ProcedureDefinition] | None = self.__dict__.get("_parsed")
        if parsed is None or parsed[0] is not self.document:
            parsed = self.document, parse_procedure(self.document, self.code)
            self.__dict__["_parsed"] = parsed
        return parsed[1]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Where another field is the name now, its cases are listed by that one."""
        before = None if self._state.adding else Procedure.objects.filter(pk=self.pk).first()
        super().save(*args, **kwargs)
        if before and naming.name_fields(before.definition) != naming.name_fields(self.definition):
            name_cases(self)


class Case(MunicipalityModel):
    """One application (受付), known by its receipt number within its procedure."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="cases", verbose_name="手続")
    receipt_number = models.CharField("受付番号", max_length=20)
    status = models.CharField(
        "状態", max_length=12, choices=[(s.value, LABELS[s]) for s in Status], default=Status.READING
    )
    target_number = models.CharField("基幹システムの登録番号", max_length=60, blank=True)
    # Copies of two of its values, by which it is listed and sorted; written by `CaseValue.save` alone.
    name = models.CharField("氏名", max_length=naming.LONGEST, blank=True, editable=False)
    kana = models.CharField("フリガナ", max_length=naming.LONGEST, null=True, editable=False)
    created_at = models.DateTimeField("受付日時", auto_now_add=True)
    updated_at = models.DateTimeField("更新日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "受付"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "procedure", "receipt_number"], name="case_once")
        ]
        indexes = [
            models.Index(fields=["municipality", "procedure", "status"], name="case_status"),
            models.Index(fields=["municipality", "kana", "name", "receipt_number"], name="case_by_name"),
        ]

    def __str__(self) -> str:
        return f"{self.procedure.title} {self.receipt_number}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Never puts back a name that was written since this object was read."""
        if not self._state.adding and kwargs.get("update_fields") is None and not args:
            own = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = own - {"name", "kana"} - self.get_deferred_fields()
        super().save(*args, **kwargs)

    @property
    def is_entered(self) -> bool:
        """Whether the core system has it, whatever was decided since. What is entered is never entered again."""
        return self.status == Status.ENTERED or bool(self.target_number)


class CaseValue(MunicipalityModel):
    """The current value of one field, and where it came from."""

    class Origin(models.TextChoices):
        READING = "reading", "読み取り"
        PERSON = "person", "職員"
        REGISTER = "register", "宛名の登録簿"
        APPLICANT = "applicant", "申請者（ウェブ）"
        CALCULATED = "calculated", "申請から計算"

    case = models.ForeignKey(Case, models.CASCADE, related_name="values", verbose_name="受付")
    field = models.CharField("項目", max_length=60)
    value = models.TextField("値", blank=True)
    trusted = models.BooleanField("信頼できる", default=False)
    origin = models.CharField("由来", max_length=10, choices=Origin.choices, default=Origin.READING)
    source = models.JSONField("出所", default=dict)  # sheet, box, engine, confidence, reasons
    confirmed_by = person("確認者", null=True)
    confirmed_at = models.DateTimeField("確認日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "値"
        constraints = [models.UniqueConstraint(fields=["case", "field"], name="value_once")]
        # All values of a town are counted in it, without reading any (`services.reform.queries.promises`).
        indexes = [
            models.Index(fields=["municipality", "trusted", "origin"], name="value_passed"),
            models.Index(fields=["municipality"], condition=models.Q(trusted=False), name="value_unsure"),
        ]

    @property
    def is_sent(self) -> bool:
        """Whether it is what an applicant sent by web, or follows from that."""
        return self.origin in (self.Origin.APPLICANT, self.Origin.CALCULATED)

    @property
    def is_unasked(self) -> bool:
        """Whether nobody confirmed it and nobody will: what was read, as it is."""
        return not self.trusted and bool(self.source.get(UNASKED))

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Raises ValueRefused for a field that the procedure lacks and for a value that is not canonical, and ZoneRefused
        for one that this installation's zone may not hold."""
        definition = self.case.procedure.definition
        item = guard.check(definition, self.field, self.value)
        require_class(class_of_field(item), f"項目「{item.label}」")
        with transaction.atomic():
            super().save(*args, **kwargs)
            if kept := naming.kept(definition, self.field, self.value):
                Case.objects.filter(pk=self.case_id).update(**kept)
                for column, value in kept.items():
                    setattr(self.case, column, value)


def name_cases(procedure: Procedure) -> None:
    """Let all cases of a procedure keep the name and the reading that their values say."""
    fields = zip(("name", "kana"), naming.name_fields(procedure.definition), ("", None), strict=True)
    values = CaseValue.objects.filter(case=models.OuterRef("pk")).exclude(value="")
    kept = {
        column: Coalesce(
            models.Subquery(values.filter(field=field).values(cut=Left("value", naming.LONGEST))[:1]),
            models.Value(nothing),
            output_field=models.CharField(null=True),
        )
        for column, field, nothing in fields
    }
    Case.objects.filter(procedure=procedure).update(**kept)


class ReductionTable(MunicipalityModel):
    """The town's table of reduced characters (縮退表), as loaded; see `kernel.values.reduction`."""

    text = models.TextField("縮退表")
    loaded_at = models.DateTimeField("登録日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "縮退表"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="reduction_table_once")]

    @classmethod
    def in_use(cls) -> Mapping[str, str]:
        """Character → what stands for it; empty where the town has no table."""
        row = cls.objects.first()
        return read_table(row.text) if row else {}


class CaseEvent(MunicipalityModel):
    """What happened to a case, with the seconds it took and who did it. Never changed."""

    class Actor(models.TextChoices):
        MACHINE = "machine", "機械"
        PERSON = "person", "職員"

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", verbose_name="受付")
    kind = models.CharField("出来事", max_length=60)  # room.verb
    at = models.DateTimeField("日時", auto_now_add=True)
    actor = models.CharField("だれが", max_length=10, choices=Actor.choices)
    user = person("職員", null=True)
    seconds = models.FloatField("秒", default=0.0)
    details = models.JSONField("内容", default=dict)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "受付の出来事"
        indexes = [
            models.Index(fields=["municipality", "case", "at"], name="case_event_at"),
            models.Index(fields=["municipality", "kind", "case"], name="case_event_kind"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise RuntimeError("a case event is never changed")
        super().save(*args, **kwargs)


class CaseLetter(MunicipalityModel):
    """A letter to a case's applicant, kept as it was sent. kind: of letter; number: 文書番号; template: number of the town's
    Word file by which it looks, 0 for the house's."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="letters", verbose_name="受付")
    kind = models.CharField("種類", max_length=60)
    number = models.CharField("文書番号", max_length=60, blank=True)
    day = models.DateField("日付")
    template = models.PositiveIntegerField("様式の版", default=0)
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="紙面")
    made_by = person("作った職員")
    made_at = models.DateTimeField("作った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請者への通知"

    @property
    def label(self) -> str:
        """How its kind is called."""
        kind = letter_kinds().get(self.kind)
        return kind.label if kind else self.kind
