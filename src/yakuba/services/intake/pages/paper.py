"""The filled paper form as a PDF: behind the receipt, behind the status page, and from the page of a case."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import permission_required, person_of
from yakuba.kernel.accounts.proof import step_up
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.residents import Limit
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.intake import operations
from yakuba.services.intake.actions import sending
from yakuba.services.intake.models import Submission
from yakuba.services.intake.pages import residents, status
from yakuba.services.intake.pages.writing import Writing, with_draft
from yakuba.services.intake.queries import paper

# A second of a processor for each.
PAPERS, PAPERS_OF_TOWN = Limit(at_once=10, in_a_minute=6), Limit(at_once=60, in_a_minute=60)


@with_draft
@require_safe
def paper_of_receipt(request: HttpRequest, writing: Writing) -> HttpResponse:
    """For the browser that has just sent it."""
    if not writing.draft.sent:
        return redirect(writing.url("check"))
    submission = sending.sent_of(writing.draft)
    if not isinstance(submission, Submission):  # outside there are no paper forms
        return residents.shown(request, "gone", {}, 404)
    return _taken(request, submission)


@residents.resident_page
@require_POST
def paper_of_status(request: HttpRequest) -> HttpResponse:
    """For whoever has opened the status page with both numbers."""
    submission = None if is_outside() else status.passed(request)
    return status.over(request) if submission is None else _taken(request, submission)


def _taken(request: HttpRequest, submission: Submission) -> HttpResponse:
    town, now = current_municipality().code, residents.clock()
    if not PAPERS.take(residents.sender(request), now) or not PAPERS_OF_TOWN.take(town, now):
        return residents.too_often(request)
    content = paper.for_applicant(submission)
    record("intake.paper_taken", subject=f"case:{submission.case_id}")
    file = Download(f"application-{submission.number}.pdf", "application/pdf", content)
    return cast(HttpResponse, file.answer())  # of bytes, so that it is no stream


@permission_required("intake.view")
@step_up
@require_safe
def paper_of_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """For staff, of any case whose procedure has a paper form."""
    return cast(HttpResponse, operations.print_paper(person_of(request), case_id=case_id).answer())
