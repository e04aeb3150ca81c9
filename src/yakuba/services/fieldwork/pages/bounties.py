"""Bounties: the list, a claim, and two photographs side by side."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.lists import Cell, Column, Filter, Listing, Nothing, Search, status
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.operations import Upload
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.fieldwork.forms.wildlife import ClaimForm, DecideForm, JudgeForm
from yakuba.services.fieldwork.models import BountyClaim, BountyPhoto, Comparison, Species
from yakuba.services.fieldwork.operations import wildlife as operations
from yakuba.services.fieldwork.queries import wildlife as queries

KINDS = {"waiting": "person", "payable": "success", "refused": "stopped"}

CLAIMS = Listing(
    "fieldwork.bounties",
    "報奨金の申請",
    "申請",
    columns=(
        Column("number", "番号", lambda row: Cell(row.number, url=reverse("fieldwork:bounty", args=[row.pk])), ("number",)),
        Column("hunter", "申請した人", lambda row: row.hunter, ("hunter", "number")),
        Column("species", "種類", lambda row: Species(row.species).label, ("species", "number")),
        Column("caught", "捕獲した日", lambda row: row.caught_on, ("caught_on", "number")),
        Column("state", "状態", lambda row: status(KINDS[row.state], row.get_state_display()), ("state", "number")),
    ),
    rows=lambda: BountyClaim.objects.all(),
    nothing=Nothing("報奨金の申請はまだありません", "写真と一緒に入れると、前の写真と比べます。", ("申請を入れる", reverse_lazy("fieldwork:new_bounty"))),
    search=Search(lambda rows, text: rows.filter(number__icontains=text) | rows.filter(hunter__icontains=text), label="番号、申請した人"),
    filters=(Filter("state", "状態", lambda: BountyClaim.State.choices),),
    actions=(("申請を入れる", reverse_lazy("fieldwork:new_bounty")),),
    taken="fieldwork.export",
    sort="-number",
)  # fmt: skip


@permission_required("fieldwork.bounty")
def index(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    return respond(request, CLAIMS)


@permission_required("fieldwork.bounty")
def new(request: HttpRequest) -> HttpResponse:
    """A claim with its photographs."""
    form = ClaimForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        photos = [Upload(one.name, one.file) for one in given.pop("photos")]
        with told_in(form):
            row = operations.add_bounty(person_of(request), photos=photos, **given)
            messages.success(request, f"申請 {row.number} を入れました。")
            return redirect("fieldwork:bounty", row.pk)
    context = {"form": form, "title": "報奨金の申請を入れる", "press": "入れて、前の写真と比べる", "back": reverse("fieldwork:bounties"), "above": "報奨金の申請", "files": True}  # fmt: skip
    return render(request, "fieldwork/form.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.bounty")
def claim(request: HttpRequest, claim_id: int) -> HttpResponse:
    """A claim with all that has to be compared, and the decision."""
    row = get_object_or_404(BountyClaim.objects.select_related("decided_by"), pk=claim_id)
    form = DecideForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            pay = form.cleaned_data["decision"] == "pay"
            operations.decide_bounty(
                person_of(request), claim_id=row.pk, pay=pay, reason=form.cleaned_data["reason"]
            )
            messages.success(request, "決めました。")
            return redirect("fieldwork:bounty", row.pk)
    compared = list(queries.comparisons(row))
    context = {
        "claim": row,
        "species": Species(row.species).label,
        "kind": KINDS[row.state],
        "photos": row.photos.order_by("pk"),  # type: ignore[attr-defined]
        "compared": compared,
        "open": sum(one.verdict == Comparison.Verdict.OPEN for one in compared),
        "form": form,
    }
    return render(request, "fieldwork/bounty.html", context, status=422 if form.errors else 200)


@permission_required("fieldwork.bounty")
def compare(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """Both photographs side by side, with what is known of each."""
    row = get_object_or_404(
        Comparison.objects.select_related("photo__claim", "other__claim", "by"), pk=comparison_id
    )
    form = JudgeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            given = form.cleaned_data
            operations.judge_comparison(
                person_of(request),
                comparison_id=row.pk,
                same=given["verdict"] == "same",
                remark=given["remark"],
            )
            messages.success(request, "見比べた結果を残しました。")
            return redirect("fieldwork:bounty", row.photo.claim_id)
    sides = [("この申請の写真", row.photo), ("前の申請の写真", row.other)]
    return render(
        request,
        "fieldwork/compare.html",
        {"row": row, "sides": sides, "form": form},
        status=422 if form.errors else 200,
    )


@permission_required("fieldwork.bounty")
@require_safe
def photo(request: HttpRequest, bounty_photo_id: int) -> HttpResponse:
    """A photograph of a claim."""
    row = get_object_or_404(BountyPhoto.objects.select_related("file"), pk=bounty_photo_id)
    return HttpResponse(content_of(row.file), content_type="image/jpeg")
