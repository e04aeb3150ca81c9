"""The town's broker (MQTT): how the connection is, what was found there, what was put aside, and the rules."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Column, Listing, Nothing, Search, ago
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.engine.brokerfile import EXAMPLE
from yakuba.services.cityhub.forms import BrokerRulesForm
from yakuba.services.cityhub.operations import broker as operations
from yakuba.services.cityhub.queries import brokers as queries

ASIDE = Listing(
    "cityhub.broker",
    "MQTTのブローカー",
    "よけたもの",
    columns=(
        Column("topic", "トピック", lambda row: row.topic, ("topic", "pk")),
        Column("rule", "受け取り", lambda row: row.rule, ("rule", "pk")),
        Column("reason", "わけ", lambda row: row.reason),
        Column("given", "届いたもの", lambda row: row.given),
        Column("count", "回数", lambda row: row.count, ("count", "pk"), number=True),
        Column("last", "最後", lambda row: ago(row.last_at), ("last_at", "pk")),
    ),
    rows=queries.aside,
    nothing=Nothing(
        "よけたものはありません",
        "決まりや機器台帳に合わないものが届くと、わけと回数がここに並びます。90日で消えます。",
    ),
    search=Search(lambda rows, text: rows.filter(topic__icontains=text), label="トピック"),
    sort="-last",
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def broker(request: HttpRequest) -> HttpResponseBase:
    """How it is."""
    held = queries.rules()
    return respond(
        request,
        ASIDE,
        "cityhub/broker.html",
        lambda wanted: {
            "state": queries.state(),
            "held": held,
            "client": queries.client_of(held.file) if held.file else "",
        },
    )


@permission_required("cityhub.manage")
def broker_rules(request: HttpRequest) -> HttpResponse:
    """Which broker, and what its topics and payloads mean."""
    held = queries.rules()
    text = held.text or ("" if held.version else EXAMPLE)
    form = BrokerRulesForm(request.POST or None, initial={"text": text, "version": held.version})
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.cleaned_data
            row = operations.set_broker_rules(
                person_of(request), text=given["text"], version=given["version"]
            )
            messages.success(request, f"{row}を登録しました。数秒でつなぎ直します。")
            return redirect("cityhub:broker")
    context = {"form": form, "held": held}
    return render(request, "cityhub/broker_rules.html", context, status=422 if form.errors else 200)
