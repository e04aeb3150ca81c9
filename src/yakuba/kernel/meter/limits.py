"""Limits that the operator of a shared installation sets, so that one municipality cannot take what is there for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import Sum
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.models import StoredFile
from yakuba.kernel.meter.models import Limit
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import current_municipality

MOST = 2**62


class OverLimit(Conflict):
    """More than the operator allows the municipality."""


@dataclass(frozen=True)
class LimitKind:
    """Something that is limited. used: how much of it the active municipality has; sentence: what is said with the limit
    in it; remedy: what a clerk can do."""

    label: str
    unit: str
    used: Callable[[], int]
    sentence: str
    remedy: str


def stored_bytes() -> int:
    """Bytes of all files of the active municipality."""
    return int(StoredFile.objects.aggregate(sum=Sum("size"))["sum"] or 0)


def pages_today() -> int:
    """Pages of what was taken in today."""
    begin = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    taken = StoredFile.objects.filter(kind=StoredFile.Kind.UPLOAD, created_at__gte=begin)
    return int(taken.aggregate(sum=Sum("pages"))["sum"] or 0)


KINDS = {
    "storage": LimitKind(
        "保存するファイル",
        "バイト",
        stored_bytes,
        "保存できる大きさの上限（{most:,}バイト）を超えるため、受け取れません。",
        "保存期間の過ぎたものを消すか、共同利用の運用者に上限を上げてもらってください。",
    ),
    "pages_a_day": LimitKind(
        "1日に取り込むページ",
        "ページ",
        pages_today,
        "1日に取り込めるページ数の上限（{most:,}ページ）を超えるため、きょうはもう受け取れません。",
        "あす取り込むか、共同利用の運用者に上限を上げてもらってください。",
    ),
}


def require_room(kind: str, more: int = 1) -> None:
    """Raises OverLimit where the active municipality has a limit and `more` would go over it."""
    limit = Limit.objects.filter(kind=kind).values_list("most", flat=True).first()
    if limit is None:
        return
    declared = KINDS[kind]
    if declared.used() + more > limit:
        raise OverLimit(declared.sentence.format(most=limit), remedy=declared.remedy)


def set_limit(kind: str, most: int | None) -> None:
    """What the active municipality may use at most; None: as much as there is. By the operator alone. Raises Invalid."""
    if kind not in KINDS:
        raise Invalid(f"上限の種類は {'、'.join(KINDS)} のどれかです。")
    if most is not None and not 0 <= most <= MOST:
        raise Invalid("上限は0以上の数で書いてください。")
    if most is None:
        Limit.objects.filter(kind=kind).delete()
    else:
        Limit.objects.update_or_create(
            municipality=current_municipality(), kind=kind, defaults={"most": most}
        )
    record("meter.limit_set", subject=f"limit:{kind}", most=most)


def limits() -> list[dict[str, object]]:
    """Each kind with its use and its limit (None: none) in the active municipality."""
    set_ = dict(Limit.objects.values_list("kind", "most"))
    return [
        {"kind": name, "label": one.label, "unit": one.unit, "used": one.used(), "most": set_.get(name)}
        for name, one in KINDS.items()
    ]
