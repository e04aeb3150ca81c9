"""The way of a resident through a form: list, start, pages, check, sent; pictures and documents are `documents`'. No account, no
JavaScript, no tracking."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.kernel.refusals import attempt
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.intake.actions import drafts, sending
from yakuba.services.intake.engine.answering import check_all, check_page, files_missing
from yakuba.services.intake.engine.form import Page
from yakuba.services.intake.forms import CodeForm, PageForm, typed
from yakuba.services.intake.models import Posted, Submission, WebForm
from yakuba.services.intake.pages import receipt, repeating, summary, who
from yakuba.services.intake.pages.offers import with_offers
from yakuba.services.intake.pages.residents import (
    TOO_OFTEN,
    may_begin,
    may_try,
    resident_page,
    shown,
    too_often,
    was_right,
)
from yakuba.services.intake.pages.writing import (
    CHECK,
    Writing,
    cookie,
    first_page,
    frame,
    path,
    remember,
    saved,
    with_draft,
)
from yakuba.services.intake.queries import forms, navigator, paper
from yakuba.services.intake.queries.acting import standing

NOT_BY_WEB = {
    "title": "ウェブでは申請できません",
    "text": "この手続は、窓口か郵送で受け付けています。持ち物は窓口にお尋ねください。",
}
NO_SUCH = "この番号では開けません。番号と期限を確かめてください。期限を過ぎた書きかけは消えています。"
SAVE = "draft:save"  # the button beside the fields, whose names are the procedure's


@resident_page
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What residents may apply for today."""
    return shown(request, "index", {"forms": forms.open_forms(), "guided": bool(navigator.told())})


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, apply_code: str) -> HttpResponse:
    """What a form is for and what it asks; pressing the button begins a draft."""
    form = _open(apply_code)
    if form is None:
        return _closed(request, apply_code)
    if request.method == "POST":
        if not may_begin(request):
            return too_often(request)
        if not who.can_begin(apply_code):
            return shown(request, "stop", NOT_BY_WEB, 409)
        opened = drafts.begin(form)
        return first_page(opened, apply_code)
    asked = forms.parsed(form)
    return shown(
        request,
        "start",
        {"by_web": who.can_begin(apply_code), "form": form, "pages": asked.pages, "days": drafts.KEPT_DAYS},
    )


@with_draft
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, writing: Writing, step: int) -> HttpResponse:
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
    drafts.keep(writing.draft, checked.values)
    if SAVE in request.POST:
        return saved(request, writing, step)
    if checked.faults:
        return _page(request, writing, here, PageForm(here, checked.values, checked.faults), 422)
    pages, _ = writing.form.asked(drafts.answers(writing.draft))
    onward = Writing(writing.draft, writing.key, writing.form, pages, {})
    return redirect(writing.url(CHECK) if "check" in request.GET else onward.after(step))


@with_draft
@require_safe
def check(request: HttpRequest, writing: Writing) -> HttpResponse:
    """All answers with a way to change each, and what is still missing."""
    return _check(request, writing, {})


@with_draft
@require_POST
def send(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Send it. Pressed twice, in two tabs, or again after a lost answer: the same receipt."""
    _, refused = attempt(sending.send, writing.draft, writing.key)
    if isinstance(refused, sending.NotSent):
        return _check(request, writing, {}, refused.status)
    if refused:
        return shown(request, "stop", {"title": "送れませんでした", "text": str(refused)}, refused.status)
    return redirect(writing.url("done"))


@with_draft
@require_safe
def done(request: HttpRequest, writing: Writing) -> HttpResponse:
    """The receipt: number, secret, and how to look at it later."""
    submission = sending.sent_of(writing.draft)
    if submission is None:
        return shown(request, "gone", {}, 404) if writing.draft.sent else redirect(writing.url(CHECK))
    secret = codes.shown(sending.secret_of(writing.key))
    where = request.build_absolute_uri(reverse("apply:status", args=[current_municipality().code]))
    where += f"?number={submission.number}"
    context = {
        "form": writing.draft.form,
        "submission": submission,
        "secret": secret,
        "where": where,
        "picture": receipt.qr_code(where),
        "paper": writing.url("paper") if _has_paper(submission) else "",
        "forget": writing.url("forget"),
        "bring": who.to_bring(writing.code, _part_of(submission)),
    }
    return shown(request, "done", context)


@with_draft
@require_POST
def save(request: HttpRequest, writing: Writing) -> HttpResponse:
    """Put it aside from the check page."""
    return saved(request, writing, 0)


@resident_page
@require_POST
def forget(request: HttpRequest, apply_code: str, draft_key: str) -> HttpResponse:
    """Leave a shared computer: the browser forgets the draft, and what was neither sent nor put aside is thrown away."""
    draft = drafts.find(draft_key, request.COOKIES.get(cookie(draft_key), ""))
    if draft is not None and not draft.sent and not draft.code:
        drafts.throw_away(draft)
    answer = shown(request, "forgotten", {"kept": bool(draft and draft.code and not draft.sent)})
    answer.delete_cookie(cookie(draft_key), path=path(apply_code, draft_key))
    return answer


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """Open what was put aside, with its code: exactly that draft, whatever else is open."""
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if not may_try(request):
                form.add_error(None, TOO_OFTEN)
                status = 429
            elif opened := drafts.resume(form.cleaned_data["code"]):
                was_right(request)
                code = opened.draft.form.procedure.code
                where = reverse("apply:check", args=[current_municipality().code, code, opened.key])
                return remember(redirect(where), opened.draft, opened.key, opened.browser)
            else:
                form.add_error("code", NO_SUCH)
    return shown(request, "resume", {"form": form}, status)


def _part_of(submission: Submission | Posted) -> str:
    """As what it was sent; outside nothing of it is known any more."""
    now = standing(submission.case) if isinstance(submission, Submission) else None
    return now.last.part if now else ""


def _has_paper(submission: Submission | Posted) -> bool:
    """Outside there are no paper forms."""
    return isinstance(submission, Submission) and paper.has_form(submission.case)


def _check(request: HttpRequest, writing: Writing, more: dict[str, Any], status: int = 200) -> HttpResponse:
    checked = check_all(writing.form, writing.answers)
    given = drafts.attached(writing.draft)
    faults = {**checked.faults, **files_missing(writing.pages, forms.counted(given))}
    sections = who.section(writing) + summary.sections(writing, checked.values, faults, given)
    if unsaid := who.fault_of(writing, {**drafts.answers(writing.draft), **checked.values}):
        faults = {"who": unsaid, **faults}
    context = {
        "form": writing.draft.form,
        "writing": writing.draft,
        "sections": sections,
        "faults": faults,
        "open": forms.is_open(writing.draft.form),
        "send": writing.url("send"),
        "save": writing.url("save"),
        "forget": writing.url("forget"),
        "back": writing.before(len(writing.form.pages) + 1),
        "days": drafts.KEPT_DAYS,
    }
    return shown(request, "check", context | more, status)


def _page(
    request: HttpRequest, writing: Writing, page: Page, form: PageForm, status: int = 200
) -> HttpResponse:
    return shown(request, "page", frame(writing, page) | {"form": form}, status)


def _open(code: str) -> WebForm | None:
    form = forms.form_of(code)
    return form if form is not None and forms.is_open(form) else None


def _closed(request: HttpRequest, code: str) -> HttpResponse:
    """A form that is closed tells so and leads on; one that never was is not there."""
    form = forms.form_of(code)
    if form is None:
        raise Http404
    waiting = forms.state_of(form, timezone.localdate()) == "waiting"
    return shown(request, "closed", {"form": form, "waiting": waiting}, 200 if waiting else 410)
