"""Who asked for a case: what was seen, stated anew with a reason; and the letter to the person."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from yakuba.kernel.accounts import permission_required, person_of, require
from yakuba.kernel.ledger.models import Case
from yakuba.kernel.ledger.sight import sight
from yakuba.kernel.protection.policy import HIDDEN
from yakuba.kernel.refusals import Conflict, Missing, if_valid
from yakuba.kernel.ui.doors import may_open
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake.actions import acting as actions
from yakuba.services.intake.forms.acting import ClerkForm, NoticeForm, initial
from yakuba.services.intake.operations import acting as operations
from yakuba.services.intake.queries import acting as queries
from yakuba.services.intake.queries import rules


@permission_required("intake.edit")
def acting(request: HttpRequest, case_id: int) -> HttpResponse:
    """State it anew: what came, who it really was, or why the case goes on without."""
    require(request.user, "ledger.view")
    case = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    found = rules.acting(case.procedure.code)
    if found is None:
        raise Conflict(
            "この手続には、申請できる人の決まりがまだありません。「本人確認と手数料」で作ってください。"
        )
    last = next(iter(queries.history(case)), None)
    hidden = sight(request.user, case).hidden
    if hidden:
        raise Missing(f"{HIDDEN}。この受付の申請した人は、「住所を開く」から開いた職員が直します。")
    before = if_valid(actions.given_again, last) if last else None
    door = actions.door_of(case)
    start: dict[str, Any] = initial(found[0], before) | {"after": last.serial if last else 0}
    form = ClerkForm(
        found[0], door, request.POST if request.method == "POST" else None, initial=start, again=True
    )

    def take() -> HttpResponse:
        said = form.cleaned_data
        row = actions.state(
            case,
            form.given,
            actor=person_of(request),
            reason=said["reason"],
            waived=said["waived"],
            after=said.get("after"),
        )
        now = queries.standing(case)
        if now and now.waits:
            messages.warning(request, f"記録しました。まだ足りないもの：{'。'.join(now.lacking)}。")
        else:
            messages.success(request, f"申請した人（{row.part}）を記録しました。")
        return _to_case(request, case_id)

    context = {"case": case, "door": door.value, "last": last, "history": queries.history(case)}
    return form_page(request, form, take, "intake/acting.html", context)


@permission_required("intake.edit")
def letter(request: HttpRequest, case_id: int) -> HttpResponse:
    """The letter to the person; nothing of it is filled in from who stood there."""
    require(request.user, "ledger.view")
    case = get_object_or_404(Case.objects.select_related("procedure"), pk=case_id)
    form = NoticeForm(request.POST or None)

    def take() -> HttpResponse:
        operations.tell_person(person_of(request), case_id=case_id, **form.cleaned_data)
        messages.success(request, "本人への通知を作りました。受付の画面から開いて、印刷してください。")
        return _to_case(request, case_id)

    return form_page(request, form, take, "intake/letter.html", {"case": case})


def panel(request: HttpRequest, case: Case) -> tuple[queries.Standing | None, SafeString | str]:
    """What the page of a case shows of who asked."""
    now = queries.standing(case)
    if now is None:
        return None, ""
    hidden = sight(request.user, case).hidden
    context = {
        "now": now,
        "last": now.last,
        "hidden": HIDDEN if hidden else "",
        "history": queries.history(case)[1:],
    }
    return now, mark_safe(render_to_string("intake/_acting.html", context))  # noqa: S308  # rendered with escaping


def _to_case(request: HttpRequest, case_id: int) -> HttpResponse:
    url = reverse("ledger:case", args=[case_id])
    return redirect(url if may_open(request.user, url) else "intake:index")
