"""The tablet: what the clerk shows, and what the applicant sees and signs there. The applicant's page has no way into anything
else, and the tablet no staff session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.kernel.accounts import person_of
from yakuba.kernel.refusals import Invalid, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.intake.actions import drafts, tablet
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.answering import check_all
from yakuba.services.intake.pages import receipt, summary
from yakuba.services.intake.pages.counter.writing import (
    AtCounter,
    with_counter_draft,
    with_documents,
    writing_of,
)
from yakuba.services.intake.pages.residents import may_press, tablet_page
from yakuba.services.intake.queries import rules


@with_counter_draft
@require_POST
def show(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """The address for the tablet, as a code for its camera."""
    if not value("intake.tablet"):
        raise Missing("タブレットを使う設定になっていません。管理者に「町の設定」を頼んでください。")
    if check_all(writing.form, writing.answers).faults:
        raise Invalid("直すところがあります。直してから、タブレットに出してください。")
    found = rules.acting(writing.code)
    part = answers.part_of(drafts.answers(writing.draft))
    role = found[0].role(part.value) if found and part else None
    if role and Door.TABLET not in role.doors:
        raise Invalid(
            f"{role.part.value}は、タブレットに署名できません。本人が書いたものを受け取ってください。"
        )
    key = tablet.show(writing.draft, actor=person_of(request))
    where = request.build_absolute_uri(reverse("tablet:sign", args=[current_municipality().code, key]))
    context = {
        "visit": writing.visit,
        "draft": writing.draft,
        "procedure": writing.draft.form.procedure,
        "where": where,
        "picture": receipt.qr_code(where),
        "minutes": int(tablet.SHOWN_FOR.total_seconds() // 60),
    }
    return render(request, "intake/counter/tablet.html", context)


@tablet_page
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, tablet_key: str) -> HttpResponse:
    """Everything that was said, to be found right and signed."""
    if not may_press(request):
        return _told(
            request, "少し待ってください", "続けてたくさん押されました。1分ほど待ってください。", 429
        )
    fault = ""
    try:
        if request.method == "POST" and "wrong" in request.POST:
            tablet.give_back(tablet_key)
            return _told(
                request,
                "係員にお伝えください",
                "違うところを、係員にお伝えください。直してから、もう一度出します。",
            )
        if request.method == "POST":
            tablet.find_right(tablet_key, request.POST.get("drawing", ""))
            return _told(request, "ありがとうございました", "タブレットを係員にお渡しください。")
    except Invalid as refusal:
        fault = str(refusal)
    except tablet.Over as refusal:
        return _told(request, "この画面は終わりました", str(refusal), 404)
    try:
        writing = writing_of(tablet.opened(tablet_key))
    except tablet.Over as refusal:
        return _told(request, "この画面は終わりました", str(refusal), 404)
    sections = with_documents(
        summary.sections(writing, check_all(writing.form, writing.answers).values, {}, []), writing
    )
    assert writing.draft.shown_until is not None
    left = (writing.draft.shown_until - timezone.now()).total_seconds()  # then it leaves the screen by itself
    context = {
        "town": current_municipality(),
        "procedure": writing.draft.form.procedure,
        "sections": [one for one in sections if one["lines"]],
        "signature": writing.form.signature,
        "fault": fault,
        "left": max(1, int(left) + 1),
    }
    return render(request, "intake/public/tablet.html", context, status=422 if fault else 200)


def _told(request: HttpRequest, title: str, text: str, status: int = 200) -> HttpResponse:
    context = {"town": current_municipality(), "title": title, "text": text}
    return render(request, "intake/public/tablet_over.html", context, status=status)
