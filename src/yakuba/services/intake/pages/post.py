"""Requests by post: the list with what is due, opening an envelope, one envelope."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake.actions import post as actions
from yakuba.services.intake.engine.fees import orders
from yakuba.services.intake.forms.fees import EnvelopeForm, MoreOrdersForm, OnceForm
from yakuba.services.intake.models import MoneyOrder, PostalRequest
from yakuba.services.intake.operations import post as operations
from yakuba.services.intake.queries import fees as queries
from yakuba.services.intake.queries import rules

FATES = {
    MoneyOrder.Fate.HELD: "waiting",
    MoneyOrder.Fate.KEPT: "success",
    MoneyOrder.Fate.BACK: "stopped",
}


def _state(row: PostalRequest) -> Any:
    if row.sent_on:
        return status("success", "返した")
    late = row.due_on < timezone.localdate()
    return status("warning" if late else "waiting", "期限を過ぎた" if late else "これから返す")


REQUESTS = Listing(
    "intake.post",
    "郵送請求",
    "郵送請求",
    columns=(
        Column("number", "受付番号", lambda row: Cell(row.case.receipt_number, url=reverse("intake:post-request", args=[row.pk])), ("case__receipt_number",)),
        Column("procedure", "手続", lambda row: row.case.procedure.title, ("case__procedure__title", "pk")),
        Column("arrived", "届いた日", lambda row: row.arrived_on, ("arrived_on", "pk")),
        Column("due", "返す期限", lambda row: row.due_on, ("due_on", "pk")),
        Column("state", "状態", _state, ("sent_on", "pk")),
        Column("orders", "小為替", lambda row: sum(one.yen for one in row.orders.all()), number=True),
    ),
    rows=queries.requests,
    nothing=Nothing("郵送請求はまだありません", "封筒が届いたら「封筒を開ける」から、入っていたものを記録します。"),
    filters=(
        Filter("open", "状態", lambda: [("1", "これから返す"), ("0", "返した")], lambda rows, value: rows.filter(sent_on__isnull=value == "1")),
    ),
)  # fmt: skip


@permission_required("intake.fees")
def index(request: HttpRequest) -> HttpResponse:
    """Envelopes, those that wait first."""
    near = queries.near_end(timezone.localdate())
    return respond(request, REQUESTS, "intake/fees/post.html", lambda wanted: {"near": near})  # type: ignore[return-value]


@permission_required("intake.fees")
def begin(request: HttpRequest) -> HttpResponse:
    """Open an envelope."""
    procedures = [(one.code, one.title) for one in Procedure.objects.order_by("title")]
    start = {"arrived_on": timezone.localdate()}
    form = EnvelopeForm(procedures, request.POST or None, initial=start)

    def take() -> HttpResponse:
        said = form.cleaned_data
        envelope = actions.Envelope(
            said["arrived_on"], said["name"], said["stamps"] or 0, said["envelope"], said["note"], said["orders"]
        )  # fmt: skip
        row = actions.register(
            actions.procedure_of(said["apply_code"]), envelope, None, said["once"], actor=person_of(request)
        )
        messages.success(
            request,
            f"受付番号 {row.case.receipt_number} で受け付けました。次に、申請した人と手数料を記録します。",
        )
        return redirect("intake:post-request", row.pk)

    return form_page(request, form, take, "intake/fees/post_begin.html", {})


@permission_required("intake.fees")
def envelope(request: HttpRequest, postal_request_id: int) -> HttpResponse:
    """One envelope: what came, what is due, what is kept and what goes back."""
    row = get_object_or_404(queries.requests(), pk=postal_request_id)
    form = MoreOrdersForm(request.POST or None)

    def take() -> HttpResponse:
        actions.add_orders(row, form.cleaned_data["orders"], actor=person_of(request))
        messages.success(request, "届いた小為替を足しました。")
        return redirect("intake:post-request", row.pk)

    today = timezone.localdate()
    account = queries.account(row.case)
    held = [one for one in row.orders.all() if one.fate == MoneyOrder.Fate.HELD]
    fit = orders.fit(queries.engine_orders(held), max(0, account.open), today)
    lines = [
        {
            "order": one,
            "kind": FATES[MoneyOrder.Fate(one.fate)],
            "why": orders.unusable(one.order, today),
            "near": orders.is_near(one.order, today),
            "plan": _plan(one, fit),
        }
        for one in row.orders.all()
    ]
    wanted, rest = orders.set_for(max(0, account.open))
    context = {
        "row": row,
        "case": row.case,
        "account": account,
        "charged": any(one.kind == "due" for one in account.entries),
        "lines": lines,
        "held": bool(held),
        "short": fit.short if held else max(0, account.open),
        "returned": queries.returned(row),
        "wanted": wanted,
        "rest": rest,
        "charge": orders.CHARGE * len(wanted),
        "once": OnceForm()["once"].initial,
        "today": today,
        "asked": rules.acting(row.case.procedure.code) is not None,
    }
    return form_page(request, form, take, "intake/fees/post_request.html", context)


def _plan(one: MoneyOrder, fit: orders.Fit) -> str:
    if one.fate != MoneyOrder.Fate.HELD:
        return one.get_fate_display()
    return "充てる見込み" if one.pk in fit.kept else "返す見込み"


settle = button(
    operations.settle_request,
    "intake:post-request",
    "小為替を分けました。返すものは、返すものの一覧に出ています。",
    of=PostalRequest,
    form=OnceForm,
)
send = button(operations.send_request, "intake:post-request", "返した日を記録しました。", of=PostalRequest)
