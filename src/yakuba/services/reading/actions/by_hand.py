"""A page that no alignment could be found for, entered from its picture: every field becomes a question."""

from __future__ import annotations

from yakuba.services.reading.contracts import (
    Decision,
    Evidence,
    FieldReading,
    PageReading,
    PageStatus,
    Reason,
)
from yakuba.services.reading.models import FormDefinition


def page_by_hand(form: FormDefinition, page: int) -> PageReading:
    """The page as a person chose it, with nothing read and no field's place known."""
    procedure = form.procedure.definition
    boxes = next(entry["boxes"] for entry in form.document["pages"] if int(entry["page"]) == page)
    fields = tuple(
        FieldReading(
            field=box["field"],
            label=procedure.field(box["field"]).label,
            type=procedure.field(box["field"]).type,
            page=page,
            value="",
            raw="",
            confidence=0.0,
            decision=Decision.DOUBTFUL,
            reasons=(Reason.POOR_FIT,),
            message="",
            corners=(),
            evidence=Evidence(flags=(Reason.POOR_FIT,)),
        )
        for box in boxes
    )
    return PageReading(
        PageStatus.READ,
        "機械では読めないので、画像を見て入力します。",
        form=form.code,
        form_version=form.version,
        procedure=form.procedure.code,
        page=page,
        fields=fields,
    )
