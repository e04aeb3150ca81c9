"""支援措置: the people under protection, what is about them, and opening what is hidden."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.protection import actions, policy, queries
from yakuba.kernel.protection.forms import OpenForm, ProtectionForm, ReasonForm
from yakuba.kernel.protection.models import Covered, Opening, Protection
from yakuba.kernel.ui.refusals import form_page

MANAGE = "protection.manage"
TRAIL = (("支援措置", "/protection/"),)


def _state(row: Protection) -> Cell:
    if not row.is_held:
        return status("stopped", "終了")
    return status("warning", "期限が近い") if row.is_due else status("success", "支援措置中")


PROTECTIONS = Listing(
    "protection.protections",
    "支援措置",
    "支援措置",
    columns=(
        Column(
            "name",
            "氏名",
            lambda row: Cell(row.name, url=reverse("protection:protection", args=[row.pk])),
            ("name",),
        ),
        Column("state", "状態", _state, ("ended_at", "until")),
        Column("until", "期間の終わり", lambda row: row.until, ("until",)),
        Column("asked", "確かめるもの", lambda row: row.asked, ("asked",), number=True),
    ),
    rows=queries.protections,
    nothing=Nothing("支援措置の人はいません", "申出を受けたら、ここに登録します。"),
    search=Search(lambda rows, text: rows.filter(name__contains=text), label="氏名"),
    filters=(
        Filter(
            "held",
            "状態",
            lambda: [("yes", "支援措置中"), ("no", "終了")],
            lambda rows, one: rows.filter(ended_at__isnull=one == "yes"),
        ),
    ),
    sort="until",
    lead="登録した人の住所は、すべての画面・検索・ファイル・通知で隠れます。",
    actions=(("支援措置を登録する", "/protection/new/"), ("開いた記録", "/protection/openings/")),
    forms=lambda wanted: ((), "支援措置の一覧は書き出せません。"),
    remembered=False,
)

OPENINGS = Listing(
    "protection.openings",
    "住所を開いた記録",
    "記録",
    columns=(
        Column("at", "日時", lambda row: row.opened_at, ("opened_at",)),
        Column("by", "だれが", lambda row: str(row.opened_by), ("opened_by__username",)),
        Column(
            "what",
            "何の",
            lambda row: Cell(
                queries.label_of(row.kind, row.key),
                url=queries.address_of(row.kind, row.key),
            ),
        ),
        Column("reason", "理由", lambda row: row.reason),
        Column(
            "seen",
            "確かめた人",
            lambda row: (
                str(row.seen_by)
                if row.seen_by
                else Cell("確かめる", url=reverse("protection:opening", args=[row.pk]), button=True)
            ),
        ),
    ),
    rows=queries.openings,
    nothing=Nothing("開いた記録はありません"),
    trail=TRAIL,
    forms=lambda wanted: ((), "支援措置の一覧は書き出せません。"),
    remembered=False,
)


@permission_required(MANAGE)
def protections(request: HttpRequest) -> HttpResponseBase:
    """Everybody who is or was under protection."""
    return respond(request, PROTECTIONS)


@permission_required(MANAGE)
def new(request: HttpRequest) -> HttpResponse:
    """Put a person under protection."""
    form = ProtectionForm(request.POST or None)

    def begin() -> HttpResponse:
        row = actions.begin(form.cleaned_data, actor=person_of(request))
        messages.success(request, "支援措置を登録しました。住所は、いまから隠れています。")
        return redirect("protection:protection", row.pk)

    return form_page(request, form, begin, "protection/new.html", {})


@permission_required(MANAGE)
def protection(request: HttpRequest, protection_id: int) -> HttpResponse:
    """One person: the period, and what in the house is about them. Recorded."""
    row = get_object_or_404(Protection.objects.select_related("begun_by", "ended_by"), pk=protection_id)
    record("protection.viewed", subject=f"protection:{row.pk}", actor=person_of(request))
    covered = row.covered.exclude(kind=queries.ITSELF).select_related("decided_by").order_by("state", "pk")
    context = {
        "row": row,
        "hidden": row.is_held and policy.is_hidden(request.user, queries.ITSELF, row.pk),
        "open_url": open_url(queries.ITSELF, row.pk, request.path),
        "covered": [
            {
                "row": one,
                "label": queries.label_of(one.kind, one.key),
                "url": queries.address_of(one.kind, one.key),
                "asked": one.state == Covered.State.ASKED,
            }
            for one in covered
        ],
        "form": ReasonForm(),
    }
    return render(request, "protection/protection.html", context)


@require_POST
@permission_required(MANAGE)
def renew(request: HttpRequest, protection_id: int) -> HttpResponse:
    """Another year."""
    row = get_object_or_404(Protection, pk=protection_id)
    actions.renew(row, request.POST.get("reason", ""), actor=person_of(request))
    messages.success(request, "1年延長しました。")
    return redirect("protection:protection", row.pk)


@require_POST
@permission_required(MANAGE)
def end(request: HttpRequest, protection_id: int) -> HttpResponse:
    """Ask another person to end it."""
    row = get_object_or_404(Protection, pk=protection_id)
    actions.ask_end(row, request.POST.get("reason", ""), actor=person_of(request))
    messages.success(request, "終了の承認を求めました。承認されるまで、住所は隠れたままです。")
    return redirect("protection:protection", row.pk)


@require_POST
@permission_required(MANAGE)
def decide(request: HttpRequest, covered_id: int) -> HttpResponse:
    """Whether a thing is about the person."""
    row = get_object_or_404(Covered.objects.select_related("protection"), pk=covered_id)
    actions.decide(row, "same" in request.POST, actor=person_of(request))
    messages.success(request, "本人としました。" if "same" in request.POST else "別人としました。")
    return redirect("protection:protection", row.protection_id)


@permission_required(MANAGE)
def openings(request: HttpRequest) -> HttpResponseBase:
    """Who opened where somebody lives."""
    return respond(request, OPENINGS)


@permission_required(MANAGE)
def opening(request: HttpRequest, opening_id: int) -> HttpResponse:
    """One opening; POST says that it has been looked into."""
    row = get_object_or_404(Opening.objects.select_related("opened_by", "seen_by"), pk=opening_id)
    if request.method == "POST":
        actions.note_seen(row, actor=person_of(request))
        messages.success(request, "確かめたことを記録しました。")
        return redirect("protection:openings")
    context = {
        "row": row,
        "what": queries.label_of(row.kind, row.key),
        "url": queries.address_of(row.kind, row.key),
    }
    return render(request, "protection/opening.html", context)


@permission_required(policy.OPEN)
def open_place(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say why, and see for some minutes where somebody lives."""
    _require_covered(kind, key)
    form, back = OpenForm(request.POST or None), _back(request, kind, key)

    def opened() -> HttpResponse:
        actions.open_place(kind, key, actor=person_of(request), **form.cleaned_data)
        minutes = int(actions.OPEN_FOR.total_seconds() // 60)
        messages.success(request, f"{minutes}分間、住所を開きました。担当者に知らされます。")
        return redirect(back)

    context = {"what": queries.label_of(kind, key), "back": back, "kind": kind, "key": key}
    return form_page(request, form, opened, "protection/open.html", context)


@permission_required(policy.OPEN)
def ask_release(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Ask another person's word to use it in a letter or a file."""
    _require_covered(kind, key)
    form, back = ReasonForm(request.POST or None), _back(request, kind, key)

    def asked() -> HttpResponse:
        actions.ask_release(kind, key, form.cleaned_data["reason"], actor=person_of(request))
        messages.success(request, "承認を求めました。承認されると、7日間だけ通知とファイルに住所が入ります。")
        return redirect(back)

    context = {"what": queries.label_of(kind, key), "back": back}
    return form_page(request, form, asked, "protection/release.html", context)


def way_to_open(request: HttpRequest, kind: str, key: object) -> HttpResponse | None:
    """Where a page on which something is hidden leads who may open it; None for others, and where nothing is hidden."""
    if request.method != "GET" or not policy.is_hidden(request.user, kind, key):
        return None
    return redirect(open_url(kind, key, request.path)) if allowed(request.user, policy.OPEN) else None


def open_url(kind: str, key: object, back: str) -> str:
    """Where a thing is opened; `back` is the page to come back to."""
    return reverse("protection:open", args=[kind, str(key)]) + "?" + urlencode({"next": back})


def _require_covered(kind: str, key: str) -> None:
    if not policy.under(kind, [key]):
        raise Http404("支援措置の対象ではありません")


def _back(request: HttpRequest, kind: str, key: str) -> str:
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return queries.address_of(kind, key) or reverse("home")
