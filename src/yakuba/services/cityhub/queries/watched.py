"""What is watched: the rules that hold, the series that they are about, and the alarms."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Min, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.definitions import DefinitionRefused
from yakuba.kernel.registry import CheckResult, QueueState, queued
from yakuba.services.cityhub.engine import hazard
from yakuba.services.cityhub.engine.watchrules import Among, Post, Rule, WatchFile, read_watch_file
from yakuba.services.cityhub.models import Alarm, Reading, Series, WatchRules

MOST_EVENTS = 5_000


@dataclass(frozen=True)
class Rules:
    """The version that holds, 0 for none. fault: why it cannot be read (a later version of the house may be stricter)."""

    version: int
    text: str
    file: WatchFile
    fault: str = ""
    since: datetime | None = None


def rules() -> Rules:
    """The rules that hold."""
    row = WatchRules.objects.order_by("-version").first()
    if row is None:
        return Rules(0, "", WatchFile())
    try:
        return Rules(row.version, row.text, read_watch_file(row.text), since=row.created_at)
    except DefinitionRefused as error:
        return Rules(row.version, row.text, WatchFile(), str(error), row.created_at)


def without_series(file: WatchFile) -> list[str]:
    """Names of the rules that no series has come for: they watch nothing, for a while or because of a slip of the pen."""
    return [rule.name for rule in file.rules if not series_of(rule).exists()]


def series_of(rule: Rule) -> QuerySet[Any]:
    """The series that a rule is about."""
    rows = Series.objects.filter(entity_type=rule.entity_type, attribute=rule.attribute).order_by("pk")
    return rows.filter(entity_id=rule.entity_id) if rule.entity_id else rows


def last_values(series: Series) -> dict[str, float]:
    """Last values of all attributes of the same entity."""
    rows = Series.objects.filter(
        path=series.path, entity_id=series.entity_id, entity_type=series.entity_type
    ).exclude(last_number=None)
    return dict(rows.values_list("attribute", "last_number"))


def events_of(series: Series) -> tuple[list[float], float]:
    """Moments of the events (values above 0) from which a habit is learnt, and the first reading's; seconds since 1970."""
    begin = round((time.time() - hazard.MOST_DAYS * hazard.DAY) * 1e6)
    rows = Reading.objects.filter(series=series, at__gte=begin)
    events = rows.filter(number__gt=0).order_by("-at").values_list("at", flat=True)[:MOST_EVENTS]
    first = rows.aggregate(first=Min("at"))["first"]
    return [at / 1e6 for at in events], (first or time.time() * 1e6) / 1e6


def posts_of(alarm: Alarm) -> tuple[Post, ...]:
    """Who goes where, as the rules say now."""
    return next((rule.posts for rule in rules().file.rules if rule.name == alarm.rule), ())


def cautions_of(alarm: Alarm) -> str:
    """What an alarm of this kind is not; empty for others."""
    rule = next((rule for rule in rules().file.rules if rule.name == alarm.rule), None)
    if rule is None:
        return ""
    if rule.habit is not None:
        return (
            "これまでの時刻の癖からの見込みです。飲食や薬、体調は入っていません。医療機器ではありません。"
            "本人のようすを見て決めてください。"
        )
    if isinstance(rule.limit, Among):
        return "センサーの区分が続いたことの知らせです。医療機器ではなく、決まった時間ごとの目での確認に代わりません。"
    return ""


def alarms(state: str = "") -> QuerySet[Any]:
    """Alarms, the newest first. state: `waiting` (nobody has acknowledged), `open` (goes on), or empty for all."""
    rows = Alarm.objects.select_related("series", "acknowledged_by").order_by("-began_at", "-pk")
    return in_state(rows, state) if state else rows


def in_state(rows: QuerySet[Any], state: str) -> QuerySet[Any]:
    """Those of the rows that are so."""
    return rows.filter(acknowledged_at=None) if state == "waiting" else rows.filter(ended_at=None)


def told(alarm: Alarm) -> dict[str, Any]:
    """What is told of an alarm, in words."""
    began = timezone.localtime(alarm.began_at)
    goes = "、".join(
        f"{one.who}→{one.place}{f'（{one.task}）' if one.task else ''}" for one in posts_of(alarm)
    )
    return {
        "知らせ": alarm.sentence,
        **({"出向く": goes} if goes else {}),
        "決まり": alarm.rule,
        "実体": alarm.series.entity_id,
        "属性": alarm.series.attribute,
        "値": alarm.number,
        "始まり": began.isoformat(timespec="seconds"),
        "確認": "Yakubaの「都市OS」→「警報」で、確認を押してください。押すまで、次の当番に知らせます。",
    }


def waiting(user: Any) -> QueueState:
    """Alarms that nobody has acknowledged, for the home page."""
    rows = Alarm.objects.filter(acknowledged_at=None)
    return queued(rows, "began_at", reverse("cityhub:alarms") + "?state=waiting", "警報を見る")


def self_check() -> list[CheckResult]:
    """Whether the rules can be read, and whether notifications arrive."""
    from yakuba.services.cityhub.models import Subscription

    now = rules()
    failing = Subscription.objects.filter(fails__gt=0)
    number = failing.count()
    newest = failing.aggregate(newest=Max("last_failure"))["newest"]
    advice = f"{number}件のサブスクリプションで通知が届いていません。「都市OS」→「サブスクリプション」で、わけを見てください。"
    return [
        CheckResult("見張りの決まり", not now.fault, now.fault and f"読めません：{now.fault}"),
        CheckResult("都市OSの通知", not number, advice if number and newest else ""),
    ]
