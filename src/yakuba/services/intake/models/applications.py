"""Web forms of procedures, drafts while they are written, and what was sent. What an application says stands in the ledger."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.ledger.fields import DocumentField
from yakuba.kernel.ledger.models import Case, Procedure
from yakuba.kernel.tenancy.models import MunicipalityModel


class WebForm(MunicipalityModel):
    """A procedure's web form. document: pages, conditions and files as `engine.form.parse_form` reads them, empty for the cut
    that the house proposes; opens_on, closes_on: the days, both included, on which residents may send it; without opens_on
    it is closed."""

    procedure = models.ForeignKey(Procedure, models.CASCADE, related_name="+", verbose_name="手続")
    document = DocumentField(default=dict)
    version = models.PositiveIntegerField("版", default=1)
    opens_on = models.DateField("受付を始める日", null=True)
    closes_on = models.DateField("受付を終える日", null=True)
    note = models.TextField("住民へのお知らせ", blank=True)
    changed_by = person("変えた職員", null=True)
    changed_at = models.DateTimeField("変えた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請フォーム"
        constraints = [models.UniqueConstraint(fields=["municipality", "procedure"], name="intake_form_once")]

    def __str__(self) -> str:
        return self.procedure.title


class Door(models.TextChoices):
    """Where an application came in."""

    WEB = "web", "ウェブ"
    COUNTER = "counter", "窓口"


class Signing(models.TextChoices):
    """How somebody at the counter signs."""

    PAPER = "paper", "印刷した用紙に署名"
    DRAWN = "drawn", "タブレットに署名"
    NONE = "none", "署名なし"


class Submission(MunicipalityModel):
    """An application that came by web or was taken at the counter; its values are the case's. secret: hash of the code that
    stands beside the receipt number; draft: hash of the draft's key, so that one draft becomes one case however often it is
    sent; taken_by, signing, resident: of one at the counter; resident is a hash of the number in the register."""

    form = models.ForeignKey(WebForm, models.PROTECT, related_name="submissions", verbose_name="申請フォーム")
    case = models.ForeignKey(Case, models.CASCADE, related_name="+", verbose_name="受付")
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    draft = models.CharField("書きかけの印", max_length=64)
    form_version = models.PositiveIntegerField("フォームの版")
    door = models.CharField("受け付けたところ", max_length=10, choices=Door.choices, default=Door.WEB)
    taken_by = person("受け付けた職員", null=True)
    signing = models.CharField("署名", max_length=10, choices=Signing.choices, blank=True)
    resident = models.CharField("宛名番号の印", max_length=64, blank=True)
    sent_at = models.DateTimeField("届いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ウェブの申請"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "number"], name="intake_number_once"),
            models.UniqueConstraint(fields=["municipality", "draft"], name="intake_sent_once"),
            models.UniqueConstraint(fields=["case"], name="intake_case_once"),
        ]

    def __str__(self) -> str:
        return self.number


class Visit(MunicipalityModel):
    """Somebody at the counter (来庁), for one procedure or several. once: of the button that began it, so that pressed twice it is
    one; holder: who asks and types, nobody else; ticket: of the queue, `ticket:<number>`; sealed: whom it is about and what
    was said, as JSON under the town's key, empty once it is over; measured_from: since when the time is measured that goes
    to the next application."""

    once = models.CharField("始めた印", max_length=64)
    holder = person("受け付けている職員")
    ticket = models.CharField("番号札", max_length=30, blank=True)
    sealed = models.BinaryField("聞いたこと")
    opened_at = models.DateTimeField("始めた日時", auto_now_add=True)
    measured_from = models.DateTimeField("計り始めた日時")
    closed_at = models.DateTimeField("終えた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口の来庁"
        constraints = [models.UniqueConstraint(fields=["municipality", "once"], name="intake_visit_once")]
        indexes = [models.Index(fields=["municipality", "opened_at"], name="intake_visit_opened")]


class HandOverLayout(MunicipalityModel):
    """How a program on the clerks' machines hands data over; `engine.hand_over` reads the text."""

    code = models.CharField("コード", max_length=40)
    title = models.CharField("名前", max_length=60)
    text = models.TextField("決まり")
    changed_by = person("書いた職員", null=True)
    changed_at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口への受け渡しの決まり"
        constraints = [models.UniqueConstraint(fields=["municipality", "code"], name="intake_hand_over_once")]

    def __str__(self) -> str:
        return self.title


class HandOver(MunicipalityModel):
    """What such a program handed over, until a clerk uses it or its day ends. sealed: as JSON under the town's key; fault: why
    it could not be read, and nothing of it."""

    layout = models.ForeignKey(HandOverLayout, models.CASCADE, related_name="+", verbose_name="決まり")
    sealed = models.BinaryField("内容")
    fault = models.CharField("読めなかった理由", max_length=200, blank=True)
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口への受け渡し"


class Draft(MunicipalityModel):
    """An application while it is written. key: hash of what its address carries; browser: hash of the cookie of the browser
    that has it; code: hash of the code that opens it again, empty until it is saved; sealed: answers as JSON under the
    town's key; ends_on: the last day on which it is kept. Of one at the counter: visit; tablet: hash of what opens it on a
    tablet; shown_version: as it stood when it was given there; checked_version: as the applicant has found it right."""

    form = models.ForeignKey(WebForm, models.CASCADE, related_name="drafts", verbose_name="申請フォーム")
    key = models.CharField("書きかけの印", max_length=64)
    browser = models.CharField("端末の印", max_length=64)
    code = models.CharField("再開の番号の印", max_length=64, blank=True)
    sealed = models.BinaryField("書きかけの答え")
    version = models.PositiveIntegerField("何回目の保存か", default=0)
    begun_at = models.DateTimeField("始めた日時", auto_now_add=True)
    changed_at = models.DateTimeField("最後の日時", auto_now=True)
    ends_on = models.DateField("消える日")
    sent = models.BooleanField("送った", default=False)
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, related_name="drafts", verbose_name="来庁")
    tablet = models.CharField("タブレットの印", max_length=64, blank=True)
    shown_until = models.DateTimeField("タブレットに出す期限", null=True)
    shown_version = models.PositiveIntegerField("タブレットに出した版", null=True)
    checked_version = models.PositiveIntegerField("申請者が確かめた版", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請の書きかけ"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="intake_draft_once"),
            models.UniqueConstraint(
                fields=["municipality", "code"], condition=~models.Q(code=""), name="intake_code_once"
            ),
            models.UniqueConstraint(
                fields=["municipality", "tablet"], condition=~models.Q(tablet=""), name="intake_tablet_once"
            ),
            models.UniqueConstraint(
                fields=["visit", "form"], condition=models.Q(sent=False), name="intake_form_of_visit_once"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "ends_on"], name="intake_draft_ends")]


class AttachedFile(MunicipalityModel):
    """A picture or document that an applicant added, as the house made it safe: of a draft, then of what was sent. slot: for
    what the form asks it."""

    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="files", verbose_name="書きかけ")
    submission = models.ForeignKey(
        Submission, models.CASCADE, null=True, related_name="files", verbose_name="申請"
    )
    slot = models.CharField("何の書類か", max_length=60)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    name = models.CharField("ファイル名", max_length=120)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請に付けた書類"


class Correction(MunicipalityModel):
    """What the office asked the applicant to correct or add, and what the applicant answered."""

    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="corrections", verbose_name="申請"
    )
    sentence = models.TextField("求めたこと")
    until = models.DateField("期限", null=True)
    asked_by = person("求めた職員", null=True)
    asked_at = models.DateTimeField("求めた日時", auto_now_add=True)
    answer = models.TextField("返事", blank=True)
    answered_at = models.DateTimeField("返事の日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "補正の求め"


class LifeEvent(MunicipalityModel):
    """A life event of the navigator (届出ナビ). text: the file as staff write it; told: the file that residents are guided by,
    empty while none was approved or after it was withdrawn. Both are read by `engine.navigator.reading`."""

    code = models.CharField("コード", max_length=40)
    title = models.CharField("出来事", max_length=60)
    text = models.TextField("下書き")
    told = models.TextField("公開中", blank=True)
    told_at = models.DateTimeField("公開した日時", null=True)
    changed_by = person("書いた職員", null=True)
    changed_at = models.DateTimeField("書いた日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "届出ナビの出来事"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="intake_life_event_once")
        ]

    def __str__(self) -> str:
        return self.title


class Serial(MunicipalityModel):
    """The last serial number that a fiscal year's web applications got."""

    year = models.PositiveIntegerField("年度（令和）")
    last = models.PositiveIntegerField("最後の番号")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "ウェブの受付番号"
        constraints = [models.UniqueConstraint(fields=["municipality", "year"], name="intake_serial_once")]


class Posted(MunicipalityModel):
    """Outside: an application that was handed in, without a word of it. key: of its parcel; secret, draft: as a Submission's;
    title: of the procedure; sealed: where it stands, which only the secret opens, empty until the inside has said;
    answered: which question of the office the applicant has answered last; withdrawals: how often it was taken back."""

    key = models.CharField("印", max_length=32)
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    draft = models.CharField("書きかけの印", max_length=64, blank=True)
    title = models.CharField("手続", max_length=120)
    sealed = models.BinaryField("状況", default=b"")
    answered = models.CharField("返事をした問い", max_length=40, blank=True)
    withdrawals = models.PositiveIntegerField("取り下げた回数", default=0)
    sent_at = models.DateTimeField("届いた日時")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外で受けた申請"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="intake_posted_once"),
            models.UniqueConstraint(
                fields=["municipality", "draft"],
                condition=~models.Q(draft=""),
                name="intake_posted_draft_once",
            ),
        ]
        indexes = [models.Index(fields=["municipality", "number"], name="intake_posted_number")]


class FromOutside(MunicipalityModel):
    """Inside: an application that came from the outside, taken up or not. key: of its parcel; submission: None until it is
    taken up; number, secret: as the applicant has them; public: to what its standing is sealed, base64; notice: a sentence
    for the applicant; closed: it is not taken up."""

    key = models.CharField("印", max_length=32)
    submission = models.OneToOneField(
        Submission, models.CASCADE, null=True, related_name="from_outside", verbose_name="申請"
    )
    number = models.CharField("受付番号", max_length=20)
    secret = models.CharField("照会番号の印", max_length=64)
    public = models.CharField("封をする鍵", max_length=64)
    title = models.CharField("手続", max_length=120)
    sent_at = models.DateTimeField("送られた日時")
    withdrawals = models.PositiveIntegerField("取り下げた回数", default=0)
    notice = models.TextField("申請者に伝えること", blank=True)
    closed = models.BooleanField("受け付けない", default=False)
    changed_at = models.DateTimeField("変わった日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外から届いた申請"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="intake_from_outside_once")
        ]
