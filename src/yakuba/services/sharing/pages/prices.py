"""Prices of bodies, and rules of grants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import BinaryIO

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.definitions import Problem
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.refusals import Missing
from yakuba.kernel.tables import importing
from yakuba.kernel.tables.reading import Row
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page, told_in
from yakuba.kernel.values import calendar
from yakuba.services.sharing.engine import benchmark, grants
from yakuba.services.sharing.forms.prices import CompareForm, GrantForm, PriceForm
from yakuba.services.sharing.models import Price, RoomDefinition
from yakuba.services.sharing.operations import grants as granting
from yakuba.services.sharing.operations import prices as operations
from yakuba.services.sharing.pages.ways import ways
from yakuba.services.sharing.queries import definitions
from yakuba.services.sharing.queries import prices as queries

ABOVE = ("価格と効果", reverse_lazy("sharing:prices"))
GRANTS = ("補助金・交付税", reverse_lazy("sharing:grants"))
TABLE = importing.TableKind(operations.TABLE, "価格", benchmark.COLUMNS, largest=operations.LARGEST)
PRICES = Listing(
    "sharing.prices",
    "価格と効果",
    "価格",
    columns=(
        Column("kind", "品目", lambda row: row.kind, ("kind", "code")),
        Column("name", "団体", lambda row: row.name, ("name", "kind")),
        Column("code", "団体コード", lambda row: row.code, ("code", "kind")),
        Column("population", "人口", lambda row: row.population, ("population", "code"), number=True),
        Column("year", "年度", lambda row: calendar.fiscal_year(row.year), ("year", "code")),
        Column("product", "製品", lambda row: row.product, ("product", "code")),
        Column("months", "月数", lambda row: row.months, ("months", "code"), number=True),
        Column("yen", "金額", lambda row: row.yen, ("yen", "code"), number=True),
        Column("taxed", "税", lambda row: "税込み" if row.taxed else "税抜き", ("taxed", "code")),
        Column("per_head", "1人あたりの年額（税抜き）", lambda row: Cell(round(float(row.paid.per_head), 2), shown=f"{float(row.paid.per_head):,.2f}円"), number=True),
        Column("per_hour", "減った1時間あたり", lambda row: None if row.paid.per_hour is None else Cell(round(float(row.paid.per_hour), 2), shown=f"{float(row.paid.per_hour):,.0f}円"), number=True),
        Column("options", "オプション", lambda row: "、".join(row.options)),
        Column("custom", "独自改修", lambda row: "あり" if row.custom else "", ("custom", "code")),
        Column("source", "出典", lambda row: Cell(row.source, small=True)),
        Column("remove", "消す", lambda row: Cell("消す", url=reverse("sharing:remove_price", args=[row.pk]), button=True, sends=True, about=f"{row.name}の{row.kind}"), filed=False),
    ),
    rows=queries.prices,
    nothing=Nothing("価格はまだありません", "団体が何にいくら払ったかを入れると、人口の近い団体と比べられます。", ("価格の表を取り込む", reverse_lazy("sharing:load_prices"))),
    search=Search(lambda rows, text: rows.filter(name__icontains=text), label="団体"),
    filters=(Filter("kind", "品目", lambda: [(one, one) for one in queries.kinds()]),),
    actions=(("比べる", reverse_lazy("sharing:compare")), ("価格を入れる", reverse_lazy("sharing:new_price")), ("価格の表を取り込む", reverse_lazy("sharing:load_prices"))),
)  # fmt: skip


@permission_required("sharing.prices")
def prices(request: HttpRequest) -> HttpResponseBase:
    """All prices."""
    return respond(request, PRICES)


@permission_required("sharing.enter_prices")
def new_price(request: HttpRequest) -> HttpResponse:
    """One price."""
    form = PriceForm(request.POST or None)

    def take() -> HttpResponse:
        row = operations.set_price(person_of(request), **form.asked)
        messages.success(request, f"{row.name}の価格を入れました。")
        return redirect("sharing:prices")

    context = {"title": "価格を入れる", "press": "登録する", "above": ways(request, [ABOVE]), "back": ways(request, [ABOVE])[-1][1], "lead": "同じ団体・年度・品目・製品の価格は置き換わります。"}  # fmt: skip
    return form_page(request, form, take, "sharing/form.html", context)


remove_price = button(operations.remove_price, lambda row: reverse("sharing:prices"), "価格を消しました。", of=Price)  # fmt: skip


@permission_required("sharing.enter_prices")
def load_prices(request: HttpRequest) -> HttpResponse:
    """A table of prices."""
    known = queries.known_bodies()

    def check(found: Iterable[Row]) -> list[Problem]:
        return benchmark.read(found, known).problems

    def take(file: BinaryIO, renamed: Mapping[str, str]) -> HttpResponse:
        loaded = operations.take_looked_at(person_of(request), found=operations.read(file.read(), renamed))
        messages.success(request, f"{loaded.taken:,}行を取り込みました。")
        if loaded.problems:
            context = {"title": "価格の取り込み", "problems": loaded.problems, "above": ways(request, [ABOVE]), "taken": loaded.taken}  # fmt: skip
            return render(request, "sharing/taken.html", context)
        return redirect("sharing:prices")

    lead = "団体コード、人口、年度、品目、月数、金額、出典の表です。税込みか、オプション、独自改修、減った時間も入れられます。"
    return importing.respond(request, TABLE, check, take, importing.ImportPage(ways(request, [ABOVE]), lead))  # fmt: skip


@permission_required("sharing.prices")
def compare(request: HttpRequest) -> HttpResponse:
    """Bodies of like population beside one another."""
    kinds = queries.kinds()
    given = {"kind": request.GET.get("kind") or next(iter(kinds), ""), "year": request.GET.get("year", ""), "option": request.GET.get("option", "")}  # fmt: skip
    form = CompareForm(kinds, given if kinds else None)
    found, status = [], 200
    if kinds and form.is_valid():
        asked = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        found = operations.compare(person_of(request), **asked)
    elif kinds:
        status = 422
    outliers = [(band, one) for band in found for one in band.bodies if one.outlier]
    context = {"form": form, "bands": found, "chart": queries.chart(found), "outliers": outliers, "kinds": kinds, "above": [ABOVE], "chosen": given["kind"]}  # fmt: skip
    return render(request, "sharing/compare.html", context, status=status)


@permission_required("sharing.grants")
def grant_list(request: HttpRequest) -> HttpResponse:
    """All rules, and which of them hold today."""
    from django.utils import timezone

    today = timezone.localdate()
    rules = [(one, one.holds_on(today)) for one in definitions.rules()]
    return render(request, "sharing/grants.html", {"rules": rules})


def _rule(code: str) -> grants.Rule:
    try:
        return definitions.rule(code)
    except Missing:
        raise Http404(code) from None


@permission_required("sharing.grants")
def grant(request: HttpRequest, grant_code: str) -> HttpResponse:
    """A rule, and what it comes to; nothing is kept."""
    rule = _rule(grant_code)
    form = GrantForm(rule, request.GET if "day" in request.GET else None)
    outcome, status = None, 200
    if form.is_bound:
        status = 422
        if form.is_valid():
            with told_in(form):
                outcome = granting.work_out(person_of(request), grant_code=rule.code, **form.asked)
                status = 200
    shown = grants.shown(outcome.yen) if outcome is not None and outcome.yen is not None else ""
    context = {
        "rule": rule, "form": form, "outcome": outcome, "shown": shown, "above": [GRANTS],
        "versions": definitions.versions(RoomDefinition.Kind.GRANT, rule.code),
    }  # fmt: skip
    return render(request, "sharing/grant.html", context, status=status)


@permission_required("sharing.rules")
def load_grant(request: HttpRequest) -> HttpResponse:
    """A rule's file."""

    def take(text: str) -> HttpResponse:
        row = granting.load_rule(person_of(request), text=text)
        messages.success(
            request, f"規則「{row.code}」の版{row.version}を入れました。見本の計算が合うことを確かめました。"
        )
        return redirect("sharing:grant", row.code)

    page = DefinitionPage(
        "補助金・交付税の規則", (("補助金・交付税", "sharing:grants"),), "規則には、根拠、確かめた日、期間（から、まで）、入力、手順、見本を書きます。期間の外では金額を出しません。",
        text=definitions.rule_text(request.GET.get("from", "")),
    )  # fmt: skip
    return load_definition(request, page, take)
