"""The register of effects by population, one effect down to its terms, and its publication."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse, reverse_lazy

from yakuba.kernel.accounts import allowed, permission_required
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations.pages import button
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui import wording
from yakuba.services.reform.contracts import Means
from yakuba.services.reform.engine.comparison import BANDS
from yakuba.services.reform.engine.opendata import ABOUT, KINDS, Registered, by_band
from yakuba.services.reform.forms.register import WhyForm
from yakuba.services.reform.models import EffectEntry, Initiative
from yakuba.services.reform.operations import register as operations
from yakuba.services.reform.queries import register as queries


def _saved(one: Registered) -> list[Cell]:
    return [
        Cell(float(one.saved), shown=f"{wording.grouped(one.saved, 1)}時間"),
        Cell(one.kind_label, small=True),
    ]


def _body(one: Registered) -> list[Cell]:
    return [Cell(one.body), Cell(f"{wording.grouped(one.population, 0)}人", small=True)]


REGISTER = Listing(
    "reform.register",
    "効果の登録簿",
    "効果",
    columns=(
        Column("body", "団体", _body, ("population", "code")),
        Column("band", "人口区分", lambda one: one.band, ("population", "code")),
        Column("title", "取組", lambda one: Cell(one.title, url=reverse("reform:entry", args=[one.number])), ("title",)),
        Column("means", "手段", lambda one: one.means_label, ("means",)),
        Column("saved", "減った時間（1年）", _saved, ("saved",), number=True),
        Column("published", "公表した日", lambda one: one.published_on, ("published_on",)),
    ),
    rows=list,
    nothing=Nothing("公表した効果はまだありません", "実施中の取組の画面で公表を起案し、別の職員が承認すると、ここに並びます。",
                    ("取組", reverse_lazy("reform:initiatives"))),
    search=Search(lambda rows, text: [one for one in rows if text in one.title or text in one.body], "団体か取組の名前"),
    filters=(
        Filter("band", "人口区分", lambda: [(name, name) for name, _, _ in BANDS], lambda rows, wanted: [one for one in rows if one.band == wanted]),
        Filter("means", "手段", Means.choices, lambda rows, wanted: [one for one in rows if one.means == wanted]),
        Filter("kind", "区分", lambda: list(KINDS.items()), lambda rows, wanted: [one for one in rows if one.kind == wanted]),
    ),
    sort="body",
    remembered=False,
)  # fmt: skip


@permission_required("reform.view")
def register(request: HttpRequest) -> HttpResponseBase:
    """What the own town and its group have published, by population."""
    rows = queries.published()
    beside = {
        "bands": by_band(rows),
        "about": ABOUT,
        "public": bool(value("reform.public")),
        "town": current_municipality(),
        "licence": queries.licence(),
    }
    return respond(
        request, replace(REGISTER, rows=lambda: rows), "reform/register.html", lambda wanted: beside
    )


@permission_required("reform.view")
def entry(request: HttpRequest, effect_entry_id: int) -> HttpResponse:
    """One effect: the figures from which its hours come. Of another town what it has published alone."""
    own = queries.own().filter(pk=effect_entry_id).first()
    found = queries.registered(own) if own else queries.published_one(effect_entry_id)
    if found is None:
        raise Http404
    context = {
        "one": found,
        "row": own,
        "state": queries.state_of(own).label if own else EffectEntry.State.PUBLISHED.label,
        "may_withdraw": own is not None
        and own.state == EffectEntry.State.PUBLISHED
        and allowed(request.user, "reform.manage"),
        "form": WhyForm(),
        "about": ABOUT,
    }
    return render(request, "reform/entry.html", context)


propose_effect = button(
    operations.propose_effect,
    lambda made: reverse("reform:entry", args=[made.pk]),
    "公表を起案しました。別の職員が承認すると、登録簿に出ます。",
    of=Initiative,
    form=WhyForm,
    otherwise="公表する理由を書いてください。",
)
withdraw_effect = button(
    operations.withdraw_effect,
    lambda row: reverse("reform:entry", args=[row.pk]),
    "取り下げました。公開のデータからも外れました。",
    of=EffectEntry,
    form=WhyForm,
    otherwise="取り下げる理由を書いてください。",
)
