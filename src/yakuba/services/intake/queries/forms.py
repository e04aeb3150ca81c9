"""The web forms of a town."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from yakuba.kernel.ledger.models import Procedure
from yakuba.services.intake.models import WebForm


@dataclass(frozen=True)
class Row:
    """A procedure with its web form, which it may lack."""

    procedure: Procedure
    form: WebForm | None
    state: str


def state_of(form: WebForm | None, today: date) -> str:
    """closed, waiting (until a day), open or over."""
    if form is None or form.opens_on is None:
        return "closed"
    if today < form.opens_on:
        return "waiting"
    return "over" if form.closes_on and form.closes_on < today else "open"


def rows() -> list[Row]:
    """Every procedure by title."""
    today = timezone.localdate()
    forms = {form.procedure_id: form for form in WebForm.objects.all()}
    return [
        Row(procedure, forms.get(procedure.pk), state_of(forms.get(procedure.pk), today))
        for procedure in Procedure.objects.order_by("title")
    ]
