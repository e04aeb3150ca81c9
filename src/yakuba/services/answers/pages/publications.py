"""Publishing: several drafts are proposed together, and another person looks at them and answers."""

from __future__ import annotations

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.approvals import answering
from yakuba.kernel.refusals import Conflict
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.answers.actions import entries as actions
from yakuba.services.answers.forms import AnswerForm, ReasonForm, numbers_in
from yakuba.services.answers.models import Publication, Version
from yakuba.services.answers.queries import entries as queries


@permission_required("answers.edit")
def propose(request: HttpRequest) -> HttpResponse:
    """All drafts whose slots are filled, to be ticked."""
    words = queries.town_words()
    drafts = [
        *queries.in_state(queries.newest(), "draft").order_by("entry__code"),
        *queries.in_state(queries.newest(), "returned").order_by("entry__code"),
    ]
    ready = [row for row in drafts if not queries.missing(row, words)]
    form = ReasonForm(request.POST or None)
    ticked = set(numbers_in(request.POST.getlist("version")))

    def send() -> HttpResponse:
        chosen = [row.pk for row in drafts if row.pk in ticked]
        row = actions.propose(chosen, form.cleaned_data["reason"], actor=person_of(request))
        messages.success(request, "承認に出しました。別の職員が承認すると公開されます。")
        return redirect("answers:publication", row.pk)

    context = {"ready": ready, "held": len(drafts) - len(ready), "ticked": ticked}
    return form_page(request, form, send, "answers/propose.html", context)


@login_required
def publication(request: HttpRequest, publication_id: int) -> HttpResponse:
    """What is to be published, each beside what is told now."""
    row = _publication(request, publication_id)
    versions = _versions(row)
    context = answering.beside(request, row) | {
        "versions": [(one, queries.draft_of(one), _before(one)) for one in versions],
        "seen": _seen(versions),
        "form": AnswerForm(),
    }
    return render(request, "answers/publication.html", context)


@require_POST
@login_required
def answer(request: HttpRequest, publication_id: int) -> HttpResponse:
    """Approve it, or send it back."""
    row = _publication(request, publication_id)
    if "approve" in request.POST and request.POST.get("seen") != _seen(_versions(row)):
        raise Conflict("見ている間に中身が変わりました。画面を開き直して、確かめてください。")
    answering.answer(request, row, actions.approve, "承認しました。公開されています。", actions.send_back)
    return redirect("answers:publication", row.pk)


def _publication(request: HttpRequest, publication_id: int) -> Publication:
    row: Publication = get_object_or_404(
        Publication.objects.select_related("proposed_by", "answered_by"), pk=publication_id
    )
    answering.require_sight(request, row, "answers.view")
    return row


def _versions(row: Publication) -> list[Version]:
    return list(
        Version.objects.filter(publication=row)
        .select_related("entry__current__section", "section", "publication")
        .order_by("entry__code")
    )


def _before(version: Version) -> Version | None:
    """What is told now in its place, where it is another one."""
    current: Version | None = version.entry.current
    return current if current is not None and current.pk != version.pk else None


def _seen(versions: list[Version]) -> str:
    """Names the contents: who approves, approves what was on the screen."""
    text = repr([(one.pk, queries.draft_of(one)) for one in versions])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
