"""What leaves a run: fairness, files, comparison with another run, what-ifs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.lists.files import file_page
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.nursery.actions.runs import unchanged
from yakuba.services.nursery.forms.outputs import WhatIfForm
from yakuba.services.nursery.models import Run
from yakuba.services.nursery.operations import outputs as operations
from yakuba.services.nursery.operations.runs import start_what_if
from yakuba.services.nursery.pages.lists import ENCODINGS
from yakuba.services.nursery.queries import exports, names, outputs
from yakuba.services.nursery.queries import runs as queries
from yakuba.services.nursery.queries.finding import run_of

PAGE_SIZE = 50
SHOWN_MOVES = {"gains": True, "losses": False, "others": None}


@permission_required("nursery.view")
def fairness(request: HttpRequest, matching_id: int) -> HttpResponse:
    """Placement and first-wish rates by groups; of the adopted run also after decisions by hand
    (`?result=final`)."""
    run = _done(matching_id)
    final = request.GET.get("result") == "final" and outputs.has_final(run)
    groups = outputs.groups(run, final=final)
    context = {"groups": groups, "final": final, "has_final": outputs.has_final(run)}
    return render(request, "nursery/fairness.html", _context(request, run) | context)


@permission_required("nursery.output")
def files(request: HttpRequest, matching_id: int) -> HttpResponse:
    """What can be taken along as a file."""
    run = _done(matching_id)
    tables = [(name, title) for name, (title, _) in exports.tables(run).items()]
    return render(request, "nursery/exports.html", _context(request, run) | {"tables": tables})


@permission_required("nursery.output")
def export_excel(request: HttpRequest, matching_id: int) -> HttpResponseBase:
    """Everything in one workbook."""
    return operations.export_workbook(person_of(request), matching_id=matching_id).answer()


@permission_required("nursery.output")
def export_csv(request: HttpRequest, matching_id: int) -> HttpResponseBase:
    """One table: `?table=` of `exports.tables`, `&form=` csv or sjis.csv. Where Shift_JIS lacks characters a page
    tells which, before the file with 〓 may be taken (`&accept=1`)."""
    form = request.GET.get("form", "csv")
    asked = {"table": request.GET.get("table", "children"), "encoding": ENCODINGS.get(form, form)}
    accept = "accept" in request.GET
    return file_page(
        request,
        lambda: operations.export_table(person_of(request), matching_id=matching_id, accept=accept, **asked),
        str(run_of(matching_id)),
        reverse("nursery:files", args=[matching_id]),
    )


@permission_required("nursery.view")
def compare(request: HttpRequest, matching_id: int) -> HttpResponse:
    """Who moves between another run (`?with=`; of a what-if its base) and this one."""
    run = _done(matching_id)
    others = list(outputs.others(run))
    wanted = request.GET.get("with") or str(run.base_id)
    before = next((other for other in others if str(other.pk) == wanted), None)
    context = _context(request, run) | {"others": others, "before": before}
    if before is None:
        return render(request, "nursery/compare.html", context)
    _, _, comparison = operations.show_comparison(person_of(request), matching_id=run.pk, before=before.pk)
    shown = request.GET.get("show", "gains")
    moves = [move for move in comparison.moves if move.better is SHOWN_MOVES.get(shown, True)]
    page = Paginator(moves, PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {
        "comparison": comparison,
        "shown": shown if shown in SHOWN_MOVES else "gains",
        "unsaid": len(comparison.moves) - len(comparison.gains) - len(comparison.losses),
        "page": page,
        "moved": outputs.in_words(run.round, list(page.object_list), request.user),
        "query": urlencode({"with": str(before.pk), "show": shown}),
    }
    return render(request, "nursery/compare.html", context)


@permission_required("nursery.run")
def what_if(request: HttpRequest, matching_id: int) -> HttpResponse:
    """Try other seats, another level of the index or other rules beside a finished run."""
    run = _done(matching_id)
    if run.is_what_if and run.base_id is not None:  # one what-if does not build on another
        return redirect("nursery:what_if", run.base_id)
    form = WhatIfForm(request.POST or None, run=run, slots=_slots(run))

    def start() -> HttpResponse:
        tried = start_what_if(person_of(request), matching_id=run.pk, **form.tried())
        if tried.is_done:
            messages.info(request, unchanged(tried))
            return redirect("nursery:compare", tried.pk)
        messages.success(request, "試算を始めました。終わると、もとの計算と比べられます。")
        return redirect("nursery:run", tried.pk)

    context = _context(request, run) | {"what_ifs": run.what_ifs.order_by("-pk")[:20]}
    return form_page(request, form, start, "nursery/what_if.html", context)


def _done(matching_id: int) -> Run:
    return run_of(matching_id, state=Run.State.DONE)


def _context(request: HttpRequest, run: Run) -> dict[str, Any]:
    return {"run": run, "round": run.round}


def _slots(run: Run) -> list[tuple[str, str]]:
    facilities = names.facility_names(run.round)
    return [
        (slot, f"{names.slot_name(slot, facilities)}（枠{item['capacity']}）")
        for slot, item in queries.slots_in_order(run)
    ]
