"""An application at the counter, page by page as the web form has it: what is known is filled in, the clerk asks the rest."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.kernel.accounts import allowed, person_of
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.outbound import part
from yakuba.kernel.refusals import attempt
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.intake.actions import answering, counter, drafts
from yakuba.services.intake.engine import filling
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Door
from yakuba.services.intake.engine.answering import check_all, check_page
from yakuba.services.intake.engine.form import Page
from yakuba.services.intake.forms import PageForm, typed
from yakuba.services.intake.models import Signing, Submission
from yakuba.services.intake.pages import receipt, repeating, summary
from yakuba.services.intake.pages.counter.writing import (
    AtCounter,
    with_counter_draft,
    with_documents,
    writing_of,
)
from yakuba.services.intake.pages.offers import with_offers
from yakuba.services.intake.pages.writing import CHECK
from yakuba.services.intake.queries import paper, rules


@with_counter_draft
def go(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """To the first page on which something is to be asked, with what the visit knows by now filled in."""
    counter.fill(writing.draft, actor=person_of(request))
    if rules.acting(writing.code) and answers.part_of(drafts.answers(writing.draft)) is None:
        return redirect(writing.url("who"))
    return redirect(writing_of(writing.draft).after(0))


@with_counter_draft
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, writing: AtCounter, step: int) -> HttpResponse:
    """One page of questions. What is wrong is kept and told; what is right leads on."""
    here = next((one for one in writing.pages if one.number == step and (one.questions or one.groups)), None)
    if here is None:
        return redirect(writing.url(CHECK))
    if request.method != "POST":
        return _page(request, writing, here, PageForm(here, writing.answers))
    if (answer := repeating.pressed(request, writing, here)) is not None:
        return answer
    given = typed(here, request.POST, writing.answers)
    before = {code: value for code, value in writing.answers.items() if code not in given}
    checked = with_offers(here, check_page(writing.form, here, given, before), writing.answers)
    counter.answer(writing.draft, here, checked.values, right=not checked.faults, actor=person_of(request))
    if checked.faults:
        return _page(request, writing, here, PageForm(here, checked.values, checked.faults), 422)
    onward = writing_of(writing.draft)
    return redirect(onward.url(CHECK) if "check" in request.GET else onward.after(step))


def _page(
    request: HttpRequest, writing: AtCounter, here: Page, form: PageForm, status: int = 200
) -> HttpResponse:
    answers = drafts.answers(writing.draft)
    for code, field in form.fields.items():
        words = filling.WORDS.get(filling.source_of(answers, code), "")
        field.help_text = " ".join(filter(None, (words, str(field.help_text))))
    roles = writing.form.persons
    people = [
        (number, role.label)
        for number, role in enumerate(roles)
        if number and any(one.code in role.fields.values() for one in here.questions)
    ]
    context = _frame(writing) | {
        "page": here,
        "form": form,
        "people": people if allowed(request.user, "persons.view") else [],
    }
    return render(request, "intake/counter/page.html", context, status=status)


def _frame(writing: AtCounter) -> dict[str, Any]:
    return {"visit": writing.visit, "draft": writing.draft, "procedure": writing.draft.form.procedure}


@with_counter_draft
@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """Which documents the clerk has seen: the originals are at the counter, nobody photographs them."""
    here = next((one for one in writing.pages if one.files), None)
    if here is None:
        return redirect(writing.url(CHECK))
    if request.method == "POST":
        ticked = request.POST.getlist("seen")
        seen = {f"{filling.SEEN}{one.code}": "1" if one.code in ticked else "" for one in here.files}
        counter.answer(writing.draft, here, seen, right=True, actor=person_of(request))
        return redirect(writing.url(CHECK))
    answers = drafts.answers(writing.draft)
    seen_now = {one.code for one in here.files if answers.get(f"{filling.SEEN}{one.code}")}
    context = _frame(writing) | {"page": here, "seen": seen_now}
    return render(request, "intake/counter/documents.html", context)


@with_counter_draft
@require_safe
def check(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """All answers, as the applicant reads them on the screen, the tablet or on paper, and how it is signed."""
    return _check(request, writing)


@with_counter_draft
@require_POST
def take(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """Take it. Pressed twice, on two screens, or again by the Back button: the same receipt."""
    signing, again = request.POST.get("signing", ""), "again" in request.POST
    if refused := attempt(counter.take, writing.draft, signing, actor=person_of(request), again=again)[1]:
        return _check(request, writing, str(refused), refused.status)
    return redirect(writing.url("done"))


def _check(request: HttpRequest, writing: AtCounter, told: str = "", status: int = 200) -> HttpResponse:
    checked = check_all(writing.form, writing.answers)
    sections = with_documents(summary.sections(writing, checked.values, checked.faults, []), writing)
    asked, typed_all = rules.acting(writing.code), drafts.answers(writing.draft)
    part = answers.part_of(typed_all)
    role = asked[0].role(part.value) if asked and part else None
    context = _frame(writing) | {
        "asked": bool(asked),
        "part": part.value if part else "",
        "acting": answers.said(typed_all) if role and role.part.is_other else {},
        "seen": sorted(
            key.removeprefix(answers.SEEN)
            for key, text in typed_all.items()
            if key.startswith(answers.SEEN) and text
        ),
        "sections": sections,
        "faults": checked.faults,
        "told": told,
        "earlier": counter.earlier(writing.draft),
        "signature": writing.form.signature,
        "signed": counter.has_signature(writing.draft),
        "checked": writing.draft.checked_version == writing.draft.version,
        "tablet": value("intake.tablet") and (not role or Door.TABLET in role.doors),
        "town": current_municipality(),
    }
    return render(request, "intake/counter/check.html", context, status=status)


@with_counter_draft
@require_safe
def done(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """The receipt, to be printed for the resident, and what is next."""
    submission = (
        Submission.objects.select_related("case__procedure", "taken_by")
        .filter(draft=writing.draft.key)
        .first()
    )
    if submission is None:
        return redirect("intake:counter-visit", writing.visit.pk)
    where = ""
    if value("intake.public") and not part.is_inside():  # the outside knows only of what was handed in there
        where = request.build_absolute_uri(reverse("apply:status", args=[current_municipality().code]))
        where += f"?number={submission.number}"
    context = _frame(writing) | {
        "submission": submission,
        "case": submission.case,
        "secret": codes.shown(counter.secret_of(writing.draft)) if where else "",
        "where": where,
        "picture": receipt.qr_code(where) if where else "",
        "on_paper": submission.signing == Signing.PAPER,
        "waits": submission.case.status == Status.RECEIVED,
        "has_paper": paper.has_form(submission.case),
        "town": current_municipality(),
    }
    return render(request, "intake/counter/done.html", context)


@with_counter_draft
@require_POST
def signed(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """The signed paper is there: the case goes to whoever enters it."""
    submission = Submission.objects.select_related("case__procedure").filter(draft=writing.draft.key).first()
    if submission is None:
        return redirect(writing.url(CHECK))
    if submission.case.status == Status.RECEIVED:  # pressed twice, it has gone on already
        answering.accept(submission.case, actor=person_of(request))
    messages.success(request, f"受付 {submission.number} を入力に回しました。")
    return redirect(writing.url("done"))


@with_counter_draft
@require_safe
def paper_of_visit(request: HttpRequest, writing: AtCounter) -> HttpResponse:
    """The procedure's paper form with what was just asked, for signing: by the clerk who took it, while the receipt is shown."""
    submission = Submission.objects.select_related("case__procedure").filter(draft=writing.draft.key).first()
    if submission is None:
        messages.error(request, "先に「受け付ける」を押してください。用紙には受付番号が入ります。")
        return redirect(writing.url(CHECK))
    content = paper.for_staff(submission.case, request.user)
    record("intake.paper_taken", subject=f"case:{submission.case_id}", actor=person_of(request))
    return cast(HttpResponse, Download(f"case-{submission.case_id}.pdf", "application/pdf", content).answer())
