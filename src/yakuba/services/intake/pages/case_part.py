"""What the room adds to the page of a case that came by web: files, what was asked back, and the next step."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.accounts import allowed, permission_required, person_of, require
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.uploads import pages as page_images
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.sight import sight
from yakuba.kernel.ledger.workflow import FOLLOWING, Status
from yakuba.kernel.outbound import part
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.refusals import Missing
from yakuba.kernel.registry import CaseLink, CaseNote, CasePart
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake import operations
from yakuba.services.intake.engine.form import SIGNATURE
from yakuba.services.intake.forms import CorrectionForm
from yakuba.services.intake.models import AttachedFile, Door, FromOutside, Submission
from yakuba.services.intake.pages import acting
from yakuba.services.intake.queries import acting as queries
from yakuba.services.intake.queries import forms, paper, rules
from yakuba.services.intake.queries.acting import Standing


def case_part(request: HttpRequest, case: Case) -> CasePart:
    """The part, for who may see web applications, and what stands in the ledger."""
    if not (allowed(request.user, "intake.view") and allowed(request.user, "ledger.view")):
        return CasePart()
    links = []
    if allowed(request.user, "ledger.view") and paper.has_form(case):
        links.append(CaseLink("用紙に入れたPDFを取り出す", reverse("intake:paper", args=[case.pk])))
    now, panel = acting.panel(request, case)
    may_edit = allowed(request.user, "intake.edit")
    links += _asking(request, case, now)
    steps, own = _first(request, case, now), tuple(filter(None, (panel,)))
    submission = Submission.objects.select_related("form__procedure").filter(case=case).first()
    if submission is None:
        return CasePart(steps=tuple(steps), links=tuple(links), panels=own)
    if may_edit and not queries.asks(case) and case.status == Status.RECEIVED:
        steps.append(
            CaseLink("内容を確かめて、入力に回す", reverse("intake:accept", args=[case.pk]), post=True)
        )
    if may_edit and Status.RETURNED in FOLLOWING[Status(case.status)]:
        links.append(CaseLink("申請者に補正を求める", reverse("intake:correction", args=[case.pk])))
    if submission.door == Door.COUNTER:
        note = CaseNote(
            "info",
            "窓口で受け付けた申請です",
            f"値は窓口で聞いたものと、宛名の登録簿のものです。{submission.get_signing_display()}。",
        )
    else:
        note = CaseNote("info", "ウェブで届いた申請です", "値は申請者が入力したものです。")
    return CasePart(tuple(steps), tuple(links), (note,), panels=own + _panels(request, case, submission))


def _first(request: HttpRequest, case: Case, now: Standing | None) -> list[CaseLink]:
    """What keeps the case waiting, as the next thing to do."""
    steps = []
    if now is None and allowed(request.user, "intake.edit") and queries.is_unstated(case):
        steps.append(CaseLink("申請した人を記録する", reverse("intake:acting", args=[case.pk])))
    if now and allowed(request.user, "intake.edit"):
        if now.letter_due:
            where = reverse("intake:acting-letter", args=[case.pk])
            steps.append(CaseLink("届出があったことを、本人に手紙で知らせる", where))
        if now.waits and case.status == Status.RECEIVED:
            steps.append(CaseLink("届いた書類を記録する", reverse("intake:acting", args=[case.pk])))
    return steps


def _asking(request: HttpRequest, case: Case, now: Standing | None) -> list[CaseLink]:
    """Ways to who asked and to the fees."""
    links = []
    if allowed(request.user, "intake.edit") and (now or rules.acting(case.procedure.code)):
        label = "申請した人を直す" if now else "申請した人を記録する"
        links.append(CaseLink(label, reverse("intake:acting", args=[case.pk])))
    if allowed(request.user, "intake.fees"):
        links.append(CaseLink("手数料", reverse("intake:case-fees", args=[case.pk])))
    return links


def _panels(request: HttpRequest, case: Case, submission: Submission) -> tuple[str, ...]:
    """Files show whatever the applicant photographed, and an answer says whatever the applicant wrote, so that who may not see
    the case's places sees neither."""
    wanted = forms.labels_of(submission.form)
    hidden = sight(request.user, case).hidden
    rows = AttachedFile.objects.filter(submission=submission).select_related("file").order_by("pk")
    files = (
        []
        if hidden
        else [
            {
                "row": one,
                "label": {**wanted, SIGNATURE: "署名"}.get(one.slot, one.slot),
                "pages": range(1, one.file.pages + 1),
            }
            for one in rows
        ]
    )
    asked = submission.corrections.select_related("asked_by").order_by("pk")  # type: ignore[attr-defined]
    html = render_to_string(
        "intake/case_part.html",
        {"files": files, "corrections": asked, "submission": submission, "hidden": HIDDEN if hidden else ""},
    )
    return (mark_safe(html),)  # noqa: S308  # rendered with escaping


def _to_case(request: HttpRequest, case_id: int) -> HttpResponse:
    """To the page of the case; for who may not open it, to the web forms."""
    url = reverse("ledger:case", args=[case_id])
    return redirect(url if may_open(request.user, url) else "intake:index")


@permission_required("intake.edit")
@require_POST
def accept(request: HttpRequest, case_id: int) -> HttpResponse:
    """What was sent goes to whoever enters it."""
    case = operations.accept_case(person_of(request), case_id=case_id)
    messages.success(request, f"受付 {case.receipt_number} を入力に回しました。")
    return _to_case(request, case_id)


@permission_required("intake.edit")
def correction(request: HttpRequest, case_id: int) -> HttpResponse:
    """One sentence to the applicant."""
    case = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    form = CorrectionForm(request.POST or None)
    # Where residents' pages are outside, only what was handed in there can be looked at there.
    unread = part.is_inside() and not FromOutside.objects.filter(submission__case=case).exists()

    def take() -> HttpResponse:
        operations.ask_correction(person_of(request), case_id=case_id, **form.cleaned_data)
        if unread:
            messages.success(request, "補正を求めました。電話か手紙で、申請者に伝えてください。")
        else:
            messages.success(request, "補正を求めました。申請者が状況のページを開くと、この文が出ます。")
        return _to_case(request, case_id)

    return form_page(request, form, take, "intake/correction.html", {"case": case, "unread": unread})


@permission_required("intake.view")
@require_safe
def picture(request: HttpRequest, attached_id: int, page_number: int) -> HttpResponse:
    """One page of a file, as the safe image that the house makes of it, for who may see the values beside it too. Raises
    Missing and Forbidden."""
    require(request.user, "ledger.view")
    rows = AttachedFile.objects.select_related("file", "submission__case__procedure")
    row = get_object_or_404(rows, pk=attached_id, submission__isnull=False)
    assert row.submission is not None
    if sight(request.user, row.submission.case).hidden or not 1 <= page_number <= row.file.pages:
        raise Missing("この書類は表示できません。")
    image = next(iter(page_images(row.file, page_number - 1)), None)
    if image is None or image.content is None:
        raise Missing(image.refused if image else "この書類は表示できません。")
    record("files.viewed", subject=f"case:{row.submission.case_id}", actor=person_of(request))
    return HttpResponse(image.content, content_type=image.media_type)
