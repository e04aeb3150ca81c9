"""What whoever waits sees: the display, the machine that gives tickets, and a ticket's own page. Numbers and windows, nobody's name."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

import zxingcpp
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from yakuba.kernel.accounts import permission_required
from yakuba.kernel.addresses import place_of
from yakuba.kernel.refusals import Refused
from yakuba.kernel.residents import Limit, for_residents
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.queue import actions, queries
from yakuba.services.queue.models import Category, Ticket

ISSUED = Limit(at_once=30, in_a_minute=20)  # tickets of one machine
LOOKS, LOOKS_OF_TOWN = Limit(at_once=240, in_a_minute=240), Limit(at_once=3_000, in_a_minute=6_000)
BACK_AFTER = 15  # seconds, then a machine begins anew
clock = time.monotonic
View = Callable[..., HttpResponse]


def waiting_page(view: View) -> View:
    """A page of the town for whoever waits; what is refused is told on a page of the same kind."""

    @wraps(view)
    def told(request: HttpRequest, **arguments: Any) -> HttpResponse:
        town = current_municipality().code
        sender = f"{town} {place_of(request.META.get('REMOTE_ADDR', ''))}"
        if not LOOKS.take(sender, clock()) or not LOOKS_OF_TOWN.take(town, clock()):
            return _stopped(request, "少し待ってください。込み合っています。", 429)
        try:
            return view(request, **arguments)
        except Refused as refusal:
            return _stopped(request, str(refusal), refusal.status)

    return for_residents("queue", "queue.public")(told)


@waiting_page
@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """For a large screen: what is called now and where, the latest on top, and how many wait."""
    rows = queries.called()
    latest = rows[0] if rows else None
    context = {"rows": rows, "latest": latest, "lines": queries.lines(), "now": timezone.now()}
    return _shown(request, "display", context)


@waiting_page
@require_http_methods(["GET", "HEAD", "POST"])
def machine(request: HttpRequest, machine_key: str) -> HttpResponse:
    """The machine that gives tickets: one button for each category."""
    row = actions.machine(machine_key)
    if row is None:
        raise Http404
    town = current_municipality().code
    if request.method == "POST":
        if not ISSUED.take(f"{town} {row.pk}", clock()):
            return _stopped(request, "続けてたくさん押されました。少し待ってください。", 429)
        key = request.POST.get("once", "")
        actions.issue(request.POST.get("letter", "")[:2], key)
        return redirect(f"{reverse('tickets:ticket', args=[town, key])}?machine={machine_key}")
    return _shown(request, "machine", {"lines": queries.lines(), "once": secrets.token_urlsafe(18)})


@waiting_page
@require_safe
def ticket(request: HttpRequest, ticket_key: str) -> HttpResponse:
    """A ticket on its owner's phone, or, at the machine, to be photographed or printed."""
    row = actions.of_key(ticket_key)
    if row is None:
        raise Http404
    given = request.GET.get("machine", "")
    back = (
        reverse("tickets:machine", args=[current_municipality().code, given])
        if given and actions.machine(given)
        else ""
    )
    context = ticket_context(request, row, ticket_key) | {"back": back, "seconds": BACK_AFTER}
    return _shown(request, "ticket", context)


@permission_required("queue.call")
@require_safe
def staff_ticket(request: HttpRequest, ticket_id: int, ticket_key: str) -> HttpResponse:
    """A ticket that a clerk has given, to be printed."""
    row = actions.of_key(ticket_key)
    if row is None or row.pk != ticket_id:
        raise Http404
    return render(request, "queue/ticket.html", ticket_context(request, row, ticket_key))


def ticket_context(request: HttpRequest, row: Ticket, key: str) -> dict[str, Any]:
    """What a ticket's page says."""
    waits = row.state == Ticket.State.WAITING and row.day == timezone.localdate()
    where = request.build_absolute_uri(reverse("tickets:ticket", args=[current_municipality().code, key]))
    return {
        "ticket": row,
        "waits": waits,
        "called": row.state == Ticket.State.CALLED and row.day == timezone.localdate(),
        "ahead": queries.ahead_of(row) if waits else 0,
        "forecast": queries.forecast_of(row) if waits else None,
        "now": timezone.now(),
        "where": where,
        "picture": _qr_code(where),
    }


def _qr_code(text: str) -> str:
    svg = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg()
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _stopped(request: HttpRequest, text: str, status: int) -> HttpResponse:
    """Why not now, and by itself back to the page: nobody sits at a machine in the hall or at a display."""
    return _shown(request, "stop", {"text": text, "back": request.path, "seconds": BACK_AFTER}, status)


def _shown(request: HttpRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {"town": current_municipality(), "open": Category.objects.filter(open=True).exists(), **context}
    answer = render(request, f"queue/public/{template}.html", context, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer
