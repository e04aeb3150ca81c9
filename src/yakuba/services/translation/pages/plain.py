"""やさしい日本語: what is hard in a text, how its kanji are read, and the same in Word. Nothing of it is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.ui.refusals import told_in
from yakuba.services.translation.contracts import Checked, Finding
from yakuba.services.translation.engine import furigana, papers, plain
from yakuba.services.translation.forms import PlainForm

WHOLE = ("long", "verbs")  # findings about a whole sentence, which no mark within it shows


@dataclass(frozen=True)
class Sentence:
    """A sentence as the page shows it: in pieces (text, whether it is marked), with what was found in it."""

    pieces: tuple[tuple[str, bool], ...]
    findings: tuple[Finding, ...]


@permission_required("translation.view")
def index(request: HttpRequest) -> HttpResponseBase:
    """A text, and what was found in it; or the text in Word with furigana."""
    form = PlainForm(request.POST, request.FILES) if request.method == "POST" else PlainForm()
    context: dict[str, Any] = {"form": form}
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            lines = _lines(form)
            if "word" in request.POST:
                return Download("furigana.docx", papers.WORD, papers.with_furigana(lines)).answer()
            text = "\n".join(lines)
            checked = plain.check(text)
            context |= {
                "checked": checked,
                "sentences": sentences_of(checked),
                "lines": [furigana.ruby(line) for line in lines],
                "unread": furigana.unread(text),
                "cut": len(text) > plain.LONGEST,
                "longest": plain.LONGEST,
                "form": PlainForm(initial={"text": text}),
            }
    return render(request, "translation/plain.html", context, status=422 if form.errors else 200)


def sentences_of(checked: Checked) -> list[Sentence]:
    """The sentences with their marks."""
    found = []
    for number, (start, end) in enumerate(checked.sentences):
        here = tuple(one for one in checked.findings if one.sentence == number)
        marks = sorted((one.start, one.end) for one in here if one.rule.value not in WHOLE)
        pieces, at = [], start
        for first, last in marks:
            pieces += [(checked.text[at:first], False), (checked.text[max(at, first) : last], True)]
            at = max(at, last)
        pieces.append((checked.text[at:end], False))
        found.append(Sentence(tuple(piece for piece in pieces if piece[0]), here))
    return found


def _lines(form: PlainForm) -> list[str]:
    file = form.cleaned_data["file"]
    if file:
        return papers.paragraphs(file.read(papers.LARGEST + 1), file.name)
    lines: list[str] = form.cleaned_data["text"].splitlines()
    return lines
