"""Keys of both sides, what waits outside for the inside, what came in, and what residents are told of it."""

from __future__ import annotations

from django.db import models

from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.tenancy.models import MunicipalityModel


class OwnKey(MunicipalityModel):
    """A pair of keys of this installation. sealed: both private halves, under the town's key; sign, seal: the public ones,
    base64. The newest is in use; older ones still open what was sealed to them."""

    generation = models.PositiveIntegerField("世代")
    sign = models.CharField("署名を確かめる鍵", max_length=64)
    seal = models.CharField("封をする鍵", max_length=64)
    sealed = models.BinaryField("秘密の半分")
    made_at = models.DateTimeField("作った日時", auto_now_add=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "授受の鍵"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "generation"], name="exchange_generation_once")
        ]


class Counterpart(MunicipalityModel):
    """The other installation of the town, one row. sign, seal: its public keys.

    serial: of our last message; seen: of the last of theirs that was taken; knows: the fingerprint of our key that they
    know; position, position_key: up to which parcel everything has arrived inside (outside: as follows from what
    the inside said last, which is told, told_key); revision:
    outside, the last standing that was taken, inside, the last that is known to have arrived; bundle: the same of what is
    published, by its sum; safe: outside, up to which parcel the inside has a backup; missed: inside, parcels that were gone
    outside before they arrived."""

    address = models.CharField("相手のアドレス", max_length=200, blank=True)
    sign = models.CharField("相手の署名を確かめる鍵", max_length=64)
    seal = models.CharField("相手に封をする鍵", max_length=64)
    accepted_at = models.DateTimeField("鍵を確かめた日時")
    serial = models.PositiveBigIntegerField("最後に送った番号", default=0)
    seen = models.PositiveBigIntegerField("最後に受けた番号", default=0)
    knows = models.CharField("相手が知っている鍵", max_length=40, blank=True)
    last = models.PositiveBigIntegerField("最後の小包の番号", default=0)
    position = models.PositiveBigIntegerField("届いているところ", default=0)
    position_key = models.CharField("届いているところの印", max_length=32, blank=True)
    told = models.PositiveBigIntegerField("内が最後に言ったところ", default=0)
    told_key = models.CharField("内が最後に言ったところの印", max_length=32, blank=True)
    revision = models.PositiveBigIntegerField("届いている状況の番号", default=0)
    bundle = models.CharField("届いている公開物の印", max_length=64, blank=True)
    safe = models.PositiveBigIntegerField("控えのあるところ", default=0)
    missed = models.PositiveBigIntegerField("届かずに消えた数", default=0)
    apart = models.IntegerField("時計の差（秒）", default=0)
    heard_at = models.DateTimeField("最後に通じた日時", null=True)
    tried_at = models.DateTimeField("最後に試した日時", null=True)
    fault = models.CharField("通じない理由", max_length=300, blank=True)
    failing_since = models.DateTimeField("通じなくなった日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "授受の相手"
        constraints = [models.UniqueConstraint(fields=["municipality"], name="exchange_counterpart_once")]


class Parcel(MunicipalityModel):
    """Outside: something for the inside, sealed to its key as it was handed in. key: drawn at random, the same wherever it
    comes; number: its place in the queue; content: None once it has been delivered and kept long enough."""

    key = models.CharField("印", max_length=32)
    number = models.PositiveBigIntegerField("番号")
    kind = models.CharField("種類", max_length=40)
    size = models.PositiveBigIntegerField("大きさ")
    sha256 = models.CharField("和", max_length=64)
    content = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="中身")
    posted_at = models.DateTimeField("置いた日時", auto_now_add=True)
    delivered_at = models.DateTimeField("届いた日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "内へ渡すもの"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="exchange_parcel_once"),
            models.UniqueConstraint(fields=["municipality", "number"], name="exchange_parcel_number"),
        ]


class Arrival(MunicipalityModel):
    """Inside: a parcel as it came, still sealed. content: None once it is settled; reason: why it could not be taken up;
    leave_out: a person wants it without the files that cannot be opened."""

    class State(models.TextChoices):
        WAITING = "waiting", "これから受け付ける"
        DONE = "done", "受け付けた"
        STUCK = "stuck", "人が見る"
        SET_ASIDE = "set_aside", "片付けた"

    key = models.CharField("印", max_length=32)
    number = models.PositiveBigIntegerField("番号")
    kind = models.CharField("種類", max_length=40)
    size = models.PositiveBigIntegerField("大きさ")
    content = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="中身")
    state = models.CharField("状態", max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.TextField("理由", blank=True)
    tried = models.PositiveIntegerField("試した回数", default=0)
    leave_out = models.BooleanField("開けない書類を除く", default=False)
    came_at = models.DateTimeField("届いた日時", auto_now_add=True)
    settled_at = models.DateTimeField("済んだ日時", null=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外から届いたもの"
        constraints = [models.UniqueConstraint(fields=["municipality", "key"], name="exchange_arrival_once")]
        indexes = [
            models.Index(fields=["municipality", "state", "number"], name="exchange_arrival_state"),
            models.Index(fields=["municipality", "number"], name="exchange_arrival_number"),
        ]


class Standing(MunicipalityModel):
    """Inside: where an application stands, as its applicant is told. key: of its parcel; sum: of what is told, under the
    town's key; sealed: to the applicant alone, empty where there is no such application any more; plain: by what it is
    found; revision: the order in which it changed."""

    key = models.CharField("印", max_length=32)
    sum = models.CharField("和", max_length=64)
    sealed = models.BinaryField("伝えること")
    plain = models.JSONField("封の外に書くこと", default=dict)
    revision = models.PositiveBigIntegerField("番号")
    changed_at = models.DateTimeField("変わった日時", auto_now=True)

    class Meta(MunicipalityModel.Meta):
        verbose_name = "申請者に伝える状況"
        constraints = [
            models.UniqueConstraint(fields=["municipality", "key"], name="exchange_standing_once"),
            models.UniqueConstraint(fields=["municipality", "revision"], name="exchange_revision_once"),
        ]


class NumberRange(MunicipalityModel):
    """Receipt numbers of a room that are the outside's alone. year: 令和; first, last: serial numbers, both included; next: the
    first that is not given yet, inside as the outside said last."""

    room = models.CharField("部屋", max_length=40)
    year = models.PositiveIntegerField("年度（令和）")
    first = models.PositiveIntegerField("最初の番号")
    last = models.PositiveIntegerField("最後の番号")
    next = models.PositiveIntegerField("次の番号")

    class Meta(MunicipalityModel.Meta):
        verbose_name = "外の設備の受付番号"
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "room", "year", "first"], name="exchange_range_once"
            )
        ]
