"""Vegetation indices of all fields out of a picture of the hub, by a worker; and links for farmers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Refused
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.cityhub import facade as cityhub
from yakuba.services.fieldwork.models import FarmerLink, FarmField, FieldIndex, IndexRun

JOB = "fieldwork.field_index"
LEAST_SHARE, LEAST_PIXELS = 0.8, 100  # of a field: below it nothing is kept, and the page says so
AT_ONCE = 500
MOST_DAYS = 400
SETTING = "fieldwork.farmer_links"


@transaction.atomic
def begin(survey_id: int, kind: str, bands: list[int], *, actor: Actor) -> IndexRun:
    """Raises Missing for a picture that the hub does not have on the map, Invalid for bands that do not fit, Conflict."""
    picture = next((one for one in cityhub.pictures() if one.number == survey_id), None)
    if picture is None:
        raise Missing("その画像がありません。都市OSの「測量・ドローン」に入れ、座標系を決めてください。")
    needed = cityhub.BANDS.get(kind)
    if needed is None:
        raise Invalid(f"{'か'.join(cityhub.BANDS)}を選んでください。", place="指数")
    if len(bands) != len(needed) or not all(1 <= one <= picture.bands for one in bands):
        raise Invalid(
            f"{kind}には、{'、'.join(needed)}のバンドの番号（1から{picture.bands}）をこの順に書いてください。",
            place="バンド",
        )
    if len(set(bands)) != len(bands):
        raise Invalid("同じバンドを二度使えません。", place="バンド")
    if not FarmField.objects.exclude(outline=[]).exists():
        raise Conflict("区域のある圃場がありません。先に圃場を登録してください。")
    row: IndexRun = IndexRun.objects.create(
        survey=survey_id, title=picture.title, day=picture.day, kind=kind, bands=bands, made_by=known(actor)
    )
    record("fieldwork.index_begun", subject=f"index:{row.pk}", actor=actor, kind=kind)
    enqueue(JOB, key=row.job_key, run_id=row.pk)
    return row


def give_up(refusal: Refused, *, run_id: int) -> None:
    """The job will not go on, for that reason."""
    IndexRun.objects.filter(pk=run_id, state=IndexRun.State.WAITING).update(
        state=IndexRun.State.FAILED, reason=refusal.lines()
    )


def take_up(*, run_id: int) -> None:
    """The job is to begin anew."""
    IndexRun.objects.filter(pk=run_id).update(state=IndexRun.State.WAITING, reason="")


def work(run_id: int, told: Callable[[int, int, str], None]) -> None:
    """All fields, some hundred at a time; kept all at once."""
    row = IndexRun.objects.filter(pk=run_id, state=IndexRun.State.WAITING).first()
    if row is None:
        return
    fields = list(FarmField.objects.exclude(outline=[]).order_by("pk"))
    made = []
    for first in range(0, len(fields), AT_ONCE):
        part = fields[first : first + AT_ONCE]
        outlines = [[(east, north) for east, north in one.outline] for one in part]
        figures = cityhub.vegetation_index(
            row.survey, row.kind, row.bands, outlines, lambda done, of: told(done, of, "画像を読んでいます")
        )
        for field, one in zip(part, figures, strict=True):
            share = one.pixels / one.wanted if one.wanted else 0.0
            if one.middle is None or one.low is None or one.high is None:
                continue
            if share >= LEAST_SHARE and one.pixels >= LEAST_PIXELS:
                made.append(
                    FieldIndex(
                        field=field, run=row, middle=one.middle, low=one.low, high=one.high,
                        pixels=one.pixels, share=share,
                    )
                )  # fmt: skip
    with transaction.atomic():
        done = IndexRun.objects.filter(pk=row.pk, state=IndexRun.State.WAITING)
        if done.update(state=IndexRun.State.DONE, reason=""):
            FieldIndex.objects.bulk_create(made, batch_size=500)


@transaction.atomic
def make_link(farmer: str, days: int, *, actor: Actor) -> tuple[FarmerLink, str]:
    """A link to the advice of a farmer's fields, and its secret, which nobody can see again; an earlier one ends. Raises Invalid,
    Conflict."""
    if not value(SETTING):
        raise Conflict(
            "自治体の設定で「農家に助言のリンクを渡す」が「いいえ」です。管理の担当へ頼んでください。"
        )
    farmer = farmer.strip()
    if not farmer or not FarmField.objects.filter(farmer=farmer).exists():
        raise Invalid("その農家の圃場がありません。", place="農家")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid(f"1日から{MOST_DAYS}日までにしてください。", place="日数")
    FarmerLink.objects.filter(farmer=farmer, revoked_at=None).update(revoked_at=timezone.now())
    key = secrets.token_urlsafe(24)
    row: FarmerLink = FarmerLink.objects.create(
        farmer=farmer,
        mark=mark_of(key),
        expires_at=timezone.now() + timedelta(days=days),
        created_by=known(actor),
    )
    record("fieldwork.farmer_link_made", subject=f"farmerlink:{row.pk}", actor=actor, days=days)
    return row, key


def mark_of(key: str) -> str:
    """What is kept of a secret."""
    salt = f"yakuba.fieldwork.farmer.{current_municipality().code}"
    return salted_hmac(salt, key, algorithm="sha256").hexdigest()


@transaction.atomic
def revoke_link(link_id: int, *, actor: Actor) -> FarmerLink:
    """It opens nothing from now on. Raises Missing."""
    row: FarmerLink | None = FarmerLink.objects.select_for_update(of=("self",)).filter(pk=link_id).first()
    if row is None:
        raise Missing(f"{link_id}番のリンクがありません。番号を確かめてください。")
    if row.revoked_at is None:
        row.revoked_at = timezone.now()
        row.save(update_fields=["revoked_at"])
        record("fieldwork.farmer_link_revoked", subject=f"farmerlink:{row.pk}", actor=actor)
    return row


def opened(key: str) -> FarmerLink | None:
    """The link that a secret opens now; None where it opens nothing, for whatever reason."""
    if not value(SETTING) or len(key) > 64:
        return None
    rows = FarmerLink.objects.filter(mark=mark_of(key), revoked_at=None, expires_at__gt=timezone.now())
    row: FarmerLink | None = rows.first()
    if row is not None:
        FarmerLink.objects.filter(pk=row.pk).update(opened_at=timezone.now())
        record("fieldwork.farmer_link_opened", subject=f"farmerlink:{row.pk}", actor=None)
    return row
