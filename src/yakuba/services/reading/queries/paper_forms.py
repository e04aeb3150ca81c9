"""The form of a procedure as other rooms fill it in: its blank pages and where each field stands."""

from __future__ import annotations

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reading.contracts import PaperBox, PaperForm, PaperPage
from yakuba.services.reading.engine.definitions import Box
from yakuba.services.reading.engine.loading import parse_form
from yakuba.services.reading.models import FormDefinition
from yakuba.services.reading.queries.forms import forms_in_use


def row_of(procedure: str) -> FormDefinition | None:
    """The form in use of the procedure with that code; of several, the one that is called like it, else the first."""
    rows = list(forms_in_use().filter(procedure__code=procedure).select_related("procedure"))
    return next((row for row in rows if row.code == procedure), rows[0] if rows else None)


def paper_form(procedure: str) -> PaperForm | None:
    """The same for whoever fills it in. Raises DefinitionError where form and procedure no longer fit."""
    row = row_of(procedure)
    if row is None:
        return None
    stored = {page.number: page for page in row.pages.select_related("image")}
    names = {str(page["image"]): int(page["page"]) for page in row.document["pages"]}
    parsed = parse_form(
        row.document,
        row.code,
        {one.code: one.definition for one in Procedure.objects.filter(pk=row.procedure_id)},
        lambda name: content_of(stored[names[name]].image),
    )
    pages = tuple(
        PaperPage(
            page.number,
            page.image,
            stored[page.number].width,
            stored[page.number].height,
            tuple(map(_box, page.boxes)),
        )
        for page in parsed.pages
    )
    return PaperForm(row.code, row.version, row.title, pages)


def _box(box: Box) -> PaperBox:
    return PaperBox(box.field, box.kind, box.box, box.cells, box.marks, box.parts)
