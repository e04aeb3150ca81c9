"""宛名突合: who in the register of persons a case is about, where the machine is not certain."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.sight import KIND, sight
from yakuba.kernel.lists import Cell, Column, Listing, Nothing, ago
from yakuba.kernel.lists.pages import respond
from yakuba.kernel.persons import queries as register
from yakuba.kernel.protection.pages import way_to_open
from yakuba.kernel.ui.looking import seconds_since, shown_token
from yakuba.services.reading.actions.questions import LONGEST_LOOK
from yakuba.services.reading.models import PersonMatch
from yakuba.services.reading.operations import residents as declared
from yakuba.services.reading.pages.batches import READING
from yakuba.services.reading.queries import residents as queries

MOST_SHOWN = 9  # each has a key

UNMATCHED = Listing(
    "reading.residents",
    "宛名を確かめる受付",
    "受付",
    columns=(
        Column(
            "receipt",
            "受付番号",
            lambda row: Cell(row.case.receipt_number, url=reverse("reading:resident", args=[row.pk])),
            ("case__receipt_number",),
        ),
        Column("procedure", "手続", lambda row: row.case.procedure.title, ("case__procedure__title", "pk")),
        Column("reason", "わけ", lambda row: row.reason),
        Column("since", "いつから", lambda row: ago(row.looked_at), ("looked_at", "pk")),
    ),
    rows=queries.waiting,
    nothing=Nothing(
        "宛名を確かめる受付はありません",
        "登録簿の1人に決まらない受付が、ここに並びます。",
        ("束の一覧へ", reverse_lazy("reading:batches")),
    ),
    trail=READING,
    remembered=False,  # what waits is told to everybody
)


@permission_required("reading.match")
def residents(request: HttpRequest) -> HttpResponseBase:
    """The cases that wait."""
    return respond(request, UNMATCHED)


@permission_required("reading.match")
def resident(request: HttpRequest, match_id: int) -> HttpResponse:
    """What one case says, and who could be meant, with what agrees and what does not. Looking is recorded."""
    rows = PersonMatch.objects.select_related("case__procedure")
    row = get_object_or_404(rows, pk=match_id)
    seen = sight(request.user, row.case)
    if seen.hidden and (way := way_to_open(request, KIND, row.case_id)):
        return way
    item = row.case.procedure.definition.resident
    found = declared.candidates(person_of(request), match_id=row.pk)
    context = {
        "match": row,
        "item": item,
        "said": queries.said_by(row.case, seen),
        "waits": queries.waits(row.case),
        "has_register": register.current() is not None,
        "reason": found.reason or row.reason,
        "candidates": [(one.entry.number, queries.pieces_of(one)) for one in found.candidates[:MOST_SHOWN]],
        "shown": shown_token(request.user, f"resident:{row.pk}"),
    }
    return render(request, "reading/resident.html", context)


@require_POST
@permission_required("reading.match")
def decide(request: HttpRequest, match_id: int) -> HttpResponse:
    """Who it is, nobody, or looked up once more."""
    row = get_object_or_404(PersonMatch, pk=match_id)
    actor, subject = person_of(request), f"resident:{row.pk}"
    seconds = min(LONGEST_LOOK, seconds_since(request.POST.get("shown", ""), request.user, subject))
    if "again" in request.POST:
        after = declared.again(actor, match_id=row.pk)
        if queries.waits(after.case):
            messages.info(request, "もう一度突き合わせましたが、1人に決まりません。")
            return redirect("reading:resident", row.pk)
    elif "nobody" in request.POST:
        declared.nobody(actor, match_id=row.pk, seconds=seconds)
    else:
        number = request.POST.get("typed", "").strip() or request.POST.get("number", "")
        declared.choose(actor, match_id=row.pk, number=number, seconds=seconds)
    messages.success(request, "宛名を決めました。")
    following = queries.waiting().exclude(pk=row.pk).first()
    return redirect("reading:resident", following.pk) if following else redirect("reading:residents")
