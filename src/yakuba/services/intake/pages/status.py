"""Where an application stands, for whoever has its number and its secret; the answer to a correction, and withdrawing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from yakuba.kernel.ledger.workflow import RESIDENT, Status
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import attempt
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values.characters import narrow
from yakuba.services.intake.actions import answering, sending
from yakuba.services.intake.forms import StatusForm
from yakuba.services.intake.models import Submission
from yakuba.services.intake.pages import outside
from yakuba.services.intake.pages.residents import (
    TOO_OFTEN,
    may_press,
    may_try,
    resident_page,
    shown,
    was_right,
)
from yakuba.services.intake.queries import paper

SALT = "yakuba.intake.status"
PASS_SECONDS = 30 * 60  # in which the page that was opened may be used
UNKNOWN = "受付番号か照会番号が違います。控えの2つの番号を確かめてください。"
MEANING = {
    "受付済": "申請が届きました。職員がこれから確かめます。",
    "確認中": "職員が内容を確かめています。",
    "訂正待ち": "直していただくところがあります。下の欄から返事をしてください。",
    "審査中": "内容を審査しています。",
    "決定": "決まりました。くわしくは、お送りする通知をご覧ください。",
    "取下げ": "この申請は取り下げられました。",
}


@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Asks for both numbers and shows where the application stands. A number that is not there and a secret that is wrong
    look alike and take alike."""
    if request.method != "POST":
        number = request.GET.get("number", "")[:20]
        return shown(request, "status", {"form": StatusForm(initial={"number": number})})
    form = StatusForm(request.POST)
    if not form.is_valid():
        return shown(request, "status", {"form": form}, 422)
    number = "".join(one for one in narrow(form.cleaned_data["number"]) if one.isdecimal() and one.isascii())
    if not may_try(request):
        form.add_error(None, TOO_OFTEN)
        return shown(request, "status", {"form": form}, 429)
    secret = form.cleaned_data["secret"]
    submission = (
        outside.look_up(number[:10], secret) if is_outside() else sending.look_up(number[:10], secret)
    )
    if submission is None:
        form.add_error(None, UNKNOWN)
        return shown(request, "status", {"form": form}, 422)
    was_right(request)
    if isinstance(submission, outside.Opened):
        return outside.standing(request, submission, MEANING)
    return _shown(request, submission)


@resident_page
@require_POST
def reply(request: HttpRequest) -> HttpResponse:
    """The applicant's answer to what the office asked."""
    if is_outside():
        opened = outside.passed(request)
        return outside.reply(request, opened, MEANING) if opened else over(request)
    submission = passed(request)
    if submission is None:
        return over(request)
    text = request.POST.get("answer", "")
    return _after(request, submission, lambda: answering.answer(submission, text), "返事を受け取りました。")


@resident_page
@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """The applicant takes it back: asked once more, then done."""
    if is_outside():
        opened = outside.passed(request)
        return outside.withdraw(request, opened, MEANING) if opened else over(request)
    submission = passed(request)
    if submission is None:
        return over(request)
    if "sure" not in request.POST:
        context = {"submission": submission, "ticket": _ticket(submission)}
        return shown(request, "withdraw", context)
    return _after(request, submission, lambda: answering.withdraw(submission), "申請を取り下げました。")


def _after(
    request: HttpRequest, submission: Submission, work: Callable[[], object], done: str
) -> HttpResponse:
    """Where the application stands once it is done, or why it was not."""
    if refused := attempt(work)[1]:
        return _shown(request, _fresh(submission), fault=str(refused), status=refused.status)
    return _shown(request, _fresh(submission), done=done)


def _shown(
    request: HttpRequest, submission: Submission, *, fault: str = "", done: str = "", status: int = 200
) -> HttpResponse:
    case = submission.case
    word = RESIDENT[Status(case.status)]
    asked = list(submission.corrections.order_by("pk"))  # type: ignore[attr-defined]
    waiting = answering.asked_now(submission, case)
    if waiting is not None and waiting.pk is None:
        asked.append(waiting)
    context: dict[str, Any] = {
        "submission": submission,
        "case": case,
        "word": word,
        "meaning": MEANING[word],
        "corrections": asked,
        "open": waiting,
        "has_paper": paper.has_form(case),
        "may_withdraw": case.status in answering.WITHDRAWABLE,
        "ticket": _ticket(submission),
        "fault": fault,
        "done": done,
        "typed": request.POST.get("answer", "") if fault else "",
    }
    return shown(request, "standing", context, status)


def _fresh(submission: Submission) -> Submission:
    return Submission.objects.select_related("case__procedure", "form").get(pk=submission.pk)


def _ticket(submission: Submission) -> str:
    """What the page carries so that the secret need not be typed again. It opens this one application of this town."""
    return signing.dumps([current_municipality().code, submission.pk], salt=SALT)


def passed(request: HttpRequest) -> Submission | None:
    """The application that the page's ticket opens, while it does."""
    if not may_press(request):
        return None
    try:
        town, number = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=PASS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    if town != current_municipality().code:
        return None
    return Submission.objects.select_related("case__procedure", "form").filter(pk=number).first()


def over(request: HttpRequest) -> HttpResponse:
    """Both numbers once more: the ticket opens nothing."""
    text = "開いてから時間がたちました。受付番号と照会番号を、もう一度入力してください。"
    return shown(request, "status", {"form": StatusForm(), "note": text}, 403)
