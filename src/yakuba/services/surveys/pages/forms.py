"""Excel forms: handed out, taken back in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations.arguments import Upload
from yakuba.services.surveys.actions import imports
from yakuba.services.surveys.forms.asking import FormsForm
from yakuba.services.surveys.models import Edition, FormImport
from yakuba.services.surveys.operations import answers as operations
from yakuba.services.surveys.queries import editions as queries

KINDS = {
    FormImport.State.WAITING: "waiting",
    FormImport.State.DONE: "success",
    FormImport.State.FAILED: "warning",
}
MOST_SHOWN = 500


@permission_required("surveys.enter")
def forms(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Hand out, take in, and what was taken in before."""
    row = get_object_or_404(Edition.objects.select_related("survey"), pk=edition_id)
    form = FormsForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        files = [Upload(one.name, one.file) for one in form.cleaned_data["files"]]
        made = operations.take_forms(
            person_of(request), edition_id=row.pk, files=files, replace=form.cleaned_data["replace"]
        )
        messages.success(request, "調査票を受け取りました。順に読みます。")
        return redirect("surveys:form_import", made.pk)
    context = {
        "edition": row,
        "form": form,
        "counts": queries.counts(row),
        "imports": row.imports.all()[:50],
        "is_open": row.state == Edition.State.OPEN,
    }
    return render(request, "surveys/forms.html", context, status=422 if form.errors else 200)


@permission_required("surveys.enter")
@step_up
def make_forms(request: HttpRequest, edition_id: int) -> HttpResponseBase:
    """A ZIP of forms for who has not answered."""
    return operations.make_forms(person_of(request), edition_id=edition_id).answer()


@permission_required("surveys.enter")
@step_up
def one_form(request: HttpRequest, asked_id: int) -> HttpResponseBase:
    """The form of one body."""
    return operations.make_form(person_of(request), asked_id=asked_id).answer()


@permission_required("surveys.enter")
def form_import(request: HttpRequest, form_import_id: int) -> HttpResponse:
    """How far an import is, and what became of each file."""
    row = get_object_or_404(FormImport.objects.select_related("edition__survey"), pk=form_import_id)
    files = list(row.files.select_related("asked").order_by("pk"))
    context = {
        "run": row, "edition": row.edition, "kind": KINDS[FormImport.State(row.state)], "work": work_of(imports.JOB, row.job_key),
        "taken": sum(not one.not_read for one in files), "refused": [one for one in files if one.not_read][:MOST_SHOWN],
        "faulty": [one for one in files if one.faults and not one.not_read][:MOST_SHOWN], "number": len(files),
    }  # fmt: skip
    return render(request, "surveys/form_import.html", context)
