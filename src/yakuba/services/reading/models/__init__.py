"""Tables of the reading room: forms, batches of scans, their sheets, and the values that wait for a person.

The values themselves live in the ledger. A sheet keeps what the engine read from it (`reading`, the JSON of a
`PageReading`), so that a case can be put together again at any time.
"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel
from yakuba.services.reading.contracts import PageReading


class FormDefinition(MunicipalityModel):
    """A version of a form (様式). Scans are compared with the `current` one of each code."""

    code = models.SlugField("コード", max_length=60)
    version = models.PositiveIntegerField("版")
    title = models.CharField("名称", max_length=120)
    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="+", verbose_name="手続")
    document = DocumentField()  # the form file as loaded
    current = models.BooleanField("使用中", default=True)
    loaded_at = models.DateTimeField("登録日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code", "version"], name="form_version_once"),
            models.UniqueConstraint(
                fields=["municipality", "code"], condition=Q(current=True), name="form_current_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FormPage(MunicipalityModel):
    """The blank image of one page of a form."""

    form = models.ForeignKey(FormDefinition, models.CASCADE, related_name="pages", verbose_name="様式")
    number = models.PositiveIntegerField("ページ")
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="画像")
    width = models.PositiveIntegerField("幅")  # pixels at 200 dpi
    height = models.PositiveIntegerField("高さ")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式のページ"
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_page_once")]


class DesignedForm(MunicipalityModel):
    """A form that a clerk designs on the screen, as the files that the reader loads (`document`, `procedure_document`).
    What is published of it is a `FormDefinition` like any other."""

    class State(models.TextChoices):
        LOOKING = "looking", "枠を探しています"
        DRAFT = "draft", "下書き"
        FAILED = "failed", "枠を探せません"
        PUBLISHED = "published", "使い始めた"

    code = models.SlugField("コード", max_length=60)
    title = models.CharField("名称", max_length=120, blank=True)
    owner = person("作った職員", null=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.LOOKING)
    message = models.TextField("説明", blank=True)
    upload = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="用紙")
    pages_expected = models.PositiveIntegerField("ページ数", default=0)
    document = DocumentField()  # the form file
    procedure_document = DocumentField()  # the procedure file that it needs
    borrowed = models.JSONField(
        "使用中の手続の項目", default=list
    )  # codes; empty where the procedure is its own
    doubts = models.JSONField("確かめること", default=dict)  # field code → sentences
    revision = models.PositiveIntegerField("直した回数", default=0)
    created_at = models.DateTimeField("作り始めた日時", auto_now_add=True)
    changed_at = models.DateTimeField("直した日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作成中の様式"
        indexes = [models.Index(fields=["municipality", "-changed_at"], name="designed_changed")]

    def __str__(self) -> str:
        return self.title or "名前のない様式"


class DesignedPage(MunicipalityModel):
    """The blank picture of a page of a form that is designed: grey, 200 dpi."""

    form = models.ForeignKey(DesignedForm, models.CASCADE, related_name="pages", verbose_name="様式")
    number = models.PositiveIntegerField("ページ")
    image = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="画像")
    width = models.PositiveIntegerField("幅")
    height = models.PositiveIntegerField("高さ")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "作成中の様式のページ"
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="designed_page_once")]


class DesignedTrial(MunicipalityModel):
    """Filled sheets that a clerk tries a form on; what was read is kept for some days, the file until it is read."""

    class State(models.TextChoices):
        READING = "reading", "読み取り中"
        DONE = "done", "読み取りました"
        FAILED = "failed", "読み取れません"

    form = models.ForeignKey(DesignedForm, models.CASCADE, related_name="trials", verbose_name="様式")
    name = models.CharField("ファイル名", max_length=255)
    file = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="見本")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.READING)
    message = models.TextField("説明", blank=True)
    revision = models.PositiveIntegerField("試した下書き", default=0)
    result = models.JSONField("読み取り結果", default=list)  # a `PageReading` for each page
    created_at = models.DateTimeField("試した日時", auto_now_add=True)
    created_by = person("試した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "様式の見本"


class Batch(MunicipalityModel):
    """Files that came in together (束)."""

    name = models.CharField("名前", max_length=120)
    created_at = models.DateTimeField("取り込み日時", auto_now_add=True)
    created_by = person("取り込んだ職員", null=True)
    cover = models.ForeignKey(
        "reading.Cover", models.SET_NULL, null=True, related_name="batches", verbose_name="表紙"
    )
    count_seen = models.BooleanField("枚数の違いを確かめた", default=False)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "束"
        indexes = [models.Index(fields=["municipality", "created_at"], name="batch_created")]

    def __str__(self) -> str:
        return self.name


class BatchFile(MunicipalityModel):
    """One file of a batch: taken, refused with its reason, or known already."""

    class State(models.TextChoices):
        SPLITTING = "splitting", "ページに分けています"
        SPLIT = "split", "受け取りました"
        KNOWN = "known", "取り込み済みの同じファイル"
        REFUSED = "refused", "受け取れません"
        FAILED = "failed", "ページに分けられません"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="files", verbose_name="束")
    name = models.CharField("ファイル名", max_length=255)
    stored = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="中身")
    sha256 = models.CharField(max_length=64, blank=True)
    pages = models.PositiveIntegerField("ページ数", default=0)
    state = models.CharField("状態", max_length=10, choices=State.choices)
    message = models.TextField("説明", blank=True)
    settled = models.BooleanField("片づけた", default=False)  # a person has seen why it was refused
    same_as = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name="同じファイル"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "束のファイル"
        indexes = [models.Index(fields=["municipality", "sha256"], name="batch_file_sha256")]


class Sheet(MunicipalityModel):
    """One page image of a file (用紙). `case` is set only while the sheet is the case's page `page`."""

    class State(models.TextChoices):
        WAITING = "waiting", "読み取り待ち"
        PLACED = "placed", "読み取り済み"
        BLANK = "blank", "白紙"
        PROBLEM = "problem", "困っている"
        ASIDE = "aside", "除外"
        COVER = "cover", "表紙"

    class Problem(models.TextChoices):
        UNKNOWN_FORM = "unknown_form", "様式がわからない"
        TWO_FORMS = "two_forms", "用紙が2枚写っている"
        POOR_SCAN = "poor_scan", "スキャンの質が悪い"
        DAMAGED = "damaged", "ページが壊れている"
        NUMBER = "number", "受付番号が読めない"
        DUPLICATE = "duplicate", "同じページがもうある"
        OTHER_FORM = "other_form", "別の様式の受付番号と重なる"
        CLOSED = "closed", "受付の入力が始まっている"
        TWIN = "twin", "同じ用紙かもしれない"
        FAILED = "failed", "読み取りに失敗した"

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="sheets", verbose_name="束")
    file = models.ForeignKey(BatchFile, models.CASCADE, related_name="sheets", verbose_name="ファイル")
    index = models.PositiveIntegerField("ファイル内の位置")  # from 0
    image = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="+", verbose_name="画像")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    problem = models.CharField("困りごと", max_length=20, choices=Problem.choices, blank=True)
    message = models.TextField("説明", blank=True)
    problem_since = models.DateTimeField("困りはじめ", null=True)
    reading = models.JSONField("読み取り結果", null=True)
    form = models.ForeignKey(
        FormDefinition, models.SET_NULL, null=True, related_name="+", verbose_name="様式"
    )
    page = models.PositiveIntegerField("様式のページ", null=True)
    receipt_number = models.CharField("受付番号", max_length=20, blank=True)
    chosen_form = models.ForeignKey(
        FormDefinition, models.SET_NULL, null=True, related_name="+", verbose_name="職員が選んだ様式"
    )
    chosen_page = models.PositiveIntegerField("職員が選んだページ", null=True)
    typed_number = models.CharField("職員が入れた受付番号", max_length=20, blank=True)
    typed_by = person("入れた職員", null=True)
    typed_seconds = models.FloatField("職員の秒", default=0.0)
    typed_assumed = models.BooleanField("職員の秒は仮定", default=False)
    look = models.BinaryField(
        "筆跡の分布", default=bytes
    )  # of `engine.twins`; of forms whose numbers the house gives
    twin = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="+", verbose_name="同じかもしれない用紙"
    )
    apart = models.BooleanField("別のものと職員が言った", default=False)
    case = models.ForeignKey(Case, models.SET_NULL, null=True, related_name="+", verbose_name="受付")
    seconds = models.FloatField("機械の秒", default=0.0)
    seconds_noted = models.BooleanField("秒を受付簿に記した", default=False)
    aside_reason = models.TextField("除外の理由", blank=True)
    aside_by = person("除外した職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "用紙"
        constraints = [
            models.UniqueConstraint(fields=["file", "index"], name="sheet_once"),
            models.UniqueConstraint(
                fields=["case", "page"], condition=Q(case__isnull=False), name="case_page_once"
            ),
        ]
        indexes = [
            models.Index(fields=["municipality", "state"], name="sheet_state"),
            models.Index(fields=["batch", "state"], name="sheet_batch_state"),
        ]

    @property
    def page_reading(self) -> PageReading | None:
        """What the engine read, or None before it has."""
        return PageReading.from_json(self.reading) if self.reading else None

    @property
    def place_in_file(self) -> str:
        """Where the sheet lies, in words."""
        return f"{self.file.name} の{self.index + 1}枚目"


class Question(MunicipalityModel):
    """A value that a person must look at. There is at most one for each field of a case."""

    class State(models.TextChoices):
        OPEN = "open", "確認待ち"
        HELD = "held", "保留"
        ANSWERED = "answered", "確認済み"

    class Kind(models.TextChoices):
        READING = "reading", "読み取りが不確か"
        CROSS_CHECK = "cross_check", "ほかの欄と合わない"
        REVIEW = "review", "職員が見直す"

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="questions", verbose_name="用紙")
    field = models.CharField("項目", max_length=60)
    type = models.CharField("型", max_length=20)
    position = models.PositiveIntegerField("様式での順番", default=0)
    kind = models.CharField("種類", max_length=12, choices=Kind.choices, default=Kind.READING)
    value = models.TextField("読み取った値", blank=True)
    raw = models.TextField("読んだままの文字", blank=True)
    candidates = models.JSONField("ほかの候補", default=list)
    reasons = models.JSONField("理由", default=list)
    message = models.TextField("説明", blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.OPEN)
    insisted = models.BooleanField("書かれたとおりと職員が言った", default=False)
    blind = models.BooleanField("読みを見せずに聞く", default=False)
    held_back = models.JSONField(
        "答えるまで見せない出所", null=True
    )  # of a blind question: the value's source
    created_at = models.DateTimeField("できた日時", auto_now_add=True)
    leased_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="見ている職員"
    )
    leased_until = models.DateTimeField("見ている期限", null=True)
    leased_since = models.DateTimeField("見はじめた日時", null=True)
    people = models.PositiveSmallIntegerField("確かめる人数", default=1)  # 1 or 2; two enter it apart
    answered_by = person("確認した職員", null=True)
    answered_at = models.DateTimeField("確認日時", null=True)
    seconds = models.FloatField("かかった秒", default=0.0)
    hold_reason = models.TextField("保留の理由", blank=True)
    in_context = models.BooleanField(
        "用紙と一緒に見る", default=False
    )  # not alone, among pictures of other sheets
    held_by = person("保留にした職員", null=True)
    held_at = models.DateTimeField("保留にした日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "確認する値"
        constraints = [models.UniqueConstraint(fields=["case", "field"], name="question_once")]
        indexes = [
            models.Index(fields=["municipality", "state", "case", "position"], name="question_next"),
            models.Index(fields=["answered_by", "-answered_at"], name="question_answered"),
        ]


class Entry(MunicipalityModel):
    """What one of several people entered for a value that two confirm (docs/adr/0028). Nobody sees it before the value is
    settled, but the third person where two differ, without names."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="entries", verbose_name="確認する値")
    person = person("入力した職員")
    value = models.TextField("入力した値", blank=True)
    seconds = models.FloatField("かかった秒", default=0.0)
    at = models.DateTimeField("入力した日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "1人ずつの入力"
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="entry_once")]


class Turn(MunicipalityModel):
    """A value in the order in which one person gets lone pictures of mixed sheets (docs/adr/0028). The handle is all that this
    person learns of where it comes from."""

    person = person("確認する職員")
    question = models.ForeignKey(Question, models.CASCADE, related_name="+", verbose_name="確認する値")
    handle = models.UUIDField("合札", default=uuid.uuid4, unique=True)
    done_at = models.DateTimeField("済んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "混ぜて確認する順番"
        constraints = [
            models.UniqueConstraint(
                fields=["question"], condition=Q(done_at__isnull=True), name="turn_open_once"
            ),
        ]


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


class Correction(MunicipalityModel):
    """A value found wrong after its case was entered: what stands in the core system, and what is right.

    The ledger holds the right value from the moment the correction is opened; it is done when a person has changed
    the core system too. `origin` and `source` say how the wrong value had come to pass.
    """

    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    field = models.CharField("項目", max_length=60)
    was = models.TextField("登録した値", blank=True)
    right = models.TextField("正しい値", blank=True)
    reason = models.CharField("気づいたきっかけ", max_length=200)
    origin = models.CharField("誤りの由来", max_length=10, choices=CaseValue.Origin.choices)
    source = models.JSONField("誤りの出所", default=dict)
    wrong_by = person("誤って確認した職員", null=True)
    wrong_at = models.DateTimeField("誤って確認した日時", null=True)
    opened_by = person("訂正を始めた職員")
    opened_at = models.DateTimeField("訂正を始めた日時", auto_now_add=True)
    done_by = person("直した職員", null=True)
    done_at = models.DateTimeField("基幹システムを直した日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "訂正"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "field"], condition=Q(done_at__isnull=True), name="correction_open_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "done_at"], name="correction_done")]


class Promise(MunicipalityModel):
    """How many silent errors of a million passed values the town allows in a field of a form (約束). A field without a row
    has the usual promise (`engine.promises.USUAL`) and one person; 0 errors: a person always looks."""

    form = models.CharField("様式", max_length=60)
    field = models.CharField("項目", max_length=60)
    per_million = models.PositiveIntegerField("100万個のうちの誤り")
    people = models.PositiveSmallIntegerField(
        "迷った値を確かめる人数", default=1
    )  # 0: nobody; the value stays unconfirmed
    set_by = person("決めた職員", null=True)
    set_at = models.DateTimeField("決めた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "読み取りの約束"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "form", "field"], name="promise_once"),
        ]


class CheckedCount(MunicipalityModel):
    """How many values of a kind a person has judged in a month, and how many were wrong. It holds no value.

    passed: they would have passed.  confidence: the class of the reading's confidence.  blind: the person was not shown
    what had been read; else the question showed it, or the error was found after the entry.
    """

    form = models.CharField("様式", max_length=60)
    month = models.DateField("月")  # its first day
    type = models.CharField("型", max_length=20)
    hand = models.CharField("書き手", max_length=10, blank=True)
    passed = models.BooleanField("通るはずだった")
    confidence = models.PositiveSmallIntegerField("確かさの段階")
    blind = models.BooleanField("見ないで照合した")
    checked = models.PositiveIntegerField("照合した数", default=0)
    wrong = models.PositiveIntegerField("違った数", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "照合した数"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form", "month", "type", "hand", "passed", "confidence", "blind"],
                name="checked_count_once",
            ),
        ]


class Tightening(MunicipalityModel):
    """That values of a type on a form go to a person because too many were found wrong (引き締め), and why."""

    form = models.CharField("様式", max_length=60)
    type = models.CharField("型", max_length=20)
    per_million = models.PositiveIntegerField("守れなかった約束")
    checked = models.PositiveIntegerField("照合した数")
    wrong = models.PositiveIntegerField("違った数")
    since = models.DateTimeField("始まり", auto_now_add=True)
    until = models.DateTimeField("終わり", null=True)
    seen_by = person("見た管理者", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "引き締め"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "form", "type"],
                condition=Q(until__isnull=True),
                name="tightening_open_once",
            ),
        ]


# Below, since they name what stands above.
from yakuba.services.reading.models.arrivals import Arrival, ArrivalFolder, Cover  # noqa: E402

__all__ = [
    "Arrival",
    "ArrivalFolder",
    "Batch",
    "BatchFile",
    "CheckedCount",
    "Correction",
    "Cover",
    "DesignedForm",
    "DesignedPage",
    "DesignedTrial",
    "FormDefinition",
    "FormPage",
    "Promise",
    "Question",
    "Sheet",
    "Tightening",
]
