"""What does not work in the hub, for the page of failures and its digest; and whom the hub calls."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import allowed
from yakuba.kernel.registry import Contact, Failure
from yakuba.services.cityhub.engine.subscriptions import address_of
from yakuba.services.cityhub.models import Alarm, Registration, Subscription
from yakuba.services.cityhub.queries import brokers, watched
from yakuba.services.cityhub.queries.space import HOLDS, subscription_of

TOLD = timedelta(days=30)  # for so long it is told that notifications went unsent


def failures(user: Any, most: int | None = None) -> list[Failure]:
    """Notifications that do not arrive or went unsent, rules that cannot be read, alarms that nobody could be told of."""
    found: list[Failure] = []
    if allowed(user, "cityhub.manage"):
        found += _subscriptions(most) + _rules() + _broker()
    if allowed(user, "cityhub.acknowledge"):
        found += _alarms(most)
    return found


def _subscriptions(most: int | None) -> list[Failure]:
    since = (timezone.now() - TOLD).timestamp()
    rows = Subscription.objects.filter(Q(fails__gt=0) | Q(thrown_away_at__gt=since)).order_by("-pk")[:most]
    return [_of(row, since) for row in rows]


def _of(row: Subscription, since: float) -> Failure:
    name = name_of(row)
    gone = row.thrown_away_at > since
    title = (
        f"「{name}」への通知を、7日たっても届かないので捨てました"
        if gone
        else f"「{name}」への通知が届いていません"
    )
    reasons = [f"これまでに{row.thrown_away}件" if gone else "", row.last_failure_reason]
    when = datetime.fromtimestamp(max(row.last_failure, row.thrown_away_at), UTC)
    why = "。".join(reason for reason in reasons if reason)
    return Failure(title, why, reverse("cityhub:subscriptions"), "送り先を見る", when)


def name_of(row: Subscription) -> str:
    """What a subscription is called on pages."""
    return str(json.loads(row.definition).get("description") or row.identifier)


def _rules() -> list[Failure]:
    now = watched.rules()
    if not now.fault:
        return []
    title = "見張りの決まりを読めないので、見張っていません"
    return [Failure(title, now.fault, reverse("cityhub:rules"), "決まりを直す", now.since or timezone.now())]


def _broker() -> list[Failure]:
    state = brokers.state()
    where, now = reverse("cityhub:broker"), timezone.now()
    found = []
    if state.sign == "error":
        found.append(Failure(f"MQTTのブローカー：{state.word}", state.trouble, where, "ようすを見る", now))
    if state.rose_at is not None and state.rose_at > now - TOLD:
        why = f"これまでに{state.rises}件。待ち行列の上限を、ブローカーの設定で外してください"
        found.append(
            Failure("MQTTのブローカーが、届いたものを捨てています", why, where, "ようすを見る", state.rose_at)
        )
    return found


def _alarms(most: int | None) -> list[Failure]:
    rows = Alarm.objects.filter(acknowledged_at=None, step=0).exclude(told_at=None).order_by("-pk")[:most]
    return [
        Failure(
            f"警報「{row.sentence}」を、当番のだれにも知らせられません",
            "メールの中継サーバーか、当番の宛先につながりません",
            reverse("cityhub:alarm", args=[row.pk]),
            "警報を見る",
            row.began_at,
        )
        for row in rows
    ]


def contacts() -> list[Contact]:
    """The receivers of subscriptions, and those of the duty rosters that are no mail addresses."""
    found = [
        Contact(
            f"都市OSの通知の送り先「{name_of(row)}」", address_of(subscription_of(row)).split("${")[0], HOLDS
        )
        for row in Subscription.objects.exclude(status="inactive").order_by("pk")
    ]
    for row in Registration.objects.order_by("pk"):
        provider = json.loads(row.definition)["provider"]
        found.append(Contact(f"都市OSの情報源「{row.identifier}」", provider["http"]["url"], HOLDS))
    if (broker := brokers.rules().file) is not None:
        found.append(Contact("都市OSのMQTTのブローカー", broker.broker.address, HOLDS))
    for roster in watched.rules().file.rosters:
        found += [
            Contact(f"警報の当番「{roster.name}」", address, HOLDS)
            for address in roster.addresses
            if "@" not in address
        ]
    return found
