"""通知の様式: the kinds of letters, a kind with its versions, and one version with its preview and faults."""

from __future__ import annotations

import io

import pypdfium2
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import permission_required, person_of, used_manifests
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.letters import actions, queries
from yakuba.kernel.letters.forms import SinceForm, WordFileForm
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.letters.word import apart
from yakuba.kernel.registry import LetterKind
from yakuba.kernel.ui.refusals import told_in

CHANGE = "letters.templates"
SHOWN_AT = 110 / 72  # of the preview's picture: 110 dots an inch


@permission_required(CHANGE)
def all_kinds(request: HttpRequest) -> HttpResponse:
    """The kinds of letters, and how each looks today."""
    return render(request, "letters/kinds.html", {"kinds": queries.kinds(person_of(request))})


@permission_required(CHANGE)
def one_kind(request: HttpRequest, letter_kind: str) -> HttpResponse:
    """A kind's fields and versions. POST takes a Word file, whose preview is shown next."""
    kind = _kind(request, letter_kind)
    form = WordFileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        name, content = form.cleaned_data["file"]
        with told_in(form):
            row = actions.take(kind, name, content, actor=person_of(request))
            return redirect("letters:version", row.pk)
    context = {
        "kind": kind,
        "form": form,
        "versions": queries.versions(kind.code),
        "used": queries.in_use(kind.code, timezone.localdate()),
    }
    return render(request, "letters/kind.html", context, status=422 if form.errors else 200)


@permission_required(CHANGE)
def beginning(request: HttpRequest, letter_kind: str) -> HttpResponseBase:
    """The letter as the house prints it, as a Word file."""
    kind = _kind(request, letter_kind)
    actions.taken(f"{kind.code}:0", actor=person_of(request))
    return Download(f"{kind.code}.docx", actions.DOCX, queries.beginning(kind)).answer()


@permission_required(CHANGE)
def version(request: HttpRequest, template_id: int) -> HttpResponse:
    """A version: its preview, what is to be mended, and from when on it is used. POST decides the latter."""
    row, kind = _version(request, template_id)
    form = SinceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with told_in(form):
            actions.use(row, form.cleaned_data["since"], actor=person_of(request))
            messages.success(request, "使い始める日を決めました。すでに作った通知は変わりません。")
            return redirect("letters:kind", kind.code)
    used = queries.in_use(kind.code, timezone.localdate())
    context = {"version": row, "kind": kind, "form": form, "is_used": used is not None and used.pk == row.pk}
    return render(request, "letters/version.html", context, status=422 if form.errors else 200)


@permission_required(CHANGE)
def word_file(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """The Word file of a version, without what acts in it; what was kept before December 2026 still has that."""
    row, kind = _version(request, template_id)
    actions.taken(f"{kind.code}:{row.number}", actor=person_of(request))
    harmless = apart.harmless(content_of(row.file))
    return Download(f"{kind.code}-{row.number}.docx", actions.DOCX, harmless).answer()


@permission_required(CHANGE)
def preview(request: HttpRequest, template_id: int) -> HttpResponseBase:
    """The preview as a PDF."""
    row, kind = _version(request, template_id)
    return Download(f"{kind.code}-{row.number}.pdf", "application/pdf", _preview(row)).answer()


@permission_required(CHANGE)
def picture(request: HttpRequest, template_id: int) -> HttpResponse:
    """The preview's first page as a picture."""
    row, _ = _version(request, template_id)
    document = pypdfium2.PdfDocument(_preview(row))
    try:
        buffer = io.BytesIO()
        document[0].render(scale=SHOWN_AT).to_pil().save(buffer, "PNG")
    finally:
        document.close()
    return HttpResponse(buffer.getvalue(), content_type="image/png")


@require_POST
@permission_required(CHANGE)
def withdraw(request: HttpRequest, template_id: int) -> HttpResponse:
    """Use it no more."""
    row, kind = _version(request, template_id)
    actions.withdraw(row, actor=person_of(request))
    messages.success(request, f"第{row.number}版を取り下げました。すでに作った通知は変わりません。")
    return redirect("letters:kind", kind.code)


def _kind(request: HttpRequest, code: str) -> LetterKind:
    """The kind, of a room that the town uses."""
    for manifest in used_manifests(person_of(request)):
        for kind in manifest.letters:
            if kind.code == code:
                return kind
    raise Http404("この種類の通知はありません。")


def _version(request: HttpRequest, template_id: int) -> tuple[LetterTemplate, LetterKind]:
    rows = LetterTemplate.objects.select_related("file", "preview", "taken_by", "used_by", "withdrawn_by")
    row = get_object_or_404(rows, pk=template_id)
    return row, _kind(request, row.kind)


def _preview(row: LetterTemplate) -> bytes:
    if row.preview is None:
        raise Http404("見本がありません。")
    return content_of(row.preview)
