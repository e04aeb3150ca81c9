"""Evacuation notices: the list with what stands, the form, and the page that everybody may read."""

from __future__ import annotations

from datetime import datetime

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists import Cell, Column, Listing, Nothing
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.cityhub.actions.levels import page_of
from yakuba.services.cityhub.forms import LevelNoticeForm
from yakuba.services.cityhub.operations import levels as operations
from yakuba.services.cityhub.queries import levels as queries

LEVELS = Listing(
    "cityhub.levels",
    "避難情報",
    "避難情報",
    columns=(
        Column("number", "番号", lambda row: row.pk, ("pk",), number=True),
        Column("kind", "区分", lambda row: row.get_kind_display(), ("kind", "pk")),
        Column("area", "区域", lambda row: row.area, ("area", "pk")),
        Column("level", "警戒レベル", lambda row: row.level, ("level", "pk"), number=True),
        Column("word", "名前", queries.word_of),
        Column(
            "issued", "発令・解除の日時", lambda row: timezone.localtime(row.issued_at), ("issued_at", "pk")
        ),
        Column("households", "対象世帯", lambda row: row.households, number=True),
        Column("people", "対象人数", lambda row: row.people, number=True),
        Column("issuer", "発令者", lambda row: row.issuer, ("issuer", "pk")),
        Column("reason", "わけ", lambda row: row.reason),
        Column(
            "about", "訂正・取消の元", lambda row: Cell(row.about_id or "", shown=f"{row.about_id or '―'}")
        ),
    ),
    rows=queries.notices,
    nothing=Nothing("避難情報はまだありません", "発令すると、ここに並び、公開のページに出ます。"),
    trail=(("都市OS", reverse_lazy("cityhub:index")),),
)


@permission_required("cityhub.view")
def levels(request: HttpRequest) -> HttpResponseBase:
    """What stands, and all notices."""
    return respond(
        request,
        LEVELS,
        "cityhub/levels.html",
        lambda wanted: {
            "standing": queries.standing(),
            "public": bool(value("cityhub.levels_public")),
            "town": current_municipality(),
        },
    )


@permission_required("cityhub.issue")
def new_level(request: HttpRequest) -> HttpResponse:
    """Issue, lift, correct or cancel."""
    now = timezone.localtime()
    form = LevelNoticeForm(
        request.POST or None,
        initial={"day": now.date(), "time": now.time()},
        notices=[(row.pk, f"{row.pk}番 {row}") for row in queries.notices()[:100]],
    )
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        at = timezone.make_aware(datetime.combine(given.pop("day"), given.pop("time")))
        given["about"] = int(given["about"]) if given["about"] else None
        with told_in(form):
            row = operations.issue_level_notice(person_of(request), issued_at=at, **given)
            messages.success(request, f"{row}を入れました。Lアラートなどへは、ここからは送りません。")
            return redirect("cityhub:levels")
    return render(request, "cityhub/new_level.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@csp_update({"style-src": ["'unsafe-inline'"]})  # type: ignore[arg-type]  # the page is one file, with its own look; it has no script
def public(request: HttpRequest, town_code: str) -> HttpResponse:
    """The file that was made ready. Nothing else is asked, so it opens while the database is busy."""
    path = page_of(town_code)
    try:
        content = path.read_bytes() if path is not None else b""
    except OSError:
        content = b""
    if not content:
        raise Http404
    return HttpResponse(content, content_type="text/html; charset=utf-8")
