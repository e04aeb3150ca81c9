"""Meetings with who spoke and what was said, every change of it, what is withheld, decided and published."""

from __future__ import annotations

from django.db import models
from django.db.models import Sum
from django.urls import reverse

from yakuba.kernel.accounts.models import person
from yakuba.kernel.approvals.models import Proposal
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class Publication(Proposal):
    """The published copy of a meeting as it was when one person proposed it; another one approves. content: as
    `engine.opendata` writes it, without what is withheld."""

    permission = "minutes.approve"

    meeting = models.ForeignKey("Meeting", models.CASCADE, related_name="publications", verbose_name="会議")
    content = models.JSONField("公開する内容")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "会議録の公開の起案"

    @property
    def title(self) -> str:
        """What is proposed."""
        return f"会議録の公開　{self.meeting.title}"

    @property
    def url(self) -> str:
        """Its page."""
        return reverse("minutes:publication", args=[self.pk])


class Meeting(MunicipalityModel):
    """A meeting, and all of its record but the speeches. agenda, present, absent, staff, called, papers, signers, course: one
    a line; course: breaks and the like with their time; visitors: None where nobody counted. revision: goes up with every
    change, so that who approves what has become something else is told."""

    class Kind(models.TextChoices):
        ASSEMBLY = "assembly", "本会議"
        COMMITTEE = "committee", "委員会"
        COUNCIL = "council", "審議会・協議会"
        STAFF = "staff", "庁内の会議"
        CONSULTATION = "consultation", "相談"

    class Openness(models.TextChoices):
        OPEN = "open", "公開"
        PARTLY = "partly", "一部非公開"
        CLOSED = "closed", "非公開"

    kind = models.CharField("種類", max_length=12, choices=Kind, default=Kind.COMMITTEE)
    title = models.CharField("会議の名前", max_length=200)
    body = models.CharField("会議体", max_length=100, blank=True)
    session = models.CharField("回次", max_length=60, blank=True)
    issue = models.CharField("号", max_length=40, blank=True)
    held_on = models.DateField("開催日", null=True, blank=True)
    place = models.CharField("場所", max_length=100, blank=True)
    opened = models.CharField("開会", max_length=20, blank=True)
    closed = models.CharField("閉会", max_length=20, blank=True)
    course = models.TextField("休憩・再開など", blank=True)
    openness = models.CharField("公開区分", max_length=8, choices=Openness, default=Openness.OPEN)
    closed_reason = models.CharField("非公開の理由", max_length=300, blank=True)
    visitors = models.PositiveIntegerField("傍聴者数", null=True, blank=True)
    agenda = models.TextField("議題", blank=True)
    present = models.TextField("出席者", blank=True)
    absent = models.TextField("欠席者", blank=True)
    staff = models.TextField("事務局", blank=True)
    called = models.TextField("説明のために出席した人", blank=True)
    papers = models.TextField("資料", blank=True)
    signers = models.TextField("署名議員", blank=True)
    source = models.CharField("取り込んだファイル", max_length=255, blank=True)
    made_by = person("取り込んだ職員", null=True)
    made_at = models.DateTimeField("取り込んだ日時", auto_now_add=True)
    revision = models.PositiveIntegerField("改訂", default=1)
    published = models.OneToOneField(
        Publication, models.SET_NULL, null=True, related_name="+", verbose_name="公開中の版"
    )

    class Meta(MunicipalityModel.Meta):
        verbose_name = "会議"
        indexes = [models.Index(fields=["municipality", "-held_on"], name="minutes_held")]

    def __str__(self) -> str:
        return self.title

    @property
    def work_seconds(self) -> float:
        """Seconds that people have worked on it."""
        return float(Change.objects.filter(meeting=self).aggregate(sum=Sum("seconds"))["sum"] or 0.0)


class Sound(MunicipalityModel):
    """The sound of a meeting; it goes with its file after the town's days. seconds: None where it could not be measured."""

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="sound", verbose_name="会議")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="ファイル")
    seconds = models.FloatField("長さ（秒）", null=True)
    taken_at = models.DateTimeField("取り込んだ日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "会議の音声"


class Speaker(MunicipalityModel):
    """Who spoke. label: as the transcript says it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="speakers", verbose_name="会議")
    label = models.CharField("文字起こしでの名前", max_length=60)
    office = models.CharField("役職", max_length=60, blank=True)
    name = models.CharField("氏名", max_length=60, blank=True)
    kana = models.CharField("よみ", max_length=60, blank=True)
    group = models.CharField("会派", max_length=60, blank=True)
    role = models.CharField("立場", max_length=60, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "話した人"
        constraints = [models.UniqueConstraint(fields=["meeting", "label"], name="minutes_speaker_once")]

    def __str__(self) -> str:
        if self.office and self.name:
            return (
                f"{self.office}（{self.name}君）"
                if self.meeting.kind == "assembly"
                else f"{self.office}　{self.name}"
            )
        return self.office or self.name or self.label


class Speech(MunicipalityModel):
    """One speech, or a line of the record between speeches. original: as it was taken in, never changed; start, end: seconds in
    the sound; version: goes up with every change of it; secret: of a sitting behind closed doors."""

    class Kind(models.TextChoices):
        SPEECH = "speech", "発言"
        HEADING = "heading", "議題の見出し"
        NOTE = "note", "議場の動き"
        VOTE = "vote", "採決の結果"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="speeches", verbose_name="会議")
    position = models.PositiveIntegerField("順番")
    kind = models.CharField("種類", max_length=8, choices=Kind, default=Kind.SPEECH)
    speaker = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="speeches", verbose_name="話した人"
    )
    text = models.TextField("発言", blank=True)
    original = models.TextField("取り込んだときの発言", blank=True)
    start = models.FloatField("始まり（秒）", null=True)
    end = models.FloatField("終わり（秒）", null=True)
    version = models.PositiveIntegerField("版", default=1)
    secret = models.BooleanField("秘密会", default=False)
    checked_by = person("確かめた職員", null=True)
    checked_at = models.DateTimeField("確かめた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "発言"
        indexes = [models.Index(fields=["meeting", "position"], name="minutes_order")]

    def __str__(self) -> str:
        return self.text[:40]


class Change(MunicipalityModel):
    """What somebody did to a meeting; never changed. speech: None where it is no more, or where it is about all; place: the
    speech's position then; before, after: its text; seconds: how long the person was at it, measured by the page."""

    class Kind(models.TextChoices):
        TAKEN_IN = "taken_in", "取り込んだ"
        EDITED = "edited", "発言を直した"
        CHECKED = "checked", "確かめた"
        FILLERS = "fillers", "言いよどみを取った"
        UNDONE = "undone", "元に戻した"
        SPLIT = "split", "発言を分けた"
        MERGED = "merged", "前の発言とつなげた"
        SPEAKER = "speaker", "話した人を変えた"
        NAMED = "named", "話した人に名前を付けた"
        RECORD = "record", "会議の記録を書いた"
        MARKED = "marked", "伏せる所を決めた"
        POINT = "point", "決定・宿題・要点を決めた"
        MATTER = "matter", "議案と採決を書いた"
        SECRET = "secret", "秘密会の印を変えた"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="changes", verbose_name="会議")
    speech = models.ForeignKey(
        Speech, models.SET_NULL, null=True, related_name="changes", verbose_name="発言"
    )
    place = models.PositiveIntegerField("順番", default=0)
    kind = models.CharField("何を", max_length=10, choices=Kind)
    before = models.TextField("前", blank=True)
    after = models.TextField("後", blank=True)
    by = person("職員", null=True)
    at = models.DateTimeField("日時", auto_now_add=True)
    seconds = models.FloatField("かかった秒", default=0.0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "会議録の変更"
        indexes = [models.Index(fields=["meeting", "speech"], name="minutes_changes")]


class Mark(MunicipalityModel):
    """Words of a speech that are not in the published copy. words: wherever they stand in the speech; empty for all of it.
    found: by the house's rules, until a person says."""

    class Kind(models.TextChoices):
        WITHHELD = "withheld", "伏せる（個人情報など）"
        WITHDRAWN = "withdrawn", "取り消した発言（地方自治法129条）"

    class State(models.TextChoices):
        FOUND = "found", "見つかった"
        CONFIRMED = "confirmed", "公開しない"
        DISMISSED = "dismissed", "公開してよい"

    speech = models.ForeignKey(Speech, models.CASCADE, related_name="marks", verbose_name="発言")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    words = models.TextField("言葉", blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    state = models.CharField("状態", max_length=10, choices=State, default=State.FOUND)
    by = person("決めた職員", null=True)
    at = models.DateTimeField("日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "伏せる所"


class Point(MunicipalityModel):
    """A sentence that was said, and what it is: a decision, a task, a date of the next meeting, or one that sums up. It is
    always a sentence of its speech; where that was changed afterwards it counts no more."""

    class Kind(models.TextChoices):
        DECISION = "decision", "決定"
        TASK = "task", "宿題"
        NEXT = "next", "次回"
        SUMMARY = "summary", "要点"

    State = Mark.State

    speech = models.ForeignKey(Speech, models.CASCADE, related_name="points", verbose_name="発言")
    kind = models.CharField("種類", max_length=10, choices=Kind)
    sentence = models.TextField("文")
    who = models.CharField("担当", max_length=60, blank=True)
    until = models.CharField("期限", max_length=60, blank=True)
    state = models.CharField("状態", max_length=10, choices=Mark.State, default=Mark.State.FOUND)
    by = person("決めた職員", null=True)
    at = models.DateTimeField("日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "決定・宿題・要点"


class Matter(MunicipalityModel):
    """A matter that was put before the meeting, or a motion, with its outcome. names: of a roll-call vote, one a line."""

    class Kind(models.TextChoices):
        BILL = "bill", "議案"
        MOTION = "motion", "動議"
        PETITION = "petition", "請願・陳情"
        REPORT = "report", "報告"
        ELECTION = "election", "選挙"

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="matters", verbose_name="会議")
    kind = models.CharField("種類", max_length=10, choices=Kind, default=Kind.BILL)
    title = models.CharField("件名", max_length=200)
    proposer = models.CharField("提出者", max_length=100, blank=True)
    outcome = models.CharField("結果", max_length=60, blank=True)
    ayes = models.PositiveIntegerField("賛成", null=True, blank=True)
    noes = models.PositiveIntegerField("反対", null=True, blank=True)
    names = models.TextField("記名採決の氏名", blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "議案と採決"

    def __str__(self) -> str:
        return self.title
