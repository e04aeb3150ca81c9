"""What everybody may read: released reports as a map, a list and GeoJSON; and where one's own report stands."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yakuba.kernel.files.storage import content_of
from yakuba.kernel.maps import Mapped, Shape, value_map
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import attempt
from yakuba.kernel.values.characters import narrow
from yakuba.services.fieldwork.actions import handling, reporting
from yakuba.services.fieldwork.contracts import OPEN
from yakuba.services.fieldwork.engine import wording
from yakuba.services.fieldwork.models import Report
from yakuba.services.fieldwork.pages import outside
from yakuba.services.fieldwork.pages.residents import (
    language_of,
    may_send,
    may_try,
    new_ticket,
    resident_page,
    shown,
    ticket_of,
    too_often,
    unknown,
    was_right,
)
from yakuba.services.fieldwork.queries import published

SALT = "yakuba.fieldwork.status"


@csrf_exempt
@resident_page
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    """Asks for both numbers, and shows where the report stands. A number that is not there and a secret that is wrong look alike
    and take alike."""
    typed = narrow(request.POST.get("number") or request.GET.get("number") or "")[:20]
    number = "".join(one for one in typed if one.isascii() and one.isdecimal())[:10]
    if request.method != "POST":
        return shown(request, "status", {"number": number})
    if not may_try(request):
        return too_often(request)
    if is_outside():
        return outside.look_up(request, number)
    report = reporting.look_up(number, request.POST.get("secret", ""))
    if report is None:
        return unknown(request, number)
    was_right(request)
    return _standing(request, report)


@csrf_exempt
@resident_page
@require_POST
def reopen(request: HttpRequest) -> HttpResponse:
    """The reporter says that it is not repaired."""
    if not may_send(request):
        return too_often(request)
    if is_outside():
        return outside.reopen(request)
    parts = ticket_of(request, SALT)
    report = Report.objects.filter(pk=parts[0]).first() if parts else None
    if report is None:
        return shown(request, "status", {"number": ""}, 403)
    refused = attempt(handling.reopen, report.pk, request.POST.get("text", ""), by_reporter=True)[1]
    fresh = Report.objects.select_related("section").get(pk=report.pk)
    return _standing(request, fresh, str(refused or ""), refused.status if refused else 200)


def _standing(request: HttpRequest, report: Report, fault: str = "", status: int = 200) -> HttpResponse:
    context = {
        "report": report,
        "meaning": wording.texts(language_of(request))[f"state_{report.state}"],
        "told": report.events.filter(told=True).order_by("pk"),  # type: ignore[attr-defined]
        "is_over": report.state not in OPEN,
        "ticket": new_ticket(SALT, report.pk),
        "fault": wording.told(fault, language_of(request)),
    }
    return shown(request, "standing", context, status)


@resident_page
@require_safe
def public_map(request: HttpRequest) -> HttpResponse:
    """Released reports."""
    rows = published.for_everybody(published.SHOWN)
    placed = [
        Mapped(
            f"{row.number} {row.category_label}",
            published.days(row),
            Shape(points=(at,)),
            row.public_text[:60],
        )
        for row in rows
        if (at := published.rounded(row)) is not None
    ]
    drawn = (
        value_map(
            placed,
            title="公開している通報（届いてから、対応が終わるか今日までの日数）",
            unit="日",
            sources=(),
        )
        if placed
        else None
    )
    listed = [(row, published.photos_of(row)) for row in rows]
    return shown(request, "map", {"map": drawn, "rows": listed, "shown": published.SHOWN})


@resident_page
@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The same for programs."""
    return HttpResponse(published.places(published.for_everybody(5_000)), content_type="application/geo+json")


@resident_page
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photograph that a person released."""
    row = published.photo(photo_id)
    if row is None:
        raise Http404
    return HttpResponse(content_of(row.file), content_type="image/jpeg")
