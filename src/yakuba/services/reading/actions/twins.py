"""A sheet scanned twice, of a form whose receipt numbers the house gives: nothing on the paper tells the second scan from a
second application, so the strokes are compared and a person is asked. Nothing is put aside by a machine."""

from __future__ import annotations

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.ledger.models import Procedure
from yakuba.services.reading.contracts import PageReading, PageStatus
from yakuba.services.reading.models import FormDefinition, FormPage, Sheet
from yakuba.services.reading.queries.pictures import in_grey

BY_ORDER = "order"


def look_of(sheet: Sheet, reading: PageReading) -> bytes:
    """The vector by which a read sheet is found again; empty where a printed number tells sheets apart."""
    form = FormDefinition.objects.filter(code=reading.form, version=reading.form_version).first()
    if not _may_be_twin(form, reading) or sheet.image is None:
        return b""
    from yakuba.services.reading.engine import twins

    written = _strokes(sheet, form, reading)
    return b"" if written is None else twins.look(written)


def twin_of(sheet: Sheet, reading: PageReading) -> Sheet | None:
    """A page of a case that shows the same strokes, unless a number was given or a person has said that it is another.
    The procedure's row is locked until the transaction ends: of two scans at once the second sees the first."""
    form = sheet.form
    said = sheet.apart or sheet.typed_number or sheet.receipt_number
    if said or form is None or not sheet.look or not _may_be_twin(form, reading):
        return None
    from yakuba.services.reading.engine import twins

    Procedure.objects.select_for_update(no_key=True).get(pk=form.procedure_id)
    others = Sheet.objects.filter(form__code=form.code, page=sheet.page, case__isnull=False).exclude(
        pk=sheet.pk
    )
    looks = [(key, bytes(look)) for key, look in others.values_list("pk", "look")]
    near = twins.nearest(bytes(sheet.look), looks)
    mine = _strokes(sheet, form, reading) if near else None
    if mine is None:
        return None
    for key in near:
        other = Sheet.objects.select_related("image", "form", "file", "case").get(pk=key)
        read = other.page_reading
        theirs = _strokes(other, form, read) if read is not None else None
        if theirs is not None and twins.alike(mine, theirs) >= twins.ALIKE:
            return other
    return None


def told(twin: Sheet) -> str:
    """What the person is told."""
    number = twin.case.receipt_number if twin.case else twin.receipt_number
    return (
        f"受付番号 {number} の用紙（{twin.place_in_file}）と、書いてある位置がほとんど同じです。"
        "同じ紙を2回スキャンしたのか、別の申請かを見比べてください。"
    )


def _may_be_twin(form: FormDefinition | None, reading: PageReading) -> bool:
    by_order = form is not None and form.document.get("numbering") == BY_ORDER
    return by_order and reading.status is PageStatus.READ and len(reading.corners) == 4


def _strokes(sheet: Sheet, form: FormDefinition | None, reading: PageReading):  # type: ignore[no-untyped-def]  # numpy is not imported here
    """None where a picture is not there any more."""
    from yakuba.services.reading.engine import twins

    page = FormPage.objects.select_related("image").filter(form=form, number=reading.page).first()
    if page is None or sheet.image is None or len(reading.corners) != 4:
        return None
    return twins.strokes(in_grey(content_of(sheet.image)), reading.corners, in_grey(content_of(page.image)))
