"""A resident's draft as the pages have it: the one cookie for each draft, sent to that draft's addresses alone, so that two
tabs are two drafts and a stranger who finds an address in the history of a shared computer finds nothing behind it an hour
later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.engine.form import Form, Page
from yakuba.services.intake.models import Draft
from yakuba.services.intake.pages.residents import may_press, resident_page, shown, too_often
from yakuba.services.intake.queries import forms, rules

IDLE_SECONDS = 3600  # then the browser forgets a draft that was not put aside
CHECK, FILES = "check", "files"


@dataclass(frozen=True)
class Writing:
    """A draft that this browser has, with what it asks now. answers: to what is asked."""

    draft: Draft
    key: str
    form: Form
    pages: list[Page]
    answers: dict[str, str]

    @property
    def code(self) -> str:
        """The procedure's."""
        return self.draft.form.procedure.code

    def url(self, name: str, *more: Any) -> str:
        """The address of one of the draft's pages."""
        return reverse(f"apply:{name}", args=[current_municipality().code, self.code, self.key, *more])

    def after(self, number: int) -> str:
        """Where it goes on behind a page."""
        later = next((page for page in self.pages if page.number > number), None)
        return self.url(CHECK) if later is None else self.at(later)

    def before(self, number: int) -> str:
        """The page before, or the start."""
        earlier = [page for page in self.pages if page.number < number]
        return self.at(earlier[-1]) if earlier else ""

    def at(self, page: Page) -> str:
        """The address of a page."""
        return self.url(FILES) if page.files else self.url("page", page.number)


View = Callable[..., HttpResponse]


def with_draft(view: View) -> View:
    """The draft of the address, for the browser that has it. Whatever is wrong, the answer is one and the same."""

    @resident_page
    @wraps(view)
    def opened(request: HttpRequest, apply_code: str, draft_key: str, **arguments: Any) -> HttpResponse:
        if request.method == "POST" and not may_press(request):
            return too_often(request)
        draft = drafts.find(draft_key, request.COOKIES.get(cookie(draft_key), ""))
        if draft is None or draft.form.procedure.code != apply_code:
            return shown(request, "gone", {}, 404)
        if draft.sent and view.__name__ not in ("done", "send", "paper_of_receipt"):
            return redirect("apply:done", current_municipality().code, apply_code, draft_key)
        form = forms.parsed(draft.form)
        pages, answers = form.asked(drafts.answers(draft))
        answer = view(request, Writing(draft, draft_key, form, pages, answers), **arguments)
        return remember(answer, draft, draft_key, request.COOKIES[cookie(draft_key)])

    return opened


def frame(writing: Writing, page: Page) -> dict[str, Any]:
    """What every page of questions and of documents shows around them."""
    numbers = [one.number for one in writing.pages]
    return {
        "web_form": writing.draft.form,
        "page": page,
        "position": numbers.index(page.number) + 1,
        "back": writing.before(page.number),
        "forget": writing.url("forget"),
        "saved_until": writing.draft.ends_on if writing.draft.code else None,
    }


def saved(request: HttpRequest, writing: Writing, step: int) -> HttpResponse:
    """Put the draft aside and show its code. step: the page to go on with, 0 for the check page."""
    code = codes.shown(drafts.put_aside(writing.draft))
    where = request.build_absolute_uri(reverse("apply:resume", args=[current_municipality().code]))
    context = {
        "code": code,
        "until": writing.draft.ends_on,
        "where": where,
        "onward": writing.url("page", step)
        if step and writing.form.pages[step - 1].questions
        else writing.url(CHECK),
        "forget": writing.url("forget"),
    }
    return shown(request, "saved", context)


def first_page(opened: drafts.Opened, apply_code: str) -> HttpResponse:
    """The way to the first page of a draft that has just begun, for this browser."""
    name, more = ("who", []) if rules.acting(apply_code) else ("page", [1])
    first = reverse(f"apply:{name}", args=[current_municipality().code, apply_code, opened.key, *more])
    return remember(redirect(first), opened.draft, opened.key, opened.browser)


def remember(answer: HttpResponse, draft: Draft, key: str, browser: str) -> HttpResponse:
    """The answer, with which this browser has the draft for another hour."""
    answer.set_cookie(
        cookie(key),
        browser,
        max_age=IDLE_SECONDS,
        path=path(draft.form.procedure.code, key),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return answer


def cookie(key: str) -> str:
    """One for each draft, so that no tab takes another's away."""
    return f"apply-{key[:8]}"


def path(code: str, key: str) -> str:
    """Under which all pages of a draft are."""
    return f"/apply/{current_municipality().code}/{code}/{key}/"
