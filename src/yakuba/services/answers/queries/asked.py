"""What was asked: what is left to be dealt with, and the figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.charts import Chart, bar_chart
from yakuba.kernel.registry import QueueState, queued
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.services.answers.contracts import Told
from yakuba.services.answers.engine.grouping import groups
from yakuba.services.answers.models import Asked
from yakuba.services.answers.queries import telling

DAYS = 90  # that the figures look back
MOST_GROUPED = 1_500  # newest questions that are put together on a page
MOST_SHOWN = 50  # groups
SHORT = {"answered": "答えた", "shown": "候補", "handed_over": "担当へ"}  # for a telephone's width


@dataclass(frozen=True)
class Group:
    """Questions that ask the same. texts: each once, the most typical first; near: entries that may answer them."""

    numbers: tuple[int, ...]
    texts: tuple[str, ...]
    near: tuple[Told, ...]
    chosen: bool

    @property
    def count(self) -> int:
        """How often it was asked."""
        return len(self.numbers)


def unsettled() -> QuerySet[Any]:
    """Questions that nobody has dealt with: handed over, nothing picked of what was shown, or told that it did not help."""
    return Asked.objects.filter(settled=False).filter(
        Q(outcome=Asked.Outcome.HANDED_OVER) | Q(outcome=Asked.Outcome.SHOWN, chosen=None) | Q(helped=False)
    )


def picked() -> QuerySet[Any]:
    """Questions of which the person picked an entry, or said that it helped: a member of staff may confirm them."""
    return Asked.objects.filter(settled=False, outcome=Asked.Outcome.SHOWN, chosen__isnull=False).exclude(
        helped=False
    )


def unanswered() -> list[Group]:
    """What is left to be dealt with, put together, the most frequent first."""
    rows = list(unsettled().order_by("-pk").values_list("pk", "text")[:MOST_GROUPED])
    found = [[rows[at] for at in places] for places in groups([text for _, text in rows])]
    found.sort(key=len, reverse=True)
    return [_group(one, None) for one in found[:MOST_SHOWN]]


def to_confirm() -> list[Group]:
    """What people picked, by entry and wording, the most frequent first."""
    rows = list(picked().order_by("-pk").values_list("pk", "text", "chosen_id")[:MOST_GROUPED])
    by_entry: dict[int, list[tuple[int, str]]] = {}
    for pk, text, chosen in rows:
        by_entry.setdefault(chosen, []).append((pk, text))
    found = sorted(by_entry.items(), key=lambda one: -len(one[1]))
    return [_group(pairs, entry) for entry, pairs in found[:MOST_SHOWN]]


def _group(pairs: Sequence[tuple[int, str]], entry: int | None) -> Group:
    texts = tuple(dict.fromkeys(text for _, text in pairs))
    if entry is not None:
        one = telling.one(entry, telling.EXPERTS)
        near: tuple[Told, ...] = (one,) if one else ()
    else:
        decision = telling.decide(texts[0], telling.EXPERTS)
        near = telling.told(decision.keys, telling.EXPERTS)
    return Group(tuple(pk for pk, _ in pairs), texts, near, entry is not None)


def waiting(user: Any) -> QueueState:
    """For the home page."""
    return queued(unsettled(), "asked_at", reverse("answers:unanswered"), "質問を見る")


def since() -> date:
    """From which day on the figures count."""
    return timezone.localdate() - timedelta(days=DAYS)


def counts() -> dict[str, Any]:
    """The figures of the last 90 days: `asked`, shares in per cent (None where nothing was asked or said)."""
    rows = Asked.objects.filter(asked_at__date__gte=since())
    number = rows.count()
    rated = rows.exclude(helped=None)

    def share(part: int, of: int) -> int | None:
        return round(100 * part / of) if of else None

    return {
        "asked": number,
        "answered": share(rows.filter(outcome="answered").count(), number),
        "shown": share(rows.filter(outcome="shown").count(), number),
        "handed_over": share(rows.filter(outcome="handed_over").count(), number),
        "rated": rated.count(),
        "helped": share(rated.filter(helped=True).count(), rated.count()),
    }


def charts() -> list[Chart]:
    """By hour, by field and by channel, each divided by what became of the questions."""
    rows = list(
        Asked.objects.filter(asked_at__date__gte=since()).values_list(
            "asked_at", "field", "channel", "outcome"
        )
    )
    channels = dict(Asked.Channel.choices)
    hours = [(timezone.localtime(moment).hour, SHORT[outcome]) for moment, _, _, outcome in rows]
    fields = [(field or "そのほか", SHORT[outcome]) for _, field, _, outcome in rows]
    ways = [(channels[channel], SHORT[outcome]) for _, _, channel, outcome in rows]
    busiest = [name for name, _ in Counter(field for field, _ in fields).most_common(15)]
    seen = [hour for hour, _ in hours]
    day = range(min(seen, default=0), max(seen, default=0) + 1)
    return [
        _stacked(
            "聞かれた時刻",
            [(f"{hour}時", outcome) for hour, outcome in hours],
            [f"{hour}時" for hour in day],
        ),
        _stacked("聞かれた分野（多いものから15）", fields, busiest),
        _stacked("どこから聞かれたか", ways, list(channels.values())),
    ]


def _stacked(title: str, pairs: Sequence[tuple[str, str]], names: Sequence[str]) -> Chart:
    counted = Counter(pairs)
    rows = [
        (str(name), {outcome: float(counted[name, outcome]) for outcome in SHORT.values()}) for name in names
    ]
    return bar_chart(rows if pairs else [], title=title, unit="件", stacked=True)


def table() -> Table:
    """Every question of the last 90 days, as a file."""
    rows = Asked.objects.filter(asked_at__date__gte=since()).select_related("chosen").order_by("pk")
    helped = {True: "はい", False: "いいえ", None: ""}
    return Table(
        "問い合わせ",
        ("聞かれた日時", "質問（伏せ字）", "どこから", "分野", "どうなったか", "答えの番号", "役に立ったか"),
        (
            (
                timezone.localtime(row.asked_at).replace(tzinfo=None),
                row.text,
                row.get_channel_display(),
                row.field,
                row.get_outcome_display(),
                row.chosen.code if row.chosen else "",
                helped[row.helped],
            )
            for row in rows.iterator(chunk_size=500)
        ),
    )
