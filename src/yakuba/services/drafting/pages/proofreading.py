"""Proofreading. The text goes along in the form from page to page; nothing of it is stored unless the person keeps it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.files.downloads import Download
from yakuba.services.drafting.actions import kept as actions
from yakuba.services.drafting.contracts import TextClass
from yakuba.services.drafting.engine import wordfile
from yakuba.services.drafting.forms import KeepForm, ProofreadForm
from yakuba.services.drafting.queries import kept
from yakuba.services.drafting.queries.proofreading import proofread

MOST_LEFT = 500
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@permission_required("drafting.view")
def index(request: HttpRequest) -> HttpResponse:
    """The text to be proofread, and what is said of it."""
    form = ProofreadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _result(request, form)
    context = {"form": form, "kept": kept.of(person_of(request))[:20]}
    return render(request, "drafting/proofread.html", context, status=422 if form.errors else 200)


def _result(request: HttpRequest, form: ProofreadForm) -> HttpResponse:
    asked = request.POST
    left = asked.getlist("left")[:MOST_LEFT]
    if asked.get("leave"):
        left.append(asked["leave"])
    before = form.read.text
    told = proofread(before, form.kind, left, asked.get("take", ""), take_all="take_all" in asked)
    return render(
        request,
        "drafting/proofread_result.html",
        {
            "told": told,
            "kind": form.kind,
            "hidden": form.read.hidden,
            "changed": told.text != before,
            "keep": KeepForm(initial={"text": told.text, "text_class": form.kind.value}),
        },
    )


@permission_required("drafting.view")
@require_POST
def file(request: HttpRequest) -> HttpResponseBase:
    """The text as it is now, to take along."""
    form = ProofreadForm(request.POST)
    if not form.is_valid():
        messages.error(request, "文がありません。もう一度貼り付けてください。")
        return redirect("drafting:index")
    return text_file(form.read.text, "proofread", word="word" in request.POST).answer()


def text_file(text: str, name: str, *, word: bool) -> Download:
    """A text to take along, as Word or as plain text that old programs read, too."""
    if word:
        return Download(f"{name}.docx", DOCX, wordfile.plain(text))
    return Download(
        f"{name}.txt", "text/plain; charset=utf-8", b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()
    )


@permission_required("drafting.view")
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the text for oneself."""
    form = KeepForm(request.POST)
    if not form.is_valid():
        messages.error(request, "文がありません。もう一度貼り付けてください。")
        return redirect("drafting:index")
    given: dict[str, Any] = form.cleaned_data
    row = actions.keep(
        given["title"], given["text"], TextClass(given["text_class"]), actor=person_of(request)
    )
    messages.success(request, f"「{row}」を残しました。あなただけに見えます。")
    return redirect("drafting:index")


@permission_required("drafting.view")
def one_kept(request: HttpRequest, kept_id: int) -> HttpResponse:
    """A text that the person kept, to go on with."""
    row = kept.one(person_of(request), kept_id)
    form = ProofreadForm(initial={"text": row.text, "text_class": row.text_class})
    return render(request, "drafting/proofread.html", {"form": form, "row": row})


@permission_required("drafting.view")
@require_POST
def forget(request: HttpRequest, kept_id: int) -> HttpResponse:
    """Forget it."""
    actions.remove(kept_id, actor=person_of(request))
    messages.success(request, "残した文を消しました。")
    return redirect("drafting:index")
