"""Files that were taken in, rules by version, runs, findings, letters, declarations of tax."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.claims.contracts import SEVERITY_LABELS, Severity
from yakuba.services.claims.engine.tables import kinds

MEMBERS = "members"


class Handed(MunicipalityModel):
    """A file that somebody handed in and a worker reads. file: as it came, encrypted; faults: the first sentences about what
    could not be used, bad: how many there are."""

    class State(models.TextChoices):
        WAITING = "waiting", "取り込み待ち"
        DONE = "done", "取り込み済み"
        FAILED = "failed", "取り込めなかった"

    name = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="ファイル")
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.WAITING)
    lines = models.PositiveIntegerField("行", default=0)
    bad = models.PositiveIntegerField("直すところ", default=0)
    faults = models.JSONField("直すところの文", default=list)
    reason = models.TextField("理由", blank=True)
    created_at = models.DateTimeField("受け取った日時", auto_now_add=True)
    created_by = person("入れた職員", null=True)

    class Meta(MunicipalityModel.Meta):
        abstract = True

    def __str__(self) -> str:
        return self.name


class ClaimFile(Handed):
    """A claim file. claims: that were read; left_out: that could not be; months: of treatment (YYYYMM) → claims; others: record
    types that no layout knows → how many; the parts are Parquet (`adapters.shelf`). ends_at: the end of its last month, from
    which the days count for which it is kept."""

    claims = models.PositiveIntegerField("レセプト", default=0)
    left_out = models.PositiveIntegerField("読めなかったレセプト", default=0)
    points = models.BigIntegerField("点数", default=0)
    months = models.JSONField("診療年月", default=dict)
    others = models.JSONField("知らない種類の行", default=dict)
    complete = models.BooleanField("終わりの行がある", default=False)
    claims_part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    items_part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    diseases_part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    ends_at = models.DateTimeField("最後の月の終わり", null=True)

    class Meta(Handed.Meta):
        abstract = False
        verbose_name = "請求ファイル"
        indexes = [models.Index(fields=["municipality", "state"], name="claims_file_state")]

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"claims-{self.pk}"


class CheckTable(Handed):
    """A master, a check table, or the town's eligibility. kind: of `engine.tables.kinds`, or `members`; since: the month of
    treatment from which this edition holds, YYYYMM; renamed: heading → column, as a person chose; part: its rows as Parquet."""

    kind = models.CharField("種類", max_length=20)
    since = models.PositiveIntegerField("適用する診療年月から")
    renamed = models.JSONField("列", null=True)
    rows = models.PositiveIntegerField("使う行", default=0)
    part = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")

    class Meta(Handed.Meta):
        abstract = False
        verbose_name = "マスター・チェックの表"
        indexes = [models.Index(fields=["municipality", "kind", "since"], name="claims_table_kind")]

    @property
    def label(self) -> str:
        """What kind of table it is."""
        return "資格情報" if self.kind == MEMBERS else kinds()[self.kind].label

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"table-{self.pk}"


class RuleSet(MunicipalityModel):
    """The town's rules in one version, as a file. tried: what they found on old claims; they are published only after that.
    Published ones are never changed; the newest published one holds."""

    class State(models.TextChoices):
        DRAFT = "draft", "下書き"
        PUBLISHED = "published", "公開"
        WITHDRAWN = "withdrawn", "取り下げ"

    version = models.PositiveIntegerField("版")
    text = models.TextField("内容")
    note = models.CharField("直したところ", max_length=300, blank=True)
    state = models.CharField("状態", max_length=9, choices=State.choices, default=State.DRAFT)
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)
    published_at = models.DateTimeField("公開した日時", null=True)
    published_by = person("公開した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "点検の規則"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "version"], name="claims_rules_version")
        ]

    def __str__(self) -> str:
        return f"第{self.version}版"


class CheckRun(MunicipalityModel):
    """A check of months by rules. trial: nothing is kept of it but how often each rule found something. counts: rule →
    {label, severity, claims, findings, kept, capped}; sources: which tables by which edition."""

    class State(models.TextChoices):
        WAITING = "waiting", "点検待ち"
        DONE = "done", "点検済み"
        FAILED = "failed", "できなかった"

    rules = models.ForeignKey(RuleSet, models.PROTECT, null=True, related_name="runs", verbose_name="規則")
    months = models.JSONField("診療年月", default=list)
    trial = models.BooleanField("試し", default=False)
    state = models.CharField("状態", max_length=8, choices=State.choices, default=State.WAITING)
    claims = models.PositiveIntegerField("レセプト", default=0)
    findings = models.PositiveIntegerField("見つけたもの", default=0)
    counts = models.JSONField("規則ごとの数", default=dict)
    sources = models.JSONField("使った表", default=list)
    reason = models.TextField("理由", blank=True)
    created_at = models.DateTimeField("始めた日時", auto_now_add=True)
    created_by = person("始めた職員", null=True)
    done_at = models.DateTimeField("終わった日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "点検"

    def __str__(self) -> str:
        return f"{'試し' if self.trial else '点検'} {self.pk}"

    @property
    def job_key(self) -> str:
        """Under which key its job is known."""
        return f"check-{self.pk}"


class InquiryLetter(MunicipalityModel):
    """A request to an institution about findings, as it was printed. number: 文書番号."""

    institution = models.CharField("医療機関コード", max_length=20)
    addressee = models.CharField("宛先", max_length=120)
    number = models.CharField("文書番号", max_length=60, blank=True)
    day = models.DateField("日付")
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="PDF")
    created_at = models.DateTimeField("作った日時", auto_now_add=True)
    created_by = person("作った職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "照会の文書"

    def __str__(self) -> str:
        return f"{self.addressee} {self.day.isoformat()}"


class Finding(MunicipalityModel):
    """What a rule found. rule: code of the town's rule, or `table:code`; claim: number in its file; line, other_line: of the file
    (0: none); other: None too where that file's time is over; other_name, other_birth: where the other claim is of another person
    than this one; code: of the item or disease; points: of the calculation group, None where it has none. key: by which it is the
    same when it is found again, so that nobody judges it twice."""

    class Outcome(models.TextChoices):
        OPEN = "open", "まだ見ていない"
        RIGHT = "right", "正しい指摘"
        WRONG = "wrong", "誤った指摘"
        ASKED = "asked", "照会中"

    class Severity(models.TextChoices):
        RETURN = Severity.RETURN.value, SEVERITY_LABELS[Severity.RETURN]
        ASK = Severity.ASK.value, SEVERITY_LABELS[Severity.ASK]
        LOOK = Severity.LOOK.value, SEVERITY_LABELS[Severity.LOOK]

    run = models.ForeignKey(CheckRun, models.PROTECT, related_name="found", verbose_name="点検")
    file = models.ForeignKey(ClaimFile, models.CASCADE, related_name="found", verbose_name="請求ファイル")
    key = models.CharField(max_length=64)
    rule = models.CharField("規則", max_length=40)
    label = models.CharField("規則の名前", max_length=120)
    severity = models.CharField("重さ", max_length=6, choices=Severity.choices)
    message = models.CharField("指摘", max_length=400)
    month = models.PositiveIntegerField("診療年月")
    institution = models.CharField("医療機関コード", max_length=20)
    institution_name = models.CharField("医療機関", max_length=120, blank=True)
    claim = models.PositiveIntegerField("レセプト")
    line = models.PositiveIntegerField("行")
    other = models.ForeignKey(
        ClaimFile, models.SET_NULL, null=True, related_name="+", verbose_name="相手のファイル"
    )
    other_claim = models.PositiveIntegerField("相手のレセプト", default=0)
    other_line = models.PositiveIntegerField("相手の行", default=0)
    code = models.PositiveIntegerField("コード", default=0)
    points = models.BigIntegerField("点数", null=True)
    name = models.CharField("氏名", max_length=120, blank=True)
    birth = models.CharField("生年月日", max_length=10, blank=True)
    other_name = models.CharField("相手の氏名", max_length=120, blank=True)
    other_birth = models.CharField("相手の生年月日", max_length=10, blank=True)
    outcome = models.CharField("結果", max_length=5, choices=Outcome.choices, default=Outcome.OPEN)
    note = models.CharField("メモ", max_length=300, blank=True)
    judged_at = models.DateTimeField("決めた日時", null=True)
    judged_by = person("決めた職員", null=True)
    letter = models.ForeignKey(
        InquiryLetter, models.SET_NULL, null=True, related_name="found", verbose_name="照会の文書"
    )
    found_at = models.DateTimeField("見つけた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "指摘"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="claims_finding_once")]
        indexes = [
            models.Index(fields=["municipality", "outcome", "severity"], name="claims_finding_queue"),
            models.Index(fields=["municipality", "rule", "outcome"], name="claims_finding_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.line}行目"


class CorporateNumber(MunicipalityModel):
    """A corporate number and its name, from the table that the town loaded. closed: the day the corporation ended."""

    number = models.CharField("法人番号", max_length=13)
    name = models.CharField("名称", max_length=150)
    address = models.CharField("所在地", max_length=300, blank=True)
    closed = models.DateField("閉鎖日", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "法人番号"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="claims_corporate_once")
        ]


class Declaration(MunicipalityModel):
    """A tax declaration of somebody for a year, as it came. resident: 宛名番号; kind: of `engine.declarations`; verdict: which one
    counts, by rule or by a person; group key is (resident, year)."""

    class Verdict(models.TextChoices):
        VALID = "valid", "有効"
        SUPERSEDED = "superseded", "後の申告に替わった"
        REQUEST = "request", "更正の請求として扱う"
        AMENDMENT = "amendment", "修正申告として扱う"
        DOUBLE = "double", "同じ申告がもう一つ"
        WITHDRAWN = "withdrawn", "取り下げ"
        ASK = "ask", "人が決める"

    batch = models.ForeignKey(
        "DeclarationFile", models.CASCADE, related_name="declarations", verbose_name="ファイル"
    )
    line = models.PositiveIntegerField("行")
    resident = models.CharField("宛名番号", max_length=20)
    name = models.CharField("氏名", max_length=120, blank=True)
    year = models.PositiveIntegerField("年分")
    filed = models.DateField("提出日")
    kind = models.CharField("申告の種類", max_length=12)
    reference = models.CharField("整理番号", max_length=40, blank=True)
    income = models.BigIntegerField("所得", null=True)
    tax = models.BigIntegerField("税額", null=True)
    verdict = models.CharField("扱い", max_length=10, choices=Verdict.choices, default=Verdict.ASK)
    why = models.CharField("わけ", max_length=300, blank=True)
    decided_by = person("決めた職員", null=True)
    decided_at = models.DateTimeField("決めた日時", null=True)
    taken_at = models.DateTimeField("取り込んだ日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申告"
        indexes = [models.Index(fields=["municipality", "resident", "year"], name="claims_declaration_of")]


class DeclarationFile(MunicipalityModel):
    """A table of declarations that was taken in. rows: that were new; deadline: the last day in time; told: what the person who
    took it in is told."""

    told = ""

    name = models.CharField("ファイル名", max_length=255)
    deadline = models.DateField("申告の期限")
    rows = models.PositiveIntegerField("申告", default=0)
    created_at = models.DateTimeField("取り込んだ日時", auto_now_add=True)
    created_by = person("取り込んだ職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申告の表"

    def __str__(self) -> str:
        return self.name
