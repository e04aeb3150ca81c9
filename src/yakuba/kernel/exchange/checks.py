"""What staff and operators are told of the exchange: failures, the self-check of both sides, whom it calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.exchange import arriving, keys
from yakuba.kernel.exchange.models import Arrival, Counterpart, Parcel
from yakuba.kernel.exchange.pulling import HOLDS
from yakuba.kernel.outbound import part
from yakuba.kernel.registry import CheckResult, Contact, Failure, QueueState, queued
from yakuba.kernel.ui.wording import wareki

PATIENCE = timedelta(minutes=30)  # without an answer until it is told
OLDEST = timedelta(days=2)  # that a parcel waits outside, on a medium or for its line
SHOWN = 20


def failures(user: Any, most: int | None = SHOWN) -> list[Failure]:
    """The outside that cannot be reached, and what came and could not be taken up."""
    if not part.is_inside() or not allowed(user, "exchange.view"):
        return []
    row, where = Counterpart.objects.first(), reverse("exchange:index")
    found = []
    if row is not None and row.failing_since and row.failing_since < timezone.now() - PATIENCE:
        found.append(
            Failure(
                f"外の設備に {_when(row.failing_since)} からつながりません",
                row.fault,
                where,
                "授受を開く",
                row.failing_since,
            )
        )
    if row is not None and row.missed:
        reason = f"{row.missed}件は、届く前に外の設備から消えました。控えから戻した日と、外の設備の記録を確かめてください。"
        found.append(
            Failure(
                "外から届かなかったものがあります",
                reason,
                where,
                "授受を開く",
                row.heard_at or row.accepted_at,
            )
        )
    known = arriving.deliveries()
    for one in Arrival.objects.filter(state=Arrival.State.STUCK).order_by("number")[:most]:
        label = known[one.kind].label if one.kind in known else one.kind
        url = reverse("exchange:arrival", args=[one.pk])
        found.append(
            Failure(f"届いた{label}を受け付けられません", one.reason, url, "内容を見る", one.came_at)
        )
    return found


def queue_state(user: Any) -> QueueState | None:
    """What came and waits for a person."""
    if not part.is_inside():
        return None
    rows = Arrival.objects.filter(state=Arrival.State.STUCK)
    return queued(rows, "came_at", reverse("exchange:index"), "見る", urgent=True)


def self_check() -> list[CheckResult]:
    """Both sides, each as far as it can see."""
    if part.part() not in keys.OTHER:
        return []
    row = Counterpart.objects.first()
    if row is None:
        return [CheckResult("外と内の授受", False, keys.NOT_SET_UP)]
    return [*_of_both(row), *(_inside(row) if part.is_inside() else _outside(row))]


def _of_both(row: Counterpart) -> list[CheckResult]:
    clocks = abs(row.apart) <= 300
    since = row.heard_at or row.accepted_at
    heard = since > timezone.now() - OLDEST
    return [
        _check(
            "授受の相手と通じている", heard, f"{_when(since)} から、相手の設備と通じていません。{row.fault}"
        ),
        _check(
            "授受の相手との時計",
            clocks or not row.heard_at,
            "2つの設備の時計が5分より違います。時計を合わせてください。",
        ),
    ]


def _inside(row: Counterpart) -> list[CheckResult]:
    stuck = Arrival.objects.filter(state=Arrival.State.STUCK).count()
    old = timezone.now() - timedelta(days=1)
    waiting = Arrival.objects.filter(state=Arrival.State.WAITING, came_at__lt=old).count()
    return [
        _check(
            "届いたものが受け付けられている", not stuck, f"{stuck}件が、人の判断を待っています。", counts=True
        ),
        _check(
            "届いたものがそろっている",
            not waiting,
            f"{waiting}件が、一緒に送られたものを1日より長く待っています。",
        ),
        _check(
            "届いたものの控え",
            row.position == 0 or arriving.safe(row) > 0,
            "届いたものがまだ控えにありません。yakuba backup を毎日の仕事にしてください。控えがないあいだ、外の設備は90日まで残します。",
        ),
    ]


def _outside(row: Counterpart) -> list[CheckResult]:
    old = Parcel.objects.filter(
        delivered_at=None, content__isnull=False, posted_at__lt=timezone.now() - OLDEST
    )
    number = old.count()
    return [
        _check(
            "住民から届いたものが内へ渡っている",
            not number,
            f"{number}件が、2日より長く内の設備を待っています。",
        )
    ]


def _check(label: str, ok: bool, advice: str, *, counts: bool = False) -> CheckResult:
    return CheckResult(label, ok, "" if ok else advice, counts=counts)


def _when(moment: datetime) -> str:
    return wareki(timezone.localtime(moment), weekday=False, time=True)


def contacts() -> list[Contact]:
    """The outside, as this side calls it."""
    row = Counterpart.objects.first()
    if not part.is_inside() or row is None or not row.address:
        return []
    return [Contact("住民の受付の設備（授受）", row.address, HOLDS)]
