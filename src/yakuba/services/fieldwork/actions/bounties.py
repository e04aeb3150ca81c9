"""Bounties: nothing is paid for before a person has compared what looks like the same animal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.files import apart
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.files.storage import remove, store
from yakuba.kernel.refusals import Conflict, Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.fieldwork.actions.wildlife import require_place
from yakuba.services.fieldwork.engine.nearby import Point
from yakuba.services.fieldwork.engine.photographs import prepare
from yakuba.services.fieldwork.engine.wildlife.same_animal import Photographed, suspicions
from yakuba.services.fieldwork.models import BountyClaim, BountyPhoto, Comparison

MOST = 5
LARGEST = 12_000_000  # bytes of a photograph
MOST_COMPARED = 50  # of one photograph


def claim(
    number: str,
    hunter: str,
    species: str,
    caught_on: date,
    photos: Sequence[BinaryIO],
    latitude: float | None = None,
    longitude: float | None = None,
    *,
    actor: Actor,
) -> BountyClaim:
    """Take a claim with its photographs, and find what has to be compared. Raises Invalid and Conflict; nothing is kept then."""
    if not 1 <= len(photos) <= MOST:
        raise Invalid(f"写真を1枚から{MOST}枚まで付けてください。")
    if caught_on > timezone.localdate():
        raise Invalid("捕獲した日が、これから先になっています。")
    if (latitude is None) != (longitude is None):
        raise Invalid("緯度と経度は、両方を書くか、両方を空けてください。")
    if latitude is not None and longitude is not None:
        require_place(latitude, longitude)
    kept: list[StoredFile] = []
    try:
        prepared = [_prepared(one, kept) for one in photos]
        with transaction.atomic():
            _take_turn()
            row = BountyClaim.objects.create(
                number=number.strip(), hunter=hunter.strip(), species=species, caught_on=caught_on, latitude=latitude,
                longitude=longitude, entered_by=known(actor),
            )  # fmt: skip
            for file, facts in prepared:
                _compare(BountyPhoto.objects.create(claim=row, file=file, **facts))
            return row
    except IntegrityError as error:
        remove(*kept)
        raise Conflict(f"申請 {number} はもうあります。番号を確かめてください。") from error
    except BaseException:
        remove(*kept)
        raise


@transaction.atomic
def judge(comparison_id: int, same: bool, remark: str, *, actor: Actor) -> Comparison:
    """What a person says who has both photographs side by side. Raises Missing and Conflict."""
    row = (
        Comparison.objects.select_for_update(of=("self",))
        .select_related("photo__claim", "other__claim")
        .filter(pk=comparison_id)
        .first()
    )
    if row is None:
        raise Missing("その見比べはありません。")
    if row.verdict != Comparison.Verdict.OPEN:
        raise Conflict("この2枚は、もう見比べてあります。判断は変えられません。")
    if not remark.strip():
        raise Invalid("見たところ（傷、模様、背景など）を書いてください。")
    row.verdict = Comparison.Verdict.SAME if same else Comparison.Verdict.OTHER
    row.remark, row.by, row.at = remark.strip()[:300], known(actor), timezone.now()
    row.save()
    return row


@transaction.atomic
def decide(claim_id: int, pay: bool, reason: str, *, actor: Actor) -> BountyClaim:
    """Whether the town pays; that is never said by who entered the claim. Raises Missing, Invalid, and Conflict while something
    is not compared, or one animal was found to be another claim's that is paid or may be."""
    row = BountyClaim.objects.select_for_update(of=("self",)).filter(pk=claim_id).first()
    if row is None:
        raise Missing("その申請はありません。")
    if row.state != BountyClaim.State.WAITING:
        raise Conflict(f"申請 {row.number} は、もう「{row.get_state_display()}」と決まっています。")
    if pay and row.entered_by_id is not None and row.entered_by == known(actor):
        raise Conflict(
            "自分で入れた申請に、支払うと決めることはできません。別の職員に決めてもらってください。"
        )
    # What was refused was not paid: whoever asks again with the same photograph, put right, is not refused for that.
    compared = Comparison.objects.filter(photo__claim=row).exclude(
        other__claim__state=BountyClaim.State.REFUSED, verdict=Comparison.Verdict.SAME
    )
    if pay and compared.filter(verdict=Comparison.Verdict.SAME).exists():
        raise Conflict("ほかの申請と同じ個体と判断した写真があります。この申請には支払えません。")
    if pay and compared.filter(verdict=Comparison.Verdict.OPEN).exists():
        raise Conflict("まだ見比べていない写真があります。見比べてから決めてください。")
    if not pay and not reason.strip():
        raise Invalid("支払わない理由を書いてください。")
    row.state = BountyClaim.State.PAYABLE if pay else BountyClaim.State.REFUSED
    row.reason, row.decided_by, row.decided_at = reason.strip()[:300], known(actor), timezone.now()
    row.save()
    return row


def _take_turn() -> None:
    """One claim of the town after the other: of two that come at once, the second finds the first one's photographs."""
    Municipality.objects.select_for_update(no_key=True).get(pk=current_municipality().pk)


def _prepared(stream: BinaryIO, kept: list[StoredFile]) -> tuple[StoredFile, dict[str, str]]:
    stream.seek(0, 2)
    if stream.tell() > LARGEST:
        raise Invalid(f"写真は1つ{LARGEST // 1_000_000}MBまでです。")
    stream.seek(0)
    frame = apart.answer(prepare, stream)
    with apart.understood():
        facts = {name: f"{int(str(frame.head[name]), 16):016x}" for name in ("mark", "mirrored")}
        facts["taken"] = str(frame.head["taken"])[:19]
    file = store(StoredFile.Kind.EVIDENCE, "報奨金の写真.jpg", "image/jpeg", frame.body)
    kept.append(file)
    return file, facts


def _compare(photo: BountyPhoto) -> None:
    known = (
        _facts(one) for one in BountyPhoto.objects.select_related("claim").exclude(pk=photo.pk).iterator()
    )
    found = suspicions(_facts(photo), known)[:MOST_COMPARED]
    Comparison.objects.bulk_create(
        Comparison(photo=photo, other_id=one.other, why=one.why, bits=one.bits) for one in found
    )


def _facts(row: BountyPhoto) -> Photographed:
    one = row.claim
    at = None if one.latitude is None or one.longitude is None else Point(one.latitude, one.longitude)
    return Photographed(row.pk, one.pk, row.mark, row.mirrored, row.taken, one.species, one.caught_on, at)
