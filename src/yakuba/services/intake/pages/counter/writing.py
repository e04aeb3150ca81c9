"""A draft as the counter's pages have it: found by its number, for the clerk who holds its visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.services.intake.actions import counter, drafts
from yakuba.services.intake.engine import filling
from yakuba.services.intake.models import Visit
from yakuba.services.intake.pages.writing import CHECK, Writing
from yakuba.services.intake.queries import forms

View = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class AtCounter(Writing):
    """The clerk's draft. What is answered already is not asked: behind a page comes the next one on which something is open."""

    def url(self, name: str, *more: Any) -> str:
        """The address of one of the draft's pages."""
        return reverse(f"intake:counter-{name}", args=[self.draft.pk, *more])

    def after(self, number: int) -> str:
        """The next page on which something is to be asked, else the check page."""
        typed = drafts.answers(self.draft)
        later = (page for page in self.pages if page.number > number and filling.is_open(page, typed))
        here = next(later, None)
        return self.url(CHECK) if here is None else self.at(here)

    @property
    def visit(self) -> Visit:
        """Whose draft it is."""
        assert self.draft.visit is not None
        return self.draft.visit


def with_counter_draft(view: View) -> View:
    """The draft of the address, for the clerk who holds its visit; once it is taken, its receipt."""

    @permission_required("intake.counter")
    @wraps(view)
    def opened(request: HttpRequest, counter_draft_id: int, **arguments: Any) -> HttpResponseBase:
        draft = counter.find(counter_draft_id, actor=person_of(request))
        if draft.sent and view.__name__ not in ("done", "take", "signed", "paper_of_visit"):
            return redirect("intake:counter-done", draft.pk)
        return view(request, writing_of(draft), **arguments)

    return opened


def writing_of(draft: Any) -> AtCounter:
    """What it asks now."""
    form = forms.parsed(draft.form)
    pages, answers = form.asked(drafts.answers(draft))
    return AtCounter(draft, "", form, pages, answers)


def with_documents(sections: list[dict[str, Any]], writing: AtCounter) -> list[dict[str, Any]]:
    """The same lines, with a word where the clerk has seen the original of a document."""
    answers = drafts.answers(writing.draft)
    for section in sections:
        for line in section["lines"]:
            if answers.get(f"{filling.SEEN}{line['code']}"):
                line["value"] = "原本を確かめた"
    return sections
