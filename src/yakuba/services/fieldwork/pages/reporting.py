"""The page on which residents report: one form of three parts, which the page's program shows one at a time and keeps on the
phone while there is no network; without JavaScript it is one form that is sent."""

from __future__ import annotations

import secrets
from types import ModuleType
from typing import Any, BinaryIO, cast

from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from yakuba.kernel.outbound.part import is_outside
from yakuba.kernel.refusals import Invalid, Refused
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.values.calendar import written
from yakuba.services.fieldwork.actions import photos, posting, reporting
from yakuba.services.fieldwork.actions.reporting import Taken
from yakuba.services.fieldwork.contracts import NewReport
from yakuba.services.fieldwork.engine import wording
from yakuba.services.fieldwork.engine.nearby import Point, is_no_place
from yakuba.services.fieldwork.engine.rules import ReportRules
from yakuba.services.fieldwork.models import ReportPhoto
from yakuba.services.fieldwork.pages.residents import (
    language_of,
    may_send,
    not_taken,
    resident_page,
    shown,
    too_often,
    wants_json,
)
from yakuba.services.fieldwork.queries import reports

SALT = "yakuba.fieldwork.alike"
PASS_SECONDS = 24 * 3600
FIELDS = ("category", "description", "place", "landmark", "latitude", "longitude", "name", "contact")


@resident_page
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The form, with a new key."""
    return _form(request, reporting.require_rules(), secrets.token_urlsafe(24), {}, ())


@csrf_exempt
@resident_page
@require_POST
def send(request: HttpRequest) -> HttpResponse:
    """Take the report in. Nothing here depends on a cookie, so nothing of another page's doing is done in anybody's name."""
    if not may_send(request):
        return too_often(request)
    known = reporting.require_rules()
    key = request.POST.get("key", "")
    typed = {name: request.POST.get(name, "") for name in FIELDS}
    door = _door()
    before = door.taken_before(key) if key else None
    if before is not None:
        # The program makes a key for each report; a form that somebody went back to still has the one before.
        if wants_json(request) or not door.says_something_else(before, _read(typed, None)):
            return _received(request, before)
        key = reporting.key_of_another(key, _read(typed, None))
        if (before := door.taken_before(key)) is not None:
            return _received(request, before)
    try:
        given = _read(typed, _photographs(request, key))
        if (
            given.latitude is not None
            and given.longitude is not None
            and known.holds(given.latitude, given.longitude)
        ):
            typed |= {
                "latitude": str(given.latitude),
                "longitude": str(given.longitude),
            }  # the camera is asked once
        kept = ReportPhoto.objects.filter(key=reporting.hashed_key(key)).exists()
        at = reporting.checked(reporting.cleaned(given), known, has_photo=kept)
        category = known.category(given.category)
        found = reports.near(at, category) if at and category and "sure" not in request.POST else []
        if found:
            return _asks(request, found, key, typed)
        return _received(request, door.take(given, key, language=language_of(request)))
    except Refused as refusal:
        return _refused(request, known, key, typed, refusal)


@csrf_exempt
@resident_page
@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """The report that is there already is the same: the reporter is counted with it, and what they typed is not kept."""
    if not may_send(request):
        return too_often(request)
    try:
        town, number = signing.loads(request.POST.get("report", ""), salt=SALT, max_age=PASS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        raise Invalid("開いてから時間がたちました。もう一度送ってください。") from None
    if town != current_municipality().code:
        raise Invalid("開いてから時間がたちました。もう一度送ってください。")
    _door().join(str(number), request.POST.get("key", ""))
    if wants_json(request):
        return JsonResponse({"state": "joined"})
    return shown(request, "joined", {})


@resident_page
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: it keeps this page and its files on the phone, and nothing else."""
    files = [
        static(name)
        for name in ("fieldwork/report.js", "fieldwork/report.css", "ui/yakuba.js", "ui/yakuba.css")
    ]
    context = {
        "page": reverse("report:index", args=[current_municipality().code]),
        "files": files,
        "languages": list(wording.LANGUAGES),
    }
    answer = shown(request, "worker", context)
    answer["Content-Type"] = "text/javascript; charset=utf-8"
    return answer


@resident_page
@require_safe
def app(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the page on its home screen, where iOS keeps what waits to be sent."""
    town = current_municipality()
    where = reverse("report:index", args=[town.code])
    content = {
        "name": f"{town.name} {wording.texts('ja')['title']}",
        "short_name": "通報",
        "start_url": where,
        "scope": where,
        "display": "standalone",
        "lang": "ja",
        "background_color": "#ffffff",
        "theme_color": "#0017c1",
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _door() -> ModuleType:
    """Where reports are taken: here, or, in the residents' part, for the inside."""
    return posting if is_outside() else reporting


def _form(
    request: HttpRequest,
    known: ReportRules,
    key: str,
    typed: dict[str, str],
    faults: tuple[str, ...],
    status: int = 200,
) -> HttpResponse:
    language, town = language_of(request), current_municipality()
    at = known.town.at
    context: dict[str, Any] = {
        "key": key,
        "typed": typed,
        "faults": faults,
        "categories": [(one.code, one.name(language)) for one in known.categories],
        "landmarks": [one.name for one in (*known.landmarks, *known.districts)],
        "photos": ReportPhoto.objects.filter(key=reporting.hashed_key(key), report=None).count()
        if typed
        else 0,
        "program": {
            "words": wording.texts(language),
            "language": language,
            "send": reverse("report:send", args=[town.code]),
            "join": reverse("report:join", args=[town.code]),
            "status": reverse("report:status", args=[town.code]),
            "worker": reverse("report:worker", args=[town.code]),
            "scope": reverse("report:index", args=[town.code]),
            "leaflet": static("js_lib_leaflet/leaflet.js").removesuffix(".js"),
            "center": [at.latitude, at.longitude],
            "radius": known.town.radius,
            "points": [
                [one.name, one.at.latitude, one.at.longitude] for one in (*known.landmarks, *known.districts)
            ],
            "mostPhotos": photos.MOST,
        },
    }
    return shown(request, "index", context, status)


def _photographs(request: HttpRequest, key: str) -> Point | None:
    """Keeps the photographs that came along; where the first that knows says it was. One that is none stops the report: its
    sender is told, and chooses another."""
    at = None
    if not 16 <= len(key) <= reporting.LONGEST_KEY:
        return None
    for file in request.FILES.getlist("photo")[: photos.MOST]:
        if file.size:
            _, found = photos.add(reporting.hashed_key(key), cast(BinaryIO, file), file.size)
            at = at or found
    return at


def _read(typed: dict[str, str], photographed: Point | None) -> NewReport:
    """What was typed. A place that the camera says counts where nothing else says one. Raises Invalid."""
    latitude, longitude = _degrees(typed["latitude"]), _degrees(typed["longitude"])
    place = " ".join(one for one in (typed["landmark"].strip(), typed["place"].strip()) if one)
    if (
        latitude is None
        and longitude is None
        and not place
        and photographed
        and not is_no_place(photographed)
    ):
        latitude, longitude = photographed.latitude, photographed.longitude
    return NewReport(
        typed["category"].strip()[:30],
        typed["description"],
        place,
        latitude,
        longitude,
        typed["name"],
        typed["contact"],
    )


def _degrees(text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        return 0.0  # is refused as no place


def _refused(
    request: HttpRequest, known: ReportRules, key: str, typed: dict[str, str], refusal: Refused
) -> HttpResponse:
    language = language_of(request)
    sentences = [one.reason for one in refusal.problems] or [str(refusal)]
    told = tuple(wording.told(one, language) for one in sentences)
    if wants_json(request):
        return not_taken(told, refusal.status, again=refusal.again)
    return _form(request, known, key, typed, told, refusal.status)


def _asks(request: HttpRequest, found: list[Any], key: str, typed: dict[str, str]) -> HttpResponse:
    """Reports that may be the same, as everybody may read them: of one that nobody released, only kind, day and distance."""
    town = current_municipality().code
    listed = [
        {
            "report": signing.dumps([town, row.number], salt=SALT),
            "category": row.category_label,
            "day": written(timezone.localdate(row.received_at)),
            "metres": round(one.metres),
            "text": row.public_text if row.released_at else "",
        }
        for row, one in found
    ]
    if wants_json(request):
        return JsonResponse({"state": "alike", "alike": listed}, status=409)
    return shown(request, "alike", {"alike": listed, "key": key, "typed": typed}, 409)


def _received(request: HttpRequest, taken: Taken) -> HttpResponse:
    report = taken.report
    secret = codes.shown(taken.secret)
    until = written(timezone.localdate(report.due_at))
    if wants_json(request):
        return JsonResponse({"state": "received", "number": report.number, "secret": secret, "until": until})
    return shown(request, "done", {"report": report, "secret": secret, "until": until})
