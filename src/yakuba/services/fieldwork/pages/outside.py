"""Outside: the status page of whoever has number and secret. What the town says is opened with the secret and nowhere kept open;
what the reporter answers goes to the inside, and the page says that it is on its way."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse

from yakuba.kernel.exchange import sealing
from yakuba.kernel.refusals import attempt
from yakuba.services.fieldwork.actions import posting
from yakuba.services.fieldwork.contracts import LOOKED_AT, OPEN, Happened
from yakuba.services.fieldwork.engine import wording
from yakuba.services.fieldwork.models import PostedReport
from yakuba.services.fieldwork.pages.residents import (
    language_of,
    new_ticket,
    shown,
    ticket_of,
    unknown,
    was_right,
)

SALT = "yakuba.fieldwork.status.outside"


def look_up(request: HttpRequest, number: str) -> HttpResponse:
    """The report of that number and of the secret that was typed."""
    found = posting.look_up(number, request.POST.get("secret", ""))
    if found is None:
        return unknown(request, number)
    was_right(request)
    return _standing(request, *found)


def reopen(request: HttpRequest) -> HttpResponse:
    """The reporter says that it is not repaired."""
    parts = ticket_of(request, SALT)
    row = PostedReport.objects.filter(pk=parts[0]).first() if len(parts) == 2 else None
    if row is None:
        return shown(request, "status", {"number": ""}, 403)
    opening = sealing.bytes_of(parts[1])
    refused = attempt(posting.reopen, row, opening, request.POST.get("text", ""))[1]
    fresh = PostedReport.objects.get(pk=row.pk)
    return _standing(request, fresh, opening, str(refused or ""), refused.status if refused else 200)


def _standing(
    request: HttpRequest, row: PostedReport, opening: bytes, fault: str = "", status: int = 200
) -> HttpResponse:
    language = language_of(request)
    found, words = posting.standing(row, opening), wording.texts(language)
    on_its_way = row.reopenings > int(found["reopenings"])
    notes = (
        [words["on_its_way"]]
        if on_its_way
        else [wording.told(found["notice"], language)]
        if found["notice"]
        else []
    )
    if found["number"] != row.number:
        notes.append(words["new_number"].replace("{number}", found["number"]))
    context: dict[str, Any] = {
        "report": SimpleNamespace(
            number=found["number"],
            category_label=row.category_label,
            due_at=datetime.fromisoformat(found["due_at"]),
        ),
        "meaning": words.get(f"state_{found['state']}", words["state_waiting"]),
        "told": [_event(one) for one in found["told"]],
        "is_over": found["state"] not in (*OPEN, LOOKED_AT) and not on_its_way,
        "ticket": new_ticket(SALT, row.pk, sealing.text_of(opening)),
        "notes": notes,
        "fault": wording.told(fault, language),
    }
    return shown(request, "standing", context, status)


def _event(told: dict[str, Any]) -> SimpleNamespace:
    """What an inside of a later release calls in another way has no heading here; its day and its words are read."""
    return SimpleNamespace(
        at=datetime.fromisoformat(told["at"]),
        text=told["text"],
        get_kind_display=next((one.label for one in Happened if one == told["kind"]), ""),
    )
