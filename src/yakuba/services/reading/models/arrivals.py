"""How paper comes in without a browser: the folders of a town's scanners, and every file that came by them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Cover(MunicipalityModel):
    """A cover sheet (表紙) that a clerk prints for a pile: its code parts a stack at scanning, its number is compared with
    the sheets that follow."""

    token = models.CharField("符号", max_length=16)
    title = models.CharField("束の名前", max_length=120)
    form = models.ForeignKey(
        "reading.FormDefinition", models.SET_NULL, null=True, related_name="+", verbose_name="様式"
    )
    day = models.DateField("日付")
    count = models.PositiveIntegerField("枚数")
    created_by = person("作った職員", null=True)
    created_at = models.DateTimeField("作成日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "表紙"
        constraints = [models.UniqueConstraint(fields=["municipality", "token"], name="cover_token_once")]

    def __str__(self) -> str:
        return self.title


class ArrivalFolder(MunicipalityModel):
    """A folder that a scanner, or whoever fetches its mail, writes into. It lies below `YAKUBA_ARRIVAL_ROOT`."""

    class Kind(models.TextChoices):
        SCANS = "scans", "スキャナが置くPDFや画像"
        MAIL = "mail", "スキャナが送るメール（.emlかMaildir）"

    class After(models.TextChoices):
        KEEP = "keep", "フォルダ「済」に移す"
        REMOVE = "remove", "消す"

    name = models.CharField("フォルダ", max_length=60)
    kind = models.CharField("入るもの", max_length=10, choices=Kind.choices, default=Kind.SCANS)
    after = models.CharField("取り込んだあと", max_length=10, choices=After.choices, default=After.KEEP)
    active = models.BooleanField("見る", default=True)
    looks = models.PositiveBigIntegerField("見た回数", default=0)
    looked_at = models.DateTimeField("見た日時", null=True)
    trouble = models.TextField("困りごと", blank=True)
    note = models.TextField("注意", blank=True)
    created_by = person("決めた職員", null=True)
    created_at = models.DateTimeField("決めた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "スキャナのフォルダ"
        constraints = [models.UniqueConstraint(fields=["municipality", "name"], name="arrival_folder_once")]

    def __str__(self) -> str:
        return self.name


class Arrival(MunicipalityModel):
    """A file that came in a folder, and what became of it. As long as the file may still lie there (`filed` is False) there
    is one row for its name, and it is taken once."""

    class State(models.TextChoices):
        COMING = "coming", "届いている途中"
        TAKING = "taking", "取り込み中"
        TAKEN = "taken", "取り込みました"
        REFUSED = "refused", "読めません"

    folder = models.ForeignKey(
        ArrivalFolder, models.CASCADE, related_name="arrivals", verbose_name="フォルダ"
    )
    place = models.CharField("中のフォルダ", max_length=10, blank=True)
    entry = models.CharField("元の名前", max_length=800)  # escaped bytes
    name = models.CharField("ファイル", max_length=255)
    size = models.BigIntegerField("大きさ")
    changed = models.BigIntegerField("変わった時刻")  # nanoseconds since 1970
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.COMING)
    message = models.TextField("説明", blank=True)
    sender = models.CharField("差出人", max_length=200, blank=True)
    subject = models.CharField("件名", max_length=200, blank=True)
    batch = models.ForeignKey(
        "reading.Batch", models.SET_NULL, null=True, related_name="arrivals", verbose_name="束"
    )
    filed = models.BooleanField("フォルダから出した", default=False)
    filed_as = models.CharField("移した先の名前", max_length=255, blank=True)
    settled = models.BooleanField("片づけた", default=False)
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)
    ended_at = models.DateTimeField("終わった日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "フォルダに届いたファイル"
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "place", "entry"], condition=Q(filed=False), name="arrival_lies_once"
            )
        ]
        indexes = [models.Index(fields=["municipality", "-came_at"], name="arrival_came")]
