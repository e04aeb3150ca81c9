"""A draft by the town's model server, or by the built-in way: the text is looked at with its names hidden before it is sent."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.modelservers import at_work
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.drafting.actions import assisting
from yakuba.services.drafting.contracts import TextClass
from yakuba.services.drafting.forms import AssistForm
from yakuba.services.drafting.queries import governance


@permission_required("drafting.view")
def assist(request: HttpRequest) -> HttpResponse:
    """Form → the hidden text, to be looked at → what was made."""
    person = person_of(request)
    if not governance.has_accepted(person):
        return redirect("drafting:rule")
    form = AssistForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {
        "form": form,
        "way": at_work("chat"),
        "ready": governance.templates().exists() and governance.open_uses().exists(),
        "kind": TextClass.NOTICE.value,
    }
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            asked, seal = form.asked, form.cleaned_data["seal"]
            if "send" in request.POST and seal:
                context["made"] = assisting.make(asked, seal, actor=person)
            context["shown"] = assisting.look(asked, actor=person)
            context["asked"], context["unseen"] = asked, form.read.hidden
    return render(request, "drafting/assist.html", context, status=422 if form.errors else 200)
