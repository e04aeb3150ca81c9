"""Categories, tickets, who called them and how long it took. Nobody's name stands here."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.accounts.models import person
from yakuba.kernel.tenancy.models import MunicipalityModel


class Category(MunicipalityModel):
    """For what one takes a ticket (窓口区分). letter: before the number on the ticket; open: whether tickets are given."""

    letter = models.CharField("記号", max_length=2)
    title = models.CharField("区分", max_length=40)
    note = models.CharField("説明", max_length=100, blank=True)
    position = models.PositiveIntegerField("並び", default=0)
    open = models.BooleanField("番号札を出す", default=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口区分"
        constraints = [models.UniqueConstraint(fields=["municipality", "letter"], name="queue_letter_once")]
        ordering = ("position", "letter")

    def __str__(self) -> str:
        return f"{self.letter} {self.title}"


class Numbering(MunicipalityModel):
    """The last number that a letter got on a day."""

    letter = models.CharField("記号", max_length=2)
    day = models.DateField("日")
    last = models.PositiveIntegerField("最後の番号", default=0)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "番号札の番号"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "letter", "day"], name="queue_numbering_once")
        ]


class Ticket(MunicipalityModel):
    """A number (番号札) of a day. mark: hash of what opens its page, so that a button pressed twice gives one ticket; waits_since:
    by which it is called, earliest first; window, clerk: where it was called last; calls: how often."""

    class State(models.TextChoices):
        WAITING = "waiting", "待っている"
        CALLED = "called", "呼び出し中"
        DONE = "done", "済んだ"
        ABSENT = "absent", "いなかった"
        OVER = "over", "その日のうちに終わらなかった"

    category = models.ForeignKey(Category, models.PROTECT, related_name="tickets", verbose_name="区分")
    day = models.DateField("日")
    label = models.CharField("番号", max_length=8)
    mark = models.CharField("番号札の印", max_length=64)
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    issued_at = models.DateTimeField("出した日時")
    waits_since = models.DateTimeField("並んだ日時")
    called_at = models.DateTimeField("呼んだ日時", null=True)
    told_at = models.DateTimeField("最後に呼んだ日時", null=True)
    calls = models.PositiveIntegerField("呼んだ回数", default=0)
    window = models.CharField("窓口", max_length=20, blank=True)
    clerk = person("呼んだ職員", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "番号札"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "day", "label"], name="queue_label_once"),
            models.UniqueConstraint(fields=["municipality", "mark"], name="queue_mark_once"),
            models.UniqueConstraint(
                fields=["municipality", "clerk"], condition=models.Q(state="called"), name="queue_one_called"
            ),
        ]
        indexes = [models.Index(fields=["municipality", "day", "state", "waits_since"], name="queue_waiting")]

    def __str__(self) -> str:
        return self.label


class Service(MunicipalityModel):
    """From a call to its end. seconds: None where it was not measured, since the day or hours went by over it."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="services", verbose_name="番号札")
    category = models.ForeignKey(Category, models.PROTECT, related_name="+", verbose_name="区分")
    clerk = person("職員", null=True)
    window = models.CharField("窓口", max_length=20)
    waited = models.FloatField("待った秒")
    called_at = models.DateTimeField("呼んだ日時")
    ended_at = models.DateTimeField("終えた日時", null=True)
    seconds = models.FloatField("かかった秒", null=True)
    how = models.CharField("どう終えたか", max_length=10, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "番号札の応対"
        indexes = [models.Index(fields=["municipality", "category", "ended_at"], name="queue_served")]


class Desk(MunicipalityModel):
    """Where a clerk sits, and whom the clerk calls. letters: of categories, joined by commas; empty for all."""

    clerk = person("職員")
    window = models.CharField("窓口", max_length=20)
    letters = models.CharField("呼ぶ区分", max_length=60, blank=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "窓口の席"
        constraints = [models.UniqueConstraint(fields=["municipality", "clerk"], name="queue_desk_once")]


class Machine(MunicipalityModel):
    """A self-service machine (発券機): whoever has its address may take a ticket there. mark: hash of what stands in the address."""

    place = models.CharField("置き場所", max_length=40)
    mark = models.CharField("発券機の印", max_length=64)
    made_by = person("加えた職員", null=True)
    made_at = models.DateTimeField("加えた日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "発券機"
        constraints = [models.UniqueConstraint(fields=["municipality", "mark"], name="queue_machine_once")]
