"""From a life event to all of its applications: the navigator's questions asked at the counter, whose answers begin the forms."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import counter, visits
from yakuba.services.intake.pages.guide import asked_of, guide_context
from yakuba.services.intake.queries import navigator as queries


@permission_required("intake.counter")
def life_event(request: HttpRequest, visit_id: int, life_code: str) -> HttpResponse:
    """The next question, or the checklist with what can be taken here; sent, these applications are begun with the answers."""
    row = visits.find(visit_id, actor=person_of(request))
    told = queries.told_one(life_code)
    if told is None:
        raise Conflict(
            "その出来事は公開されていません。来庁の画面で「出来事から選ぶ」から選び直してください。"
        )
    here = reverse("intake:counter-life-event", args=[row.pk, life_code])
    asked = asked_of(request, told)
    context = guide_context(told, asked, here)
    todos = context["guidance"].todos if context["guidance"] is not None else ()
    known = {
        one.code: one for one in Procedure.objects.filter(code__in={one.form for one in todos if one.form})
    }
    if request.method == "POST":
        wanted = [code for code in request.POST.getlist("procedure") if code in known]
        if not wanted:
            raise Invalid("受け付ける手続に、印を付けてください。")
        for code in wanted:
            handed = {name: value for one in todos if one.form == code for name, value in one.handed.items()}
            counter.add_form(row, known[code], actor=person_of(request), handed=handed)
        return redirect("intake:counter-visit", row.pk)
    offered = [(one.form, one.name) for one in todos if one.form in known]
    context |= {"visit": row, "offered": offered, "address": request.get_full_path()}
    return render(request, "intake/counter/life_event.html", context, status=asked.status)
