"""Who asks, for residents: as what first, then only what that role needs, with what to bring or to send. No number of any document
is asked."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from yakuba.kernel.refusals import attempt
from yakuba.services.intake.actions import acting, drafts
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Asked, Door, Role, Rules
from yakuba.services.intake.engine.acting.standing import wanted
from yakuba.services.intake.engine.answering import check_all
from yakuba.services.intake.forms.acting import LABELS, PartForm, PersonForm
from yakuba.services.intake.pages.residents import shown
from yakuba.services.intake.pages.writing import CHECK, Writing, with_draft
from yakuba.services.intake.queries import rules as queries


@with_draft
@require_http_methods(["GET", "HEAD", "POST"])
def who(request: HttpRequest, writing: Writing) -> HttpResponse:
    """As what: the person, or somebody else for that person."""
    found = queries.acting(writing.code)
    if found is None:
        return redirect(writing.after(0))
    rules, typed = found[0], drafts.answers(writing.draft)
    before = {"part": typed.get(answers.PART, "")}
    form = PartForm(rules, Door.WEB, request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        drafts.keep(writing.draft, {answers.PART: form.cleaned_data["part"]})
        role = rules.role(form.cleaned_data["part"])
        if role and (role.asked or wanted(rules, role, Door.WEB)):
            return redirect(_url(writing, "who-person", request))
        return redirect(_onward(writing, request))
    context = _frame(writing) | {"form": form}
    return shown(request, "who", context, 422 if form.errors else 200)


@with_draft
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, writing: Writing) -> HttpResponse:
    """What the role asks of who acts, and what is to be brought."""
    found = queries.acting(writing.code)
    role = _role(found[0], writing) if found else None
    if found is None or role is None:
        return redirect(writing.url("who"))
    typed = drafts.answers(writing.draft)
    before = {key: typed.get(f"{answers.PREFIX}{key}", "") for key in answers.KEYS.values()}
    form = PersonForm(role, request.POST if request.method == "POST" else None, initial=before)
    if form.is_valid():
        drafts.keep(
            writing.draft, {f"{answers.PREFIX}{key}": text for key, text in form.cleaned_data.items()}
        )
        _, refused = attempt(
            acting.of_draft, writing.draft.form, drafts.answers(writing.draft), Door.WEB, writing.form
        )
        if refused is None:
            return redirect(_onward(writing, request))
        form.add_error(None, str(refused))
    context = _frame(writing) | {
        "form": form,
        "role": LABELS[role.part],
        "note": role.note,
        "wanted": wanted(found[0], role, Door.WEB),
        "other": role.part.is_other,
        "back": writing.url("who"),
    }
    return shown(request, "who_person", context, 422 if form.errors else 200)


def can_begin(code: str) -> bool:
    """Whether anybody may ask by web."""
    found = queries.acting(code)
    return found is None or bool(found[0].at(Door.WEB))


def section(writing: Writing) -> list[dict[str, Any]]:
    """What was said of who asks, as the check page lists it, with what is wrong."""
    found = queries.acting(writing.code)
    if found is None:
        return []
    typed = {**drafts.answers(writing.draft), **check_all(writing.form, writing.answers).values}
    role = _role(found[0], writing)
    lines = [_line("だれの申請か", LABELS[role.part] if role else "", writing.url("who"))]
    said = answers.said(typed)
    for one in role.asked if role else ():
        lines.append(_line(_label(one), said[one], writing.url("who-person")))
    if fault := fault_of(writing, typed):
        lines[0]["fault"] = fault
    return [{"title": "申請する人", "lines": lines}]


def to_bring(code: str, part: str) -> list[str]:
    """What whoever asks has still to bring or send."""
    found = queries.acting(code)
    role = found[0].role(part) if found else None
    return wanted(found[0], role, Door.WEB) if found and role else []


def fault_of(writing: Writing, typed: dict[str, str]) -> str:
    """Why it cannot be sent so; empty where it can."""
    _, refused = attempt(acting.of_draft, writing.draft.form, typed, Door.WEB, writing.form)
    return str(refused or "")


def _role(rules: Rules, writing: Writing) -> Role | None:
    part = answers.part_of(drafts.answers(writing.draft))
    role = rules.role(part.value) if part else None
    return role if role and Door.WEB in role.doors else None


def _label(one: Asked) -> str:
    return f"申請する人の{one.value}"


def _line(label: str, value: str, change: str) -> dict[str, Any]:
    return {"code": "who", "label": label, "value": value, "fault": "", "change": f"{change}?check=1"}


def _frame(writing: Writing) -> dict[str, Any]:
    return {"web_form": writing.draft.form, "forget": writing.url("forget"), "saved_until": None}


def _url(writing: Writing, name: str, request: HttpRequest) -> str:
    return writing.url(name) + ("?check=1" if "check" in request.GET else "")


def _onward(writing: Writing, request: HttpRequest) -> str:
    return writing.url(CHECK) if "check" in request.GET else writing.after(0)
