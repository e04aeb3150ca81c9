"""The page on which a resident adds pictures and documents: each is looked at as it comes."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from yakuba.kernel.refusals import attempt
from yakuba.services.intake.actions import drafts, files
from yakuba.services.intake.engine.answering import files_missing
from yakuba.services.intake.engine.form import Page
from yakuba.services.intake.models import Draft
from yakuba.services.intake.pages.residents import TOO_OFTEN, may_add, shown
from yakuba.services.intake.pages.writing import CHECK, FILES, Writing, frame, saved, with_draft
from yakuba.services.intake.queries import forms


@with_draft
@require_http_methods(["GET", "HEAD", "POST"])
def add_files(request: HttpRequest, writing: Writing) -> HttpResponse:
    """The page for pictures and documents: each is looked at as it comes."""
    here = next((one for one in writing.pages if one.files), None)
    if here is None:
        return redirect(writing.url(CHECK))
    faults: dict[str, str] = {}
    if request.method == "POST":
        if "drop" in request.POST:
            files.drop(writing.draft, _number(request.POST["drop"]))
            return redirect(writing.url(FILES))
        faults = _take(request, writing.draft, here)
        if "save" in request.POST and not faults:
            return saved(request, writing, here.number)
        if "add" not in request.POST and not faults:
            faults = files_missing([here], forms.counted(writing.draft.files.all()))
            if not faults:
                return redirect(writing.url(CHECK))
        if "add" in request.POST and not faults:
            return redirect(writing.url(FILES))
    context = frame(writing, here) | {"slots": _slots(writing.draft, here, faults), "faults": faults}
    return shown(request, "files", context, 422 if faults else 200)


def _slots(draft: Draft, page: Page, faults: dict[str, str]) -> list[dict[str, Any]]:
    given = drafts.attached(draft)
    return [
        {
            "question": one,
            "files": [f for f in given if f.slot == one.code],
            "fault": faults.get(one.code, ""),
        }
        for one in page.files
    ]


def _take(request: HttpRequest, draft: Draft, page: Page) -> dict[str, str]:
    faults = {}
    for question in page.files:
        uploads = request.FILES.getlist(question.code)
        if len(uploads) > question.most:  # none of them is looked into
            faults[question.code] = f"一度に選べるのは{question.most}つまでです。選び直してください。"
            continue
        for upload in uploads:
            if not may_add(request):
                faults[question.code] = TOO_OFTEN
                break
            name, content = upload.name or "", cast(BinaryIO, upload)
            if refused := attempt(files.add, draft, question, name, content, upload.size or 0)[1]:
                faults[question.code] = str(refused)
    return faults


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0
