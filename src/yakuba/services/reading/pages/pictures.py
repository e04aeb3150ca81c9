"""Pictures, for who may see the readings. They are personal: nobody keeps them (`config.middleware.KeptByNobody`)."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from yakuba.kernel.accounts import permission_required, proof, require
from yakuba.kernel.ledger.masking import REVEAL
from yakuba.kernel.ledger.models import CaseValue
from yakuba.kernel.ledger.sight import KIND, sight
from yakuba.kernel.protection.policy import require_open
from yakuba.services.reading.models import FormPage, Sheet
from yakuba.services.reading.queries import pictures


@permission_required("reading.view")
def field_picture(request: HttpRequest, case_id: int, field: str) -> HttpResponse:
    """PNG of one field of a case, cut out upright."""
    rows = CaseValue.objects.select_related("case__procedure")
    value = get_object_or_404(rows, case=case_id, field=field)
    item = value.case.procedure.definition.by_code.get(field)
    if item is not None and item.kind.masked:
        require(request.user, REVEAL)
        proof.require(request.user)
    if sight(request.user, value.case).hides(item):
        require_open(request.user, KIND, case_id)
    return _answer(pictures.field_picture(value, request.user), "image/png")


@permission_required("reading.view")
def sheet_picture(request: HttpRequest, sheet_id: int) -> HttpResponse:
    """PNG of a whole sheet, upright; `?field=` frames one field."""
    sheet = get_object_or_404(Sheet.objects.select_related("image"), pk=sheet_id)
    return _answer(
        pictures.page_picture(sheet, request.user, request.GET.get("field", "")),
        "image/png",
    )


@permission_required("reading.view")
def form_picture(request: HttpRequest, page_id: int) -> HttpResponse:
    """The blank page of a form."""
    page = get_object_or_404(FormPage.objects.select_related("image"), pk=page_id)
    return _answer(*pictures.stored_picture(page.image))


def _answer(content: bytes | None, media_type: str) -> HttpResponse:
    if content is None:
        raise Http404("画像がありません")
    answer = HttpResponse(content, content_type=media_type)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
