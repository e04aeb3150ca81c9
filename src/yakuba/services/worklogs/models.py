"""Logs that were taken in, who stands in them (as pseudonyms), the parts that hold the events, and what was found."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class PseudonymKey(MunicipalityModel):
    """What pseudonyms are made with: 32 random bytes, under the town's key. They move with the town, so that a log that
    comes later finds the same pseudonyms; without them nobody can tell whose a name would be. last: kind → the last number
    that was given: no other PC or person ever gets it, also when the one that had it is forgotten."""

    sealed = models.BinaryField(editable=False)
    last = models.JSONField(default=dict, editable=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "仮名の鍵"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="worklogs_one_key")]


class Subject(MunicipalityModel):
    """A person or a PC of the logs. number: by which the parts know it, from 1 for each kind; mark: the pseudonym, as pages
    show it; digest: of the name, with the town's key; sealed: the name itself, under the town's key."""

    class Kind(models.TextChoices):
        PC = "pc", "PC"
        PERSON = "person", "職員"

    kind = models.CharField("種類", max_length=6, choices=Kind.choices)
    number = models.PositiveIntegerField("番号")
    mark = models.CharField("仮名", max_length=20)
    digest = models.CharField(max_length=64)
    sealed = models.BinaryField(editable=False)
    seen_at = models.DateTimeField("最後に取り込んだ日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "仮名"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "kind", "digest"], name="worklogs_subject_once"),
            models.UniqueConstraint(fields=["municipality", "kind", "number"], name="worklogs_number_once"),
        ]

    def __str__(self) -> str:
        return self.mark


class LogImport(MunicipalityModel):
    """A file that was handed in. file: as it came, only until it is read; renamed: heading → column, as a person chose;
    faults: the first sentences about rows that could not be used. masked: texts in which something was hidden."""

    class State(models.TextChoices):
        WAITING = "waiting", "取り込み待ち"
        DONE = "done", "取り込み済み"
        FAILED = "failed", "取り込めなかった"

    name = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    renamed = models.JSONField("列", null=True)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.WAITING)
    rows = models.PositiveIntegerField("読んだ行", default=0)
    new = models.PositiveIntegerField("新しい行", default=0)
    bad = models.PositiveIntegerField("使えない行", default=0)
    masked = models.PositiveIntegerField("伏せた文字のある行", default=0)
    faults = models.JSONField("直すところ", default=list)
    reason = models.TextField("理由", blank=True)
    first_at = models.DateTimeField("最初の操作", null=True)
    last_at = models.DateTimeField("最後の操作", null=True)
    created_at = models.DateTimeField("受け取った日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ログの取り込み"
        indexes = [models.Index(fields=["municipality", "state"], name="worklogs_import_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def doubled(self) -> int:
        """Rows that stood there already."""
        return max(0, self.rows - self.bad - self.new)

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"log-{self.pk}"


class LogPart(MunicipalityModel):
    """The events of 25 PCs in a month, as a Parquet file, encrypted as every file. ends_at: when the month is over, from
    which the days for which it is kept count."""

    bucket = models.PositiveIntegerField("PCの組")
    month = models.PositiveIntegerField("月")  # 202604
    events = models.PositiveIntegerField("操作")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    ends_at = models.DateTimeField("月の終わり")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "操作ログ"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "bucket", "month"], name="worklogs_part_once")
        ]


class ActivityRules(MunicipalityModel):
    """The rules by which activities are named, as they were from a moment on; the newest ones hold."""

    version = models.PositiveIntegerField("版")
    text = models.TextField("内容")
    created_at = models.DateTimeField("登録日時", auto_now_add=True)
    created_by = person("登録した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作業の決まり"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="worklogs_rules_version")
        ]

    def __str__(self) -> str:
        return f"第{self.version}版"


class Prepared(MunicipalityModel):
    """What the pages show, calculated by a worker. content: `queries.prepared.Overview` as JSON."""

    content = models.JSONField("内容")
    made_at = models.DateTimeField("計算した日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "操作ログの集計"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="worklogs_one_prepared")]


class Candidate(MunicipalityModel):
    """A routine that a robot might do. content: its steps, variants, transfers and where it happened (numbers of the
    parts' PCs, no names). steps: its step codes, by which it is known again. subject: the draft that was made of it (`recording:12`)."""

    class State(models.TextChoices):
        FOUND = "found", "見つかった"
        DRAFTED = "drafted", "下書きにした"
        DISMISSED = "dismissed", "見送った"

    title = models.CharField("くり返し", max_length=200)
    state = models.CharField("状態", max_length=9, choices=State.choices, default=State.FOUND)
    reason = models.CharField("見送った理由", max_length=300, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    times = models.PositiveIntegerField("回数")
    minutes = models.FloatField("時間（分）")
    regularity = models.FloatField("決まりきった度合い")
    score = models.FloatField("順位の点")
    current = models.BooleanField("最後の計算にある", default=True)
    steps = models.JSONField(default=list)
    content = models.JSONField(default=dict)
    found_at = models.DateTimeField("見つけた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ロボットの候補"
        indexes = [models.Index(fields=["municipality", "current", "-score"], name="worklogs_candidate_rank")]

    def __str__(self) -> str:
        return self.title
