"""What matters in a text, two versions of one, letters and speeches. Nothing of what is typed is stored."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.drafting.contracts import TextClass
from yakuba.services.drafting.engine import comparing, extracting, outlining, wordfile
from yakuba.services.drafting.forms import CompareForm, LetterForm, PastedForm
from yakuba.services.drafting.pages.proofreading import DOCX


@permission_required("drafting.view")
def extract(request: HttpRequest) -> HttpResponse:
    """A notice of 200 characters, a summary marked in its source, questions and a questionnaire from its headings."""
    form = PastedForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        text = form.read.text
        chosen = extracting.summary(text)
        context |= {
            "short": extracting.shortened(text),
            "summary": chosen,
            "pieces": _marked(text, chosen),
            "questions": outlining.written(outlining.questions_and_answers(text), answered=True).strip(),
            "questionnaire": outlining.written(outlining.questionnaire(text), answered=False).strip(),
            "kind": TextClass.EXPLANATION.value,
            "hidden": form.read.hidden,
        }
    return render(request, "drafting/extract.html", context, status=422 if form.errors else 200)


def _marked(text: str, chosen: list[extracting.Chosen]) -> list[tuple[str, int]]:
    """The text in pieces, each with the number of the sentence that it is, 0 for what was not chosen."""
    pieces, at = [], 0
    for number, one in enumerate(chosen, 1):
        pieces += [(text[at : one.start], 0), (text[one.start : one.end], number)]
        at = one.end
    return [*pieces, (text[at:], 0)]


@permission_required("drafting.view")
def compare(request: HttpRequest) -> HttpResponse:
    """Both versions side by side."""
    form = CompareForm(request.POST or None, request.FILES or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            pairs = comparing.compared(form.before, form.after)
            context |= {
                "pairs": pairs,
                "changed": sum(not one.same for one in pairs),
                "before": form.before,
                "after": form.after,
                "title": form.cleaned_data["title"],
            }
    return render(request, "drafting/compare.html", context, status=422 if form.errors else 200)


@permission_required("drafting.view")
@require_POST
def compare_file(request: HttpRequest) -> HttpResponseBase:
    """新旧対照表 as Word."""
    form = CompareForm(request.POST)
    if not form.is_valid():
        messages.error(request, "比べる文がありません。もう一度入れてください。")
        return redirect("drafting:compare")
    pairs = comparing.compared(form.before, form.after)
    return Download("shinkyu.docx", DOCX, wordfile.comparison(pairs, form.cleaned_data["title"])).answer()


@permission_required("drafting.view")
def letter(request: HttpRequest) -> HttpResponse:
    """A letter, a notice or a speech from parts."""
    form = LetterForm(request.POST or None, initial={"day": timezone.localdate()})
    text = ""
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            text = form.text
    context = {"form": form, "text": text, "kind": TextClass.NOTICE.value}
    return render(request, "drafting/letter.html", context, status=422 if form.errors else 200)
