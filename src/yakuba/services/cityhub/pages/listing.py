"""The hub's first page and its lists: series with their last values, alarms, subscriptions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.lists import Cell, Column, DayFilter, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub import operations
from yakuba.services.cityhub.engine.subscriptions import address_of, host_of, status_of
from yakuba.services.cityhub.engine.watchrules import EXAMPLE
from yakuba.services.cityhub.forms import AcknowledgeForm, RulesForm
from yakuba.services.cityhub.models import Alarm, Series, Subscription
from yakuba.services.cityhub.queries import looking, watched
from yakuba.services.cityhub.queries.failing import name_of
from yakuba.services.cityhub.queries.other_units import sent_words, with_sent
from yakuba.services.cityhub.queries.space import subscription_of

TRAIL = (("都市OS", reverse_lazy("cityhub:index")),)
SHOWN = 100  # readings beneath a chart


def _last(row: Series) -> Cell:
    words = "―" if row.last_number is None else f"{row.last_number:,.6g} {row.unit}".strip()
    return Cell(row.last_number, shown=words)


def _age(row: Series) -> Any:
    at = looking.moment(row.last_at)
    return Cell(at and at.isoformat(), shown="まだ" if at is None else since(timezone.now() - at))


def since(age: Any) -> str:
    """How long ago, in the largest fitting word."""
    seconds = max(0, int(age.total_seconds()))
    for word, size in (("日前", 86_400), ("時間前", 3_600), ("分前", 60)):
        if seconds >= size:
            return f"{seconds // size}{word}"
    return f"{seconds}秒前"


SERIES = Listing(
    "cityhub.series",
    "都市OS",
    "測定",
    columns=(
        Column(
            "entity",
            "実体",
            lambda row: Cell(row.entity_id, url=reverse("cityhub:series", args=[row.pk])),
            ("entity_id", "pk"),
        ),
        Column("type", "型", lambda row: row.entity_type, ("entity_type", "pk")),
        Column("attribute", "属性", lambda row: row.attribute, ("attribute", "pk")),
        Column("number", "最後の値", _last, ("last_number", "pk"), number=True),
        Column("age", "いつ", _age, ("last_at", "pk")),
    ),
    rows=looking.series,
    nothing=Nothing(
        "値はまだ届いていません",
        "センサーやほかの仕組みから NGSIv2 で送るか、「測定値をファイルから入れる」で始めます。",
    ),
    search=Search(looking.searched, label="実体の id"),
    filters=(Filter("type", "型", looking.types, looking.of_type),),
)


def _waits(row: Alarm) -> Cell:
    return (
        status("waiting", "確認していない") if row.acknowledged_at is None else status("success", "確認した")
    )


ALARMS = Listing(
    "cityhub.alarms",
    "警報",
    "警報",
    columns=(
        Column(
            "sentence",
            "知らせ",
            lambda row: Cell(row.sentence, url=reverse("cityhub:alarm", args=[row.pk])),
            ("sentence", "pk"),
        ),
        Column("entity", "実体", lambda row: row.series.entity_id, ("series__entity_id", "pk")),
        Column("began", "始まり", lambda row: timezone.localtime(row.began_at), ("began_at", "pk")),
        Column(
            "ended",
            "終わり",
            lambda row: timezone.localtime(row.ended_at) if row.ended_at else "続いている",
            ("ended_at", "pk"),
        ),
        Column("state", "確認", _waits, ("acknowledged_at", "pk")),
    ),
    rows=watched.alarms,
    nothing=Nothing("警報はありません", "見張りの決まりに合う値が届くと、ここに並びます。"),
    filters=(
        Filter(
            "state",
            "状態",
            lambda: [("waiting", "確認していない"), ("open", "続いている")],
            watched.in_state,
        ),
    ),
    trail=TRAIL,
)


def _subscription(row: Subscription) -> Cell:
    return Cell(name_of(row))


def _where(row: Subscription) -> str:
    return host_of(address_of(subscription_of(row)))


REASONS = {
    "Could not resolve hostname": "ホスト名が見つかりません",
    "Timeout was reached": "時間内に答えがありません",
    "Could not connect to server": "つながりません",
}
STATES = {
    "active": "知らせる",
    "oneshot": "一度だけ知らせる",
    "inactive": "止まっている",
    "expired": "期限が過ぎた",
}


def _state(row: Subscription) -> Cell:
    word = status_of(subscription_of(row), timezone.now().timestamp())
    if row.fails:
        why = REASONS.get(row.last_failure_reason, row.last_failure_reason)
        return status("error", f"届かない（続けて{row.fails}回）：{why}")
    if row.last_success_code >= 400:
        return status("error", f"届いたが、受け手が{row.last_success_code}と答えている")
    return status("success" if word in ("active", "oneshot") else "stopped", STATES[word])


SUBSCRIPTIONS = Listing(
    "cityhub.subscriptions",
    "サブスクリプション",
    "サブスクリプション",
    columns=(
        Column("name", "何を", _subscription, ("identifier",)),
        Column("where", "送り先", _where),
        Column("sent", "送った回数", lambda row: row.times_sent, ("times_sent", "pk"), number=True),
        Column("waits", "待っている", lambda row: row.deliveries.count(), number=True),
        Column("gone", "捨てた", lambda row: row.thrown_away, ("thrown_away", "pk"), number=True),
        Column("state", "状態", _state),
    ),
    rows=lambda: Subscription.objects.order_by("pk"),
    nothing=Nothing(
        "サブスクリプションはまだありません",
        "ほかの仕組みが NGSIv2 の /v2/subscriptions で頼むと、ここに並びます。",
    ),
    trail=TRAIL,
)


@permission_required("cityhub.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list of series, with what waits and the map."""
    return respond(
        request,
        SERIES,
        "cityhub/index.html",
        lambda wanted: {
            "facts": looking.facts(),
            "map": looking.place_map(),
            "alarms": watched.alarms("waiting")[:5],
        },
    )


@permission_required("cityhub.view")
def series(request: HttpRequest, series_id: int) -> HttpResponse:
    """One series: its chart, and the readings beneath."""
    row = get_object_or_404(Series.objects, pk=series_id)
    span = request.GET.get("span", "week")
    span = span if span in looking.SPANS else "week"
    context = {
        "series": row,
        "chart": looking.chart(row, span),
        "span": span,
        "spans": looking.SPANS.items(),
        "last": _last(row).shown,
        "last_at": looking.moment(row.last_at),
        "readings": [
            (looking.moment(one.at), one.number, one.doubtful, _sent(row, one))
            for one in with_sent(looking.readings(row, span))[:SHOWN]
        ],
        "shown": SHOWN,
    }
    return render(request, "cityhub/series.html", context)


def _sent(row: Series, one: Any) -> str:
    return sent_words(one.number, one.sent, one.sent_unit, row.unit)


def _readings(row: Series) -> Listing:
    return Listing(
        "cityhub.readings",
        "測定値",
        "測定値",
        columns=(
            Column("at", "日時", lambda one: timezone.localtime(looking.moment(one.at)), ("at",)),
            Column("number", f"値（{row.unit}）" if row.unit else "値", lambda one: one.number, ("number", "pk"), number=True),
            Column("sent", "届いた値", lambda one: _sent(row, one)),
            Column("doubtful", "時計", lambda one: "疑わしい（届いた時刻）" if one.doubtful else ""),
        ),
        rows=lambda: with_sent(looking.readings(row)),
        nothing=Nothing("測定値はありません", "古い月の測定値は、ファイルにして片付けてあることがあります。"),
        filters=(
            DayFilter("since", "この日から", "{}から", looking.from_day),
            DayFilter("until", "この日まで", "{}まで", looking.to_day),
        ),
        trail=(*TRAIL, (str(row), reverse("cityhub:series", args=[row.pk]))),
        remembered=False,
    )  # fmt: skip


@permission_required("cityhub.view")
def readings(request: HttpRequest, series_id: int) -> HttpResponseBase:
    """All readings of a series, in parts, by days, and as files."""
    row = get_object_or_404(Series.objects, pk=series_id)
    return respond(request, _readings(row))


@permission_required("cityhub.view")
def alarms(request: HttpRequest) -> HttpResponseBase:
    """Alarms, the newest first."""
    return respond(request, ALARMS, "cityhub/alarms.html")


@permission_required("cityhub.view")
def alarm(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """One alarm, and what somebody does about it."""
    row = get_object_or_404(watched.alarms(), pk=alarm_id)
    form = AcknowledgeForm(request.POST or None)
    if request.method == "POST":
        require(request.user, "cityhub.acknowledge")
        if form.is_valid():
            with told_in(form):
                remark = form.cleaned_data["remark"]
                operations.acknowledge(person_of(request), alarm_id=alarm_id, remark=remark)
                messages.success(request, "確認しました。次の当番には知らせません。")
                return redirect("cityhub:alarms")
    may = row.acknowledged_at is None and allowed(request.user, "cityhub.acknowledge")
    context = {
        "alarm": row,
        "form": form,
        "may_acknowledge": may,
        "posts": watched.posts_of(row),
        "caution": watched.cautions_of(row),
    }
    return render(request, "cityhub/alarm.html", context, status=422 if form.errors else 200)


@permission_required("cityhub.manage")
def subscriptions(request: HttpRequest) -> HttpResponseBase:
    """Who is told what, and whether it arrives."""
    return respond(request, SUBSCRIPTIONS, "cityhub/subscriptions.html")


@permission_required("cityhub.manage")
def rules(request: HttpRequest) -> HttpResponse:
    """What is watched, and who is told."""
    now = watched.rules()
    form = RulesForm(request.POST or None, initial={"text": now.text or EXAMPLE, "version": now.version})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.cleaned_data
            row = operations.set_rules(person_of(request), text=given["text"], version=given["version"])
            messages.success(request, f"{row}を登録しました。次に届く値から見張ります。")
            return redirect("cityhub:alarms")
    context = {"form": form, "now": now, "nothing": watched.without_series(now.file)}
    return render(request, "cityhub/rules.html", context, status=422 if form.errors else 200)
