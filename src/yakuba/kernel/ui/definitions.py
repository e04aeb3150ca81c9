"""The page that loads a definition file; every room that has such files uses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from yakuba.kernel.refusals import attempt
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.forms import DefinitionFileForm


@dataclass(frozen=True)
class DefinitionPage:
    """What the page says: `what` is loaded (シナリオ), the pages above it as (label, name of the URL), the last of
    which is where 「やめる」 leads."""

    what: str
    above: tuple[tuple[str, str], ...]
    lead: str = ""
    file_help: str = ""
    text: str = ""  # what stands there already, to be corrected
    form: str = "YAML"  # of the file


def load_definition(
    request: HttpRequest,
    page: DefinitionPage,
    load: Callable[[str], HttpResponse],
) -> HttpResponse:
    """Show the form, or `load` the text that was sent and answer what it returns. A text that `load` refuses is shown
    again with every problem and its line, or the sentence (status 422)."""
    form = DefinitionFileForm(
        request.POST or None,
        request.FILES or None,
        what=page.what,
        file_help=page.file_help,
        form=page.form,
        initial={"text": page.text},
    )
    problems: tuple[object, ...] = ()
    if request.method == "POST" and form.is_valid():
        answer, refused = attempt(load, form.cleaned_data["text"])
        if answer is not None:
            return answer
        assert refused is not None
        problems = refused.problems
        if not problems:
            form.add_error(None, str(refused))
    ways = [(label, reverse(name)) for label, name in page.above]
    above = [(label, url if may_open(request.user, url) else "") for label, url in ways]
    back = next((url for _, url in reversed(above) if url), reverse("home"))
    context = {"page": page, "above": above, "back": back, "form": form, "problems": problems}
    return render(request, "ui/definition.html", context, status=422 if problems or form.errors else 200)
