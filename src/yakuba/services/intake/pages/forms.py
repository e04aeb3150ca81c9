"""The pages on which staff open and close web forms."""

from __future__ import annotations

from dataclasses import replace

import yaml
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from yakuba.kernel.accounts import allowed, permission_required, person_of
from yakuba.kernel.definitions import values
from yakuba.kernel.exchange import residents
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Invalid, attempt
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.kernel.ui.definitions import DefinitionPage, load_definition
from yakuba.kernel.ui.refusals import form_page
from yakuba.services.intake import operations
from yakuba.services.intake.actions import opening
from yakuba.services.intake.engine.form import left_out, parse_form
from yakuba.services.intake.forms import OpenForm
from yakuba.services.intake.models import WebForm
from yakuba.services.intake.pages.receipt import qr_code
from yakuba.services.intake.queries import forms
from yakuba.services.reading import facade as reading

KINDS = {"closed": "neutral", "waiting": "waiting", "open": "success", "over": "stopped", "zone": "stopped"}


@permission_required("intake.view")
def index(request: HttpRequest) -> HttpResponse:
    """Every procedure, and whether residents may send it by web."""
    rows = [(row, KINDS[row.state]) for row in forms.rows()]
    address = residents.address_of(request, reverse("apply:index", args=[current_municipality().code]))
    context = {
        "rows": rows,
        "address": address,
        "no_address": residents.UNKNOWN,
        "public": value("intake.public"),
    }
    return render(request, "intake/index.html", context)


@permission_required("intake.view")
def form(request: HttpRequest, apply_code: str) -> HttpResponse:
    """One form: its state, what it asks, and, for who may, from when to when."""
    row = get_object_or_404(Procedure.objects, code=apply_code)
    current = forms.form_of(apply_code)
    asked, broken = attempt(parse_form, current.document if current else {}, row.definition)
    state = forms.state_here(row, current, timezone.localdate())
    address = residents.address_of(
        request, reverse("apply:start", args=[current_municipality().code, apply_code])
    )
    context = {
        "procedure": row,
        "current": current,
        "asked": asked,
        "broken": broken,
        "left_out": left_out(asked) if asked else [],
        "state": state,
        "state_label": forms.STATES[state],
        "state_kind": KINDS[state],
        "address": address,
        "no_address": residents.UNKNOWN,
        "picture": qr_code(address) if address else "",
        "public": value("intake.public"),
        "has_paper": reading.has_paper_form(apply_code),
        "may_edit": allowed(request.user, "intake.edit"),
    }
    return render(request, "intake/form.html", context)


@permission_required("intake.edit")
def open_form(request: HttpRequest, apply_code: str) -> HttpResponse:
    """From when to when."""
    row = get_object_or_404(Procedure.objects, code=apply_code)
    current = forms.form_of(apply_code)
    initial: dict[str, object] = {"opens_on": timezone.localdate()}
    if current:
        opens_on = current.opens_on or timezone.localdate()
        initial = {"opens_on": opens_on, "closes_on": current.closes_on, "note": current.note}
    asked = OpenForm(request.POST or None, initial=initial)

    def take() -> HttpResponse:
        operations.open_form(person_of(request), apply_code=apply_code, **asked.cleaned_data)
        messages.success(request, f"「{row.title}」のフォームを開きました。")
        return redirect("intake:form", apply_code)

    return form_page(request, asked, take, "intake/open.html", {"procedure": row})


@permission_required("intake.edit")
@require_POST
def close(request: HttpRequest, apply_code: str) -> HttpResponse:
    """Close it."""
    row = get_object_or_404(Procedure.objects, code=apply_code)
    operations.close_form(person_of(request), apply_code=apply_code)
    messages.success(request, f"「{row.title}」のフォームを閉じました。")
    return redirect("intake:form", apply_code)


@permission_required("intake.edit")
def propose(request: HttpRequest, apply_code: str) -> HttpResponse:
    """Pages as the paper form has them. GET says what that replaces."""
    row = get_object_or_404(Procedure.objects, code=apply_code)
    if request.method != "POST":
        current = forms.form_of(apply_code)
        context = {"procedure": row, "replaces": bool(current and current.document)}
        return render(request, "intake/propose.html", context)
    operations.propose_form(person_of(request), apply_code=apply_code)
    messages.success(
        request, f"「{row.title}」のフォームを、紙の様式の順と言葉で作りました。下で確かめてください。"
    )
    return redirect("intake:form", apply_code)


@permission_required("intake.edit")
def load(request: HttpRequest, apply_code: str) -> HttpResponse:
    """Pages and conditions from a file."""
    row = get_object_or_404(Procedure.objects, code=apply_code)

    def take(text: str) -> HttpResponse:
        document = values(text)
        if not isinstance(document, dict):
            raise Invalid("申請フォームのファイルは、pages: から始まるYAMLで書いてください。")
        opening.set_form(row, document, actor=person_of(request))
        messages.success(request, f"「{row.title}」のフォームのページを決めました。")
        return redirect("intake:form", apply_code)

    page = DefinitionPage(
        "申請フォーム", (("申請フォーム", "intake:index"),), f"「{row.title}」の、ページの分け方と条件です。"
    )
    current = forms.form_of(apply_code)
    if request.method == "GET" and current is not None:
        page = replace(page, text=_written(current))
    return load_definition(request, page, take)


def _written(current: WebForm) -> str:
    """The pages in use as a file that can be corrected."""
    if not current.document:
        return ""
    return str(
        yaml.safe_dump(
            current.document, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120
        )
    )
