"""`{% load yakuba %}`: how staff pages write dates, times and numbers, and the icons.

A filter given nothing (None or the empty string) writes 「―」; text that is not a value of its kind
passes through unchanged, so a view may also hand over finished wording.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yakuba.kernel.jobs.work import Work
from yakuba.kernel.registry import manifests
from yakuba.kernel.ui import icons, wording
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.work import may_steer

register = template.Library()


@register.filter(name="wareki")
def wareki_filter(value: object, style: str = "") -> object:
    """`{{ d|wareki }}` 令和8年11月20日(金); styles: "date" without weekday, "time" with the clock, "short"."""
    value = _local(value)
    if not isinstance(value, date):
        return _other(value)
    if style == "short":
        return wording.wareki_short(value)
    return wording.wareki(value, weekday=style != "date", time=style == "time")


@register.filter(name="hours")
def hours_filter(value: object, unit: str = "seconds") -> object:
    """`{{ seconds|hours }}` or `{{ minutes|hours:"minutes" }}` → 1時間20分; also takes a timedelta."""
    number = wording.number_of(value)
    if number is None:
        return _other(value)
    return wording.duration(float(number) * (60 if unit == "minutes" else 1))


@register.filter(name="ago")
def ago_filter(value: object) -> object:
    """`{{ moment|ago }}` → 3日前. A plain date counts from its midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = timezone.make_aware(datetime(value.year, value.month, value.day))
    if not isinstance(value, datetime):
        return _other(value)
    moment = timezone.make_aware(value) if timezone.is_naive(value) else value
    return wording.ago((timezone.now() - moment).total_seconds())


@register.filter(name="percent")
def percent_filter(value: object, decimals: int = 1) -> object:
    """`{{ ratio|percent }}` → 51.8%; `{{ ratio|percent:0 }}` → 52%."""
    number = wording.number_of(value)
    return _other(value) if number is None else wording.percent(number, decimals)


@register.filter(name="points")
def points_filter(value: object, decimals: int = 1) -> object:
    """`{{ difference|points }}` → 2.5ポイント."""
    number = wording.number_of(value)
    return _other(value) if number is None else wording.points(number, decimals)


@register.filter(name="grouped")
def grouped_filter(value: object, decimals: int | None = None) -> object:
    """`{{ n|grouped }}` → 1,234,567; `{{ x|grouped:1 }}` → 1,234.6."""
    number = wording.number_of(value)
    return _other(value) if number is None else wording.grouped(number, decimals)


@register.simple_tag(name="icon")
def icon_tag(name: str) -> SafeString:
    """`{% icon "success" %}`: a drawing beside a word; names in `kernel/ui/icons.py`."""
    return icons.icon(name)


@register.simple_tag(takes_context=True)
def door_url(context: template.Context, name: str, *args: Any) -> str:
    """`{% door_url 'reading:confirm' as url %}`: the address, or nothing when the person may not open it."""
    url = reverse(name, args=args)
    return url if may_open(context["user"], url) else ""


@register.simple_block_tag(takes_context=True)  # type: ignore[attr-defined]  # Django 5.2
def door(context: template.Context, content: str, name: str, *args: Any, **more: str) -> str:
    """`{% door 'ledger:case' case.pk class="button" %}受付を見る{% enddoor %}`: a link, for who may open it.

    For others a link with a class (a button) is left out, and of any other link its words stay. `after` is put
    behind the address (`?batch=3`, `#aside`).
    """
    url = reverse(name, args=args)
    kind = more.get("class", "")
    if not may_open(context["user"], url):
        return mark_safe("" if kind else content)  # noqa: S308  # the template's own words, escaped already
    marks = format_html(' class="{}"', kind) if kind else ""
    return format_html('<a href="{}{}"{}>{}</a>', url, more.get("after", ""), marks, mark_safe(content))  # noqa: S308


@register.inclusion_tag("ui/work.html", name="work", takes_context=True)
def work_tag(
    context: template.Context, work: Work, label: str, unit: str = "件", cancel: str = "", retry: str = ""
) -> dict[str, Any]:
    """`{% work progress "計算しています" unit="%" %}`: how far a long piece of work is, how long it still takes, why it
    does not go on, and the buttons of who may press them. cancel, retry: a room's own addresses for them."""
    steered = work.job is not None and may_steer(context["user"], work.permission)
    if steered and work.is_live:
        cancel = cancel or reverse("work-cancel", args=[work.job])
    elif steered and work.can_retry:
        retry = retry or reverse("work-retry", args=[work.job])
    told = {"work": work, "label": label, "unit": unit, "cancel_url": cancel, "retry_url": retry}
    return told | {"csrf_token": context.get("csrf_token")}


@register.filter(name="level")
def level_filter(tags: str) -> str:
    """The kind of notice for a Django message's level tag: success, error, warning or info."""
    return tags if tags in ("success", "error", "warning") else "info"


@register.filter(name="page_numbers")
def page_numbers_filter(page: Page) -> list[int | None]:
    """The page numbers to link: both ends and two either side of the current one; None where some are left out."""
    last = page.paginator.num_pages
    shown = sorted({1, last} | {n for n in range(page.number - 2, page.number + 3) if 1 <= n <= last})
    numbers: list[int | None] = []
    for number in shown:
        if numbers and number - (numbers[-1] or 0) > 1:
            numbers.append(None)
        numbers.append(number)
    return numbers


@register.filter(name="refusal")
def refusal_filter(reason: object) -> str:
    """Why a page was refused, for staff: a permission's name becomes its label; other English text is not shown."""
    text = str(reason or "")
    for manifest in manifests():
        for permission in manifest.permissions:
            if permission.name == text:
                return f"この画面を開くには「{permission.label}」の権限が必要です。"
    return text if text and not text.isascii() else "この画面を使う権限がないか、ほかの市町村の情報です。"


def _local(value: object) -> object:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


def _other(value: object) -> object:
    return wording.NOTHING if value is None or value == "" else value
