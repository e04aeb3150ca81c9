"""定義の束: versions with their state, taking one with a look first, putting into use, withdrawing, handing over."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.bundles import actions, queries
from yakuba.kernel.bundles.forms import BundleForm, ProcedureForm
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, ago, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.registry import definition_kinds
from yakuba.kernel.ui.refusals import told_in

MANAGE = "definitions.manage"
ZIP = "application/zip"
State = DefinitionVersion.State
SIGNS = {
    State.DRAFT: "person",
    State.TRIED: "waiting",
    State.PUBLISHED: "success",
    State.WITHDRAWN: "stopped",
}

VERSIONS = Listing(
    "definitions.versions",
    "定義の束",
    "定義の版",
    columns=(
        Column("kind", "種類", lambda row: queries.kind_label(row.kind), ("kind", "code")),
        Column(
            "title",
            "名称",
            lambda row: Cell(row.title or row.code, url=reverse("definitions:version", args=[row.pk])),
            ("title",),
        ),
        Column("version", "版", lambda row: row.version),
        Column(
            "state", "状態", lambda row: status(SIGNS[State(row.state)], row.get_state_display()), ("state",)
        ),
        Column("changed", "変わった日時", lambda row: ago(row.changed_at), ("changed_at",)),
        Column("by", "変えた職員", lambda row: str(row.changed_by or "―")),
    ),
    rows=lambda: DefinitionVersion.objects.select_related("changed_by").defer("content"),
    nothing=Nothing(
        "受け取った定義はまだありません", "ほかの自治体から受け取った束を入れると、ここに並びます。"
    ),
    filters=(
        Filter("state", "状態", lambda: list(State.choices)),
        Filter("kind", "種類", lambda: [(one.code, one.label) for one in definition_kinds().values()]),
    ),
    taken=MANAGE,
    sort="-changed",
)


@permission_required(MANAGE)
def versions(request: HttpRequest) -> HttpResponseBase:
    """All versions, and the ways in and out."""
    return respond(
        request,
        VERSIONS,
        "definitions/versions.html",
        lambda wanted: {"waiting": len(queries.waiting()), "procedures": ProcedureForm()},
    )


@permission_required(MANAGE)
def receive(request: HttpRequest) -> HttpResponse:
    """Take a bundle: it becomes drafts, which are tried and looked at next. What is wrong is told here."""
    form = BundleForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            drafts = actions.draft(form.cleaned_data["file"], actor=person_of(request))
            actions.try_out(drafts, actor=person_of(request))
            if not drafts:
                messages.info(request, "この束の定義は、すべて同じものを使用中です。変えることはありません。")
            return redirect("definitions:look" if drafts else "definitions:versions")
    return render(request, "definitions/receive.html", {"form": form}, status=422 if form.errors else 200)


@permission_required(MANAGE)
def look(request: HttpRequest) -> HttpResponse:
    """What waits, beside what is in force. POST tries the drafts once more."""
    waiting = queries.waiting()
    if request.method == "POST":
        actions.try_out(waiting, actor=person_of(request))
        messages.success(request, "試しました。使えます。")
        return redirect("definitions:look")
    drafts = any(row.state == State.DRAFT for row in waiting)
    context = {"looked": queries.looked(waiting), "drafts": drafts}
    return render(request, "definitions/look.html", context)


@require_POST
@permission_required(MANAGE)
def publish(request: HttpRequest) -> HttpResponse:
    """Put all that was tried into use, together or not at all."""
    tried = queries.tried()
    actions.publish(tried, actor=person_of(request))
    messages.success(request, f"{len(tried)}件の定義を使い始めました。")
    return redirect("definitions:versions")


@permission_required(MANAGE)
def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """One version beside what is in force."""
    row = _version(version_id)
    (one,) = queries.looked([row])
    context = {"version": row, "one": one, "used": queries.is_in_force(row)}
    return render(request, "definitions/version.html", context)


@permission_required(MANAGE)
def file(request: HttpRequest, version_id: int) -> HttpResponseBase:
    """A bundle that holds this version alone."""
    row = _version(version_id)
    return Download(f"{row.kind}-{row.pk}.zip", ZIP, bytes(row.content)).answer()


@require_POST
@permission_required(MANAGE)
def withdraw(request: HttpRequest, version_id: int) -> HttpResponse:
    """Take a version back."""
    row = _version(version_id)
    actions.withdraw(row, actor=person_of(request))
    messages.success(request, f"「{row}」を取り下げました。")
    return redirect("definitions:versions")


@require_POST
@permission_required(MANAGE)
def export(request: HttpRequest) -> HttpResponseBase:
    """All that is in force of a procedure as a bundle."""
    form = ProcedureForm(request.POST)
    if not form.is_valid():
        messages.error(request, "手続を選んでください。")
        return redirect("definitions:versions")
    content = actions.export(form.cleaned_data["procedure"], actor=person_of(request))
    return Download("definitions.zip", ZIP, content).answer()


def _version(version_id: int) -> DefinitionVersion:
    found: DefinitionVersion = get_object_or_404(
        DefinitionVersion.objects.select_related("changed_by"), pk=version_id
    )
    return found
