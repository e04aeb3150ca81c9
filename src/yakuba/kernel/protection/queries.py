"""Reads: who is under protection, what waits for those in charge."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Count, Min, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from yakuba.kernel.protection.models import REMINDED, Covered, Opening, Protection
from yakuba.kernel.registry import QueueState, queued

ITSELF = "protection.protection"
KINDS = {
    ITSELF: "支援措置の登録",
    "ledger.case": "受付",
    "claims.finding": "レセプトの指摘",
    "nursery.application": "入所の申込",
    "persons.person": "宛名",
}


def protections() -> QuerySet[Any]:
    """All, those first that hold, by the end of their period; `asked`: how many things wait for a decision."""
    asked = Count("covered", filter=Q(covered__state=Covered.State.ASKED))
    return Protection.objects.annotate(asked=asked).order_by("ended_at", "until")


def held() -> QuerySet[Any]:
    """Those that hold."""
    return Protection.objects.filter(ended_at=None)


def openings() -> QuerySet[Any]:
    """Who opened what, what nobody in charge has looked into first."""
    return Opening.objects.select_related("opened_by", "seen_by").order_by("seen_at", "-opened_at")


def cover_itself(row: Protection) -> None:
    """The row of the protection is about the person too."""
    from yakuba.kernel.protection.actions import put_under

    if row.is_held:
        put_under(row, ITSELF, row.pk, Covered.State.CERTAIN, "支援措置の登録")


def label_of(kind: str, key: str) -> str:
    """How staff call a thing: its kind is the name of its table; what has none is called by its key."""
    try:
        row = apps.get_model(kind)._default_manager.filter(pk=key).first()
    except (LookupError, ValueError):
        row = None
    named = f"{row}" if row is not None and kind != ITSELF else key
    return f"{KINDS.get(kind, kind)}　{named}"


def address_of(kind: str, key: str) -> str:
    """The page of a thing, whose address is called as its kind; empty where it has none."""
    try:
        if kind == ITSELF:
            return reverse("protection:protection", args=[key])
        return reverse(kind.replace(".", ":"), args=[key])
    except NoReverseMatch:
        return ""


def opened_queue(user: Any) -> QueueState:
    """The alarm: somebody looked, and nobody in charge has looked into it."""
    rows = Opening.objects.filter(seen_at=None).exclude(opened_by=user)
    url = reverse("protection:openings")
    return queued(rows, "opened_at", url, "開いた人と理由を確かめる", urgent=True)


def due_queue(user: Any) -> QueueState:
    """Periods that end soon, or have passed."""
    rows = held().filter(until__lte=timezone.localdate() + REMINDED)
    return queued(rows, "begun_at", reverse("protection:protections"), "延長するか、終了を求める")


def asked_queue(user: Any) -> QueueState:
    """Things of which nobody is certain whether they are about the person."""
    rows = Covered.objects.filter(state=Covered.State.ASKED, protection__ended_at=None)
    told = rows.aggregate(number=Count("pk"), first=Min("protection"), oldest=Min("protection__begun_at"))
    url = reverse("protection:protections")
    if told["first"]:
        url = reverse("protection:protection", args=[told["first"]])
    return QueueState(told["number"], url, "同じ人かどうかを決める", told["oldest"])
