"""Who stands at the counter and what was seen: one screen, by keyboard. What is lacking refuses nobody."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from yakuba.kernel.accounts import person_of
from yakuba.kernel.refusals import attempt
from yakuba.services.intake.actions import counter, drafts
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.acting.standing import standing
from yakuba.services.intake.forms.acting import ClerkForm, initial, keys
from yakuba.services.intake.pages.counter.writing import AtCounter, with_counter_draft
from yakuba.services.intake.pages.writing import CHECK
from yakuba.services.intake.queries import rules as queries


@with_counter_draft
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """As what somebody asks, and which documents were seen."""
    found = queries.acting(writing.code)
    if found is None:
        return redirect(writing.url(CHECK))
    rules, typed = found[0], drafts.answers(writing.draft)
    before = initial(rules, answers.given_of(typed, Door.COUNTER, rules))
    form = ClerkForm(rules, Door.COUNTER, request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        judged, refused = attempt(standing, rules, form.given, timezone.localdate())
        if refused is None:
            counter.say_who(writing.draft, keys(form, typed), actor=person_of(request))
            if judged and judged.lacking:
                messages.warning(
                    request,
                    f"足りないもの：{'。'.join(judged.lacking)}。このまま受け付けられます。届くまで待ちます。",
                )
            return redirect(writing.url(CHECK) if "check" in request.GET else writing.after(0))
        form.add_error("part", str(refused))
    context = {
        "visit": writing.visit,
        "draft": writing.draft,
        "procedure": writing.draft.form.procedure,
        "form": form,
        "number": bool(rules.number),
    }
    return render(request, "intake/counter/who.html", context, status=422 if form.errors else 200)
