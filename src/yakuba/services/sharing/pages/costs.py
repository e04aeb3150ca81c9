"""Groups, their bodies and costs, months, what-if."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.services.sharing.engine import cells
from yakuba.services.sharing.forms.costs import (
    AmountForm,
    BodyForm,
    CapForm,
    GroupForm,
    ItemForm,
    KeyForm,
    MonthForm,
    ProposeForm,
    WhatIfForm,
)
from yakuba.services.sharing.models import Amount, CostGroup, CostItem
from yakuba.services.sharing.operations import costs as operations
from yakuba.services.sharing.operations import months
from yakuba.services.sharing.pages.ways import ways
from yakuba.services.sharing.queries import costs as queries
from yakuba.services.sharing.queries.computing import compute

ABOVE = ("費用の分担", reverse_lazy("sharing:index"))
FORM = "sharing/form.html"
GROUPS = Listing(
    "sharing.groups",
    "費用の分担",
    "取り決め",
    columns=(
        Column("title", "取り決め", lambda row: Cell(row.title, url=reverse("sharing:group", args=[row.pk])), ("title",)),
        Column("agreement", "協定", lambda row: row.agreement, ("agreement",)),
        Column("bodies", "団体", lambda row: row.number, ("number",), number=True),
        Column("closed_to", "締めた月", lambda row: cells.shown_month(row.closed_to) if row.closed_to else "まだ", ("closed_to",)),
    ),
    rows=queries.groups,
    nothing=Nothing("取り決めはまだありません", "共同利用の費用を分ける取り決めを登録すると、ここに並びます。", ("取り決めを登録する", reverse_lazy("sharing:new_group"))),
    search=Search(lambda rows, text: rows.filter(title__icontains=text), label="名前"),
    actions=(
        ("取り決めを登録する", reverse_lazy("sharing:new_group")),
        ("使った量", reverse_lazy("sharing:usage")),
        ("出した請求書", reverse_lazy("sharing:bills")),
        ("届いた請求書", reverse_lazy("sharing:received")),
    ),
)  # fmt: skip
USAGE = Listing(
    "sharing.usage",
    "使った量",
    "量",
    columns=(
        Column("month", "月", lambda row: row.month, ("month", "code")),
        Column("town", "団体", lambda row: row.town, ("code", "month")),
        Column("label", "種類", lambda row: row.label, ("kind", "month")),
        Column("amount", "量", lambda row: Cell(float(row.amount), shown=row.shown), ("amount",), number=True),
        Column("unit", "単位", lambda row: row.unit),
        Column("kind", "種類の名前", lambda row: Cell(row.kind, small=True)),
    ),
    rows=queries.usage_rows,
    nothing=Nothing("使った量はまだありません", "この自治体と、この自治体を幹事とした団体の利用量が、月ごとに並びます。"),
    filters=(Filter("month", "月", lambda: [(one, cells.shown_month(one)) for one in sorted({row.month for row in queries.usage_rows()}, reverse=True)],
                    lambda rows, value: [row for row in rows if row.month == value]),),
    lead="この自治体と、町の設定「利用量を数えてよい幹事団体」でこの自治体を選んだ、同じ集まりの団体の量です。人の情報は含みません。",
    trail=(ABOVE,),
)  # fmt: skip


@permission_required("sharing.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """All groups."""
    return respond(request, GROUPS)


@permission_required("sharing.usage")
def usage(request: HttpRequest) -> HttpResponseBase:
    """Use by body and month."""
    return respond(request, USAGE)


def group_row(cost_group_id: int) -> CostGroup:
    """The group, or 404."""
    return get_object_or_404(CostGroup.objects, pk=cost_group_id)


def _item(cost_item_id: int) -> CostItem:
    return get_object_or_404(CostItem.objects.select_related("group"), pk=cost_item_id)


def above(group: CostGroup) -> list[tuple[str, Any]]:
    """The way to what hangs on a group."""
    return [ABOVE, (str(group), reverse("sharing:group", args=[group.pk]))]


@permission_required("sharing.view")
def group(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """One group: what comes next, its bodies, costs and months."""
    row = group_row(cost_group_id)
    context = {
        "group": row, "bodies": row.bodies.all(), "items": queries.items(row), "months": queries.months(row), "next": queries.next_month(row),
        "dates": queries.headcount_dates(row), "may_edit": allowed(request.user, "sharing.edit"), "meter": MonthForm(auto_id="meter_%s"),
        "next_label": cells.shown_month(queries.next_month(row)) if queries.next_month(row) else "", "history": queries.history(row)[:24],
    }  # fmt: skip
    return render(request, "sharing/group.html", context)


def _edit(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    way: list[tuple[str, Any]],
    take: Callable[[], HttpResponse],
    lead: str = "",
) -> HttpResponse:
    way = ways(request, way)
    context = {"title": title, "press": "登録する", "above": way, "back": way[-1][1], "lead": lead}
    return form_page(request, form, take, FORM, context)


@permission_required("sharing.edit")
def new_group(request: HttpRequest) -> HttpResponse:
    """A new group."""
    form = GroupForm(request.POST or None)

    def take() -> HttpResponse:
        row = operations.set_group(person_of(request), **form.cleaned_data)
        messages.success(request, f"「{row}」を登録しました。参加団体と費用を入れてください。")
        return redirect("sharing:group", row.pk)

    return _edit(request, form, "取り決めを登録する", [ABOVE], take)


@permission_required("sharing.edit")
def edit_group(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """Its texts."""
    row = group_row(cost_group_id)
    names = ("code", "title", "agreement", "biller", "pay_to", "rounding", "by_days", "shows_all")
    form = GroupForm(request.POST or None, initial={name: getattr(row, name) for name in names})
    form.fields["code"].disabled = True

    def take() -> HttpResponse:
        operations.set_group(person_of(request), **form.cleaned_data)
        messages.success(request, "変えました。出した請求書は変わりません。")
        return redirect("sharing:group", row.pk)

    return _edit(request, form, "取り決めを変える", above(row), take)


@permission_required("sharing.edit")
def body(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """A body joins, changes its name, or leaves."""
    row = group_row(cost_group_id)
    there = row.bodies.filter(code=request.GET.get("code", "")[:6]).first()
    initial = {name: getattr(there, name) for name in ("code", "name", "joined_on", "left_on")} if there else None  # fmt: skip
    form = BodyForm(request.POST or None, initial=initial)

    def take() -> HttpResponse:
        made = operations.set_body(person_of(request), cost_group_id=row.pk, **form.cleaned_data)
        messages.success(request, f"{made}を登録しました。")
        return redirect("sharing:group", row.pk)

    lead = "合併した団体は、抜けた日を入れて残し、合併した先の団体を加えます。"
    return _edit(request, form, "参加団体を登録する", above(row), take, lead)


@permission_required("sharing.edit")
def new_item(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """A cost, and then its key."""
    row, form = group_row(cost_group_id), ItemForm(request.POST or None)

    def take() -> HttpResponse:
        made = operations.set_item(person_of(request), cost_group_id=row.pk, **form.cleaned_data)
        messages.success(request, f"「{made}」を登録しました。負担の割合を決めてください。")
        return redirect("sharing:key", made.pk)

    return _edit(request, form, "費用を登録する", above(row), take)


@permission_required("sharing.view")
def item(request: HttpRequest, cost_item_id: int) -> HttpResponse:
    """One cost: its keys, caps and amounts."""
    row = _item(cost_item_id)
    names = {one.code: one.name for one in row.group.bodies.all()}
    context = {
        "item": row, "group": row.group, "keys": [(one, cells.shown_month(one.since)) for one in row.keys.all()],
        "caps": [(names.get(one.code, one.code), f"{one.year}年度から" if one.year else "はじめから", one.most) for one in row.caps.all()],
        "amounts": [(one, cells.shown_month(one.month)) for one in row.amounts.select_related("entered_by").order_by("-month", "-pk")[:200]],
        "closed_to": operations.closed_to(row.group), "may_edit": allowed(request.user, "sharing.edit"),
    }  # fmt: skip
    return render(request, "sharing/item.html", context)


def _above_item(row: CostItem) -> list[tuple[str, Any]]:
    return [*above(row.group), (str(row), reverse("sharing:item", args=[row.pk]))]


@permission_required("sharing.edit")
def key(request: HttpRequest, cost_item_id: int) -> HttpResponse:
    """Its key from a month on."""
    row = _item(cost_item_id)
    newest = row.keys.first()
    names = ("equal", "population", "use", "counted_on", "use_kind", "without_use", "source")
    initial = {name: getattr(newest, name) for name in names} if newest else None
    form = KeyForm(row.group, request.POST or None, initial=initial)

    def take() -> HttpResponse:
        operations.set_key(person_of(request), cost_item_id=row.pk, **form.cleaned_data)
        messages.success(request, "負担の割合を決めました。")
        return redirect("sharing:item", row.pk)

    lead = "三つを合わせて100％にします。締めた月にさかのぼる割合は決められません。"
    return _edit(request, form, "負担の割合を決める", _above_item(row), take, lead)


@permission_required("sharing.edit")
def cap(request: HttpRequest, cost_item_id: int) -> HttpResponse:
    """What a body pays at most."""
    row = _item(cost_item_id)
    form = CapForm(row.group, request.POST or None, initial={"year": operations.cap_year(row.group)})

    def take() -> HttpResponse:
        operations.set_cap(person_of(request), cost_item_id=row.pk, **form.cleaned_data)
        messages.success(request, "上限を決めました。")
        return redirect("sharing:item", row.pk)

    lead = "上限を超えた分は、ほかの団体の負担の比で分け直します。その年度の初めからの負担に掛かり、終わった年度の負担は変わりません。"
    return _edit(request, form, "負担の上限を決める", _above_item(row), take, lead)


@permission_required("sharing.edit")
def amount(request: HttpRequest, cost_item_id: int) -> HttpResponse:
    """What it came to in a month."""
    row, form = _item(cost_item_id), AmountForm(request.POST or None)

    def take() -> HttpResponse:
        operations.add_amount(person_of(request), cost_item_id=row.pk, **form.cleaned_data)
        messages.success(request, "費用の額を入れました。")
        return redirect("sharing:item", row.pk)

    return _edit(request, form, "費用の額を入れる", _above_item(row), take)


remove_amount = button(
    operations.remove_amount,
    lambda row: reverse("sharing:item", args=[row.pk]),
    "消しました。",
    of=Amount,
)
take_meter = button(
    months.take_meter,
    "sharing:group",
    lambda found: f"利用量を{found.taken:,}件取り込みました。" if found.taken else "この月に数えた利用量は、取り込める団体にありません。",
    of=CostGroup,
    form=MonthForm,
    otherwise="月を 2026-04 のように書いてください。",
)  # fmt: skip


@permission_required("sharing.view")
def month(request: HttpRequest, cost_group_id: int) -> HttpResponse:
    """What a month would be billed as today."""
    row = group_row(cost_group_id)
    form = MonthForm({"month": request.GET.get("month") or queries.next_month(row)})
    found = compute(row, form.cleaned_data["month"]) if form.is_valid() else None
    context: dict[str, Any] = {
        "group": row, "form": form, "found": found, "may_edit": allowed(request.user, "sharing.edit"), "close": ProposeForm(auto_id="close_%s", initial={"month": form.cleaned_data["month"] if form.is_valid() else ""}),
        "next": queries.next_month(row),
    }  # fmt: skip
    if found is not None:
        names = names_in(row)
        closing = row.closings.filter(month=found.month, replaced_by=None).defer("content").first()
        context |= {
            "label": cells.shown_month(found.month), "closing": closing, "grid": grid(found), "items": [one.item for one in found.items],
            "uses": [(one, names.get(one.code, one.code)) for one in queries.uses(row, found.month)],
            "weighed": [_weighed(one, names) for one in found.items if one.weighed is not None],
        }  # fmt: skip
    return render(request, "sharing/month.html", context, status=200 if found is not None else 422)


def names_in(row: CostGroup) -> dict[str, str]:
    """The bodies of a group by code."""
    return operations.names_of(row)


def grid(found: Any) -> list[tuple[Any, list[int]]]:
    """Bodies down, costs across."""
    rows = []
    for bill in found.bills:
        sums: dict[int, int] = {}
        for line in bill.lines:
            sums[line.item.pk] = sums.get(line.item.pk, 0) + line.yen
        rows.append((bill, [sums.get(one.item.pk, 0) for one in found.items]))
    return rows


def _weighed(one: Any, names: Mapping[str, str]) -> dict[str, Any]:
    standings = {each.code: each for each in one.standings}
    rows = [
        {"name": names.get(code, code), "standing": standings[code], "use": float(standings[code].use), "parts": [float(part) for part in parts],
         "sum": float(sum(parts)), "present": float(standings[code].present)}
        for code, parts in one.weighed.parts.items()
    ]  # fmt: skip
    return {"item": one.item, "key": one.key, "rows": rows, "notes": one.weighed.notes}


@permission_required("sharing.view")
def try_key(request: HttpRequest, cost_item_id: int) -> HttpResponse:
    """What would be, if; nothing is written."""
    row = _item(cost_item_id)
    asked = request.GET if "month" in request.GET else None
    newest = row.amounts.order_by("-month").first()
    form = WhatIfForm(row, asked, initial={"month": newest.month if newest else ""})
    found, status = None, 200
    if asked is not None:
        status = 422
        if form.is_valid():
            with told_in(form):
                found = months.try_key(person_of(request), cost_item_id=row.pk, **form.asked)
                status = 200
    rows = [
        one | {"difference": None if one["now"] is None else one["yen"] - one["now"]} for one in found or ()
    ]
    context = {
        "item": row,
        "group": row.group,
        "form": form,
        "rows": rows,
        "total": sum(one["yen"] for one in rows),
        "above": _above_item(row),
    }
    return render(request, "sharing/what_if.html", context, status=status)
