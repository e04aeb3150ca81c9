"""The intake room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from yakuba.kernel.audit.actor import Actor
from yakuba.services.intake import operations
from yakuba.services.intake.actions import answering, drafts, opening, sending
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import Submission, WebForm


def is_empty() -> bool:
    """Whether the town has no web form yet."""
    return not WebForm.objects.exists()


def open_form(
    code: str, document: Mapping[str, Any], opens_on: date, closes_on: date | None, note: str, *, actor: Actor
) -> None:
    """Open a procedure's web form for residents. Raises Missing, Invalid and DefinitionError."""
    procedure = operations.procedure(code)
    opening.set_form(procedure, document, actor=actor)
    opening.open_form(procedure, opens_on, closes_on, note, actor=actor)


def apply(code: str, answers: Mapping[str, str]) -> tuple[str, str]:
    """Send an application as a resident would, field code → what is typed: receipt number and secret. Raises NotSent."""
    form = WebForm.objects.select_related("procedure").get(procedure__code=code)
    asked = parse_form(form.document, form.procedure.definition).questions
    opened = drafts.begin(form)
    drafts.keep(opened.draft, {code: text for code, text in answers.items() if code in asked})
    submission = sending.send(opened.draft, opened.key)
    return submission.number, sending.secret_of(opened.key)


def ask_correction(number: str, sentence: str, *, actor: Actor) -> None:
    """Ask the applicant of that receipt number back."""
    case = Submission.objects.select_related("case__procedure").get(number=number).case
    answering.ask_correction(case, sentence, actor=actor)
