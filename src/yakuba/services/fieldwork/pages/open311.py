"""GeoReport v2 at `/open311/<town code>/v2/`: services, requests, tokens. Whoever has no key reads what everybody may read."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.views.decorators.csrf import csrf_exempt

from yakuba.kernel.accounts.models import User
from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import Refused
from yakuba.kernel.residents import for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.fieldwork.actions import reporting
from yakuba.services.fieldwork.contracts import OPEN, NewReport, Source
from yakuba.services.fieldwork.engine import georeport
from yakuba.services.fieldwork.engine.georeport import FORMATS, GeoReportError
from yakuba.services.fieldwork.models import Report
from yakuba.services.fieldwork.pages.residents import may_press, may_send
from yakuba.services.fieldwork.queries import published
from yakuba.services.fieldwork.queries.callers import caller

MOST = 1_000  # requests in an answer
LONGEST_URL = 400
Answer = tuple[int, bytes]


def interface(*methods: str) -> Callable[[Callable[..., Answer]], Callable[..., HttpResponse]]:
    """An address of the interface: its form, its errors, its limits. No cookie counts here, only a key."""

    def door(view: Callable[..., Answer]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def told(request: HttpRequest, form: str, **arguments: Any) -> HttpResponse:
            kind = form if form in FORMATS else "xml"
            try:
                status, content = _asked(view, request, methods, form, arguments)
            except GeoReportError as error:
                status, content = error.status, georeport.error(error.status, error.description, kind)
            except Refused as refusal:
                sentences = [one.reason for one in refusal.problems] or [str(refusal)]
                rows = [{"code": 400, "description": one} for one in sentences]
                status, content = 400, georeport.written("errors", "error", rows, kind)
            return HttpResponse(content, status=status, content_type=FORMATS[kind])

        opened: Callable[..., HttpResponse] = csrf_exempt(
            for_residents("fieldwork", "fieldwork.public")(told)
        )
        return opened

    return door


def _asked(
    view: Callable[..., Answer],
    request: HttpRequest,
    methods: tuple[str, ...],
    form: str,
    arguments: dict[str, Any],
) -> Answer:
    if form not in FORMATS:
        raise GeoReportError(404, "The formats are xml and json.")
    if request.method not in methods:
        raise GeoReportError(400, f"This address takes {', '.join(methods)}.")
    if is_outside():
        raise GeoReportError(404, "There is no interface here.")
    if not may_press(request):
        raise GeoReportError(403, "Too many requests. Please wait a minute.")
    jurisdiction = request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id") or ""
    if jurisdiction and jurisdiction != current_municipality().code:
        raise GeoReportError(404, "jurisdiction_id was not found.")
    return view(request, form, **arguments)


@interface("GET", "HEAD")
def discovery(request: HttpRequest, form: str) -> Answer:
    """Where the interface is."""
    town = current_municipality()
    where = request.build_absolute_uri(reverse("open311:discovery", args=[town.code, form])).rsplit("/", 1)[0]
    found = {
        "changeset": timezone.localtime().isoformat(timespec="seconds"),
        "contact": town.name,
        "key_service": town.name,
        "endpoints": [
            {
                "specification": "http://wiki.open311.org/GeoReport_v2",
                "url": where,
                "changeset": timezone.localtime().isoformat(timespec="seconds"),
                "type": "production",
            }
        ],
    }
    return 200, georeport.written_one("discovery", found, form)


@interface("GET", "HEAD")
def services(request: HttpRequest, form: str) -> Answer:
    """What may be reported: the categories of the town's rules."""
    rows = [
        {
            "service_code": one.code,
            "service_name": one.label,
            "description": one.name("en"),
            "metadata": False,
            "type": "realtime",
            "keywords": "",
            "group": "",
        }
        for one in reporting.require_rules().categories
    ]
    return 200, georeport.written("services", "service", rows, form)


@interface("GET", "HEAD")
def service(request: HttpRequest, form: str, service_code: str) -> Answer:
    """The attributes of a service: it has none."""
    if reporting.require_rules().category(service_code) is None:
        raise GeoReportError(404, "service_code was not found.")
    found = {"service_code": service_code, "attributes": []}
    return 200, georeport.written_one("service_definition", found, form)


@interface("GET", "HEAD", "POST")
def requests(request: HttpRequest, form: str) -> Answer:
    """Reports, or a new one."""
    if request.method == "POST":
        return _new(request, form)
    search = georeport.read_search(request.GET.dict(), timezone.now())
    rows = _visible(_caller(request))
    if search.ids:
        rows = rows.filter(number__in=search.ids)
    else:
        rows = rows.filter(received_at__range=(search.start, search.end))
        if search.services:
            rows = rows.filter(category__in=search.services)
        if len(search.statuses) == 1:
            rows = (
                rows.filter(state__in=OPEN) if search.statuses[0] == "open" else rows.exclude(state__in=OPEN)
            )
    listed = [_facts(request, row) for row in rows.prefetch_related("photos")[:MOST]]
    return 200, georeport.written("service_requests", "request", listed, form)


@interface("GET", "HEAD")
def one_request(request: HttpRequest, form: str, request_number: str) -> Answer:
    """One report, in a list."""
    row = _visible(_caller(request)).filter(number=request_number).first()
    if row is None:
        raise GeoReportError(404, "service_request_id was not found.")
    return 200, georeport.written("service_requests", "request", [_facts(request, row)], form)


@interface("GET", "HEAD")
def token(request: HttpRequest, form: str, request_number: str) -> Answer:
    """The id of a request by its token: the number is given at once, and is its own token."""
    if not Report.objects.filter(number=request_number, source=Source.API).exists():
        raise GeoReportError(404, "token was not found.")
    row = {"service_request_id": request_number, "token": request_number}
    return 200, georeport.written("service_requests", "request", [row], form)


def _new(request: HttpRequest, form: str) -> Answer:
    who = _caller(request)
    if who is None:
        raise GeoReportError(403, "api_key is missing or has no right to send reports here.")
    if not may_send(request):
        raise GeoReportError(403, "Too many requests. Please wait a minute.")
    given = request.POST
    code = given.get("service_code", "").strip()
    if not code:
        raise GeoReportError(400, "service_code was not provided.")
    if reporting.require_rules().category(code) is None:
        raise GeoReportError(404, "service_code was not found.")
    place = given.get("address_string", "").strip() or given.get("address_id", "").strip()
    new = NewReport(
        code,
        _description(request),
        place,
        _degrees(given.get("lat", ""), "lat"),
        _degrees(given.get("long", ""), "long"),
        f"{given.get('last_name', '').strip()} {given.get('first_name', '').strip()}".strip(),
        given.get("phone", "").strip() or given.get("email", "").strip(),
    )
    key = _key(request, who)
    taken = reporting.take(new, key, source=Source.API, actor=who)
    row = {
        "service_request_id": taken.report.number,
        "service_notice": "",
        "account_id": given.get("account_id", ""),
    }
    return 201, georeport.written("service_requests", "request", [row], form)


def _key(request: HttpRequest, who: User) -> str:
    """A program that sends again with the same `Idempotency-Key` gets the same answer; the standard has none of its own."""
    given = request.headers.get("Idempotency-Key", "").strip()
    if not given:
        return secrets.token_urlsafe(24)
    # Whole and under the installation's key: two senders' words never meet, and nobody outside can say what comes of one.
    return salted_hmac("yakuba.fieldwork.api", f"{who.pk}:{given}", algorithm="sha256").hexdigest()


def _description(request: HttpRequest) -> str:
    """The words, with attributes and the address of a picture behind them: nothing that was sent is lost, and nothing is
    fetched from there."""
    given = dict(request.POST.lists())
    lines = [request.POST.get("description", "").strip()]
    lines += [f"{code}：{text}" for code, text in georeport.attributes_of(given)]
    picture = request.POST.get("media_url", "").strip()
    if picture:
        if not picture.startswith(("http://", "https://")) or len(picture) > LONGEST_URL:
            raise GeoReportError(400, "media_url: an http(s) address of at most 400 characters.")
        lines.append(f"写真のアドレス：{picture}")
    return "\n".join(one for one in lines if one)


def _degrees(text: str, name: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        raise GeoReportError(400, f"{name}: degrees of WGS84 as a number.") from None


def _caller(request: HttpRequest) -> User | None:
    bearer = request.headers.get("Authorization", "")
    given = bearer[7:].strip() if bearer[:7].lower() == "bearer " else ""
    given = given or request.POST.get("api_key") or request.GET.get("api_key") or ""
    if not given:
        return None
    who = caller(given)
    if who is None:
        raise GeoReportError(403, "api_key is not known here.")
    return who


def _visible(who: User | None) -> Any:
    rows = published.released()
    return rows if who is None else Report.objects.select_related("section").order_by("-received_at")


def _facts(request: HttpRequest, row: Report) -> dict[str, Any]:
    """As the standard names it. The words are those that a person released; of others there are none."""
    is_released = row.released_at is not None
    at = published.rounded(row) if is_released else None
    shown = [one for one in row.photos.all() if one.released]  # type: ignore[attr-defined]
    town = current_municipality().code
    picture = reverse("report:photo", args=[town, shown[0].pk]) if is_released and shown else ""
    return {
        "service_request_id": row.number,
        "status": "open" if row.state in OPEN else "closed",
        "status_notes": row.get_state_display(),
        "service_name": row.category_label,
        "service_code": row.category,
        "description": row.public_text if is_released else "",
        "agency_responsible": row.section.name,
        "service_notice": "",
        "requested_datetime": timezone.localtime(row.received_at).isoformat(timespec="seconds"),
        "updated_datetime": timezone.localtime(row.changed_at).isoformat(timespec="seconds"),
        "expected_datetime": timezone.localtime(row.due_at).isoformat(timespec="seconds"),
        "address": "",
        "address_id": "",
        "zipcode": "",
        "lat": at[1] if at else None,
        "long": at[0] if at else None,
        "media_url": request.build_absolute_uri(picture) if picture else "",
    }
