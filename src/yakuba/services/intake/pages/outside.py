"""Outside: the status page for whoever has number and secret. What the office says is opened with the secret and nowhere
kept open; what the applicant answers goes to the inside, and the page says that it is on its way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse

from yakuba.kernel.exchange import applicants, sealing
from yakuba.kernel.refusals import attempt
from yakuba.kernel.residents import codes
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.intake.actions import posting
from yakuba.services.intake.models import Posted
from yakuba.services.intake.pages.residents import may_press, shown

SALT = "yakuba.intake.status.outside"
PASS_SECONDS = 30 * 60
ON_ITS_WAY = "返事は届いています。職員が確かめると、ここの状況が変わります。"
TAKING_BACK = "取下げを受け取りました。役場で確かめると、ここの状況が変わります。"
Meaning = dict[str, str]


class Opened:
    """An application that its applicant has opened. opening: the key that follows from the secret."""

    def __init__(self, row: Posted, opening: bytes) -> None:
        self.row, self.opening = row, opening

    @property
    def ticket(self) -> str:
        """What the page carries so that the secret need not be typed again. It opens this one application of this town."""
        parts = [current_municipality().code, self.row.pk, sealing.text_of(self.opening)]
        return signing.dumps(parts, salt=SALT)


def look_up(number: str, secret: str) -> Opened | None:
    """The application of both; one that is not there takes as long as a secret that is wrong."""
    given = codes.read(secret)
    row = posting.look_up(number, codes.hashed(number, given))
    opening = applicants.opening_key(row.key if row else codes.NOBODY[:32], given)
    return Opened(row, opening) if row else None


def passed(request: HttpRequest) -> Opened | None:
    """The application that the page's ticket opens, while it does."""
    if not may_press(request):
        return None
    try:
        parts = signing.loads(request.POST.get("ticket", ""), salt=SALT, max_age=PASS_SECONDS)
        town, number, opening = parts[0], int(parts[1]), sealing.bytes_of(parts[2])
    except (signing.BadSignature, ValueError, TypeError, IndexError, KeyError):
        return None
    row = Posted.objects.filter(pk=number).first() if town == current_municipality().code else None
    return Opened(row, opening) if row else None


def reply(request: HttpRequest, one: Opened, meaning: Meaning) -> HttpResponse:
    """The applicant's answer to what the office asked."""
    text = request.POST.get("answer", "")
    return _after(
        request, one, lambda: posting.answer(one.row, one.opening, text), "返事を受け取りました。", meaning
    )


def withdraw(request: HttpRequest, one: Opened, meaning: Meaning) -> HttpResponse:
    """The applicant takes it back: asked once more, then done."""
    if "sure" not in request.POST:
        return shown(request, "withdraw", {"submission": one.row, "ticket": one.ticket})
    return _after(request, one, lambda: posting.withdraw(one.row, one.opening), TAKING_BACK, meaning)


def _after(
    request: HttpRequest, one: Opened, work: Callable[[], object], done: str, meaning: Meaning
) -> HttpResponse:
    if refused := attempt(work)[1]:
        return standing(request, _fresh(one), meaning, fault=str(refused), status=refused.status)
    return standing(request, _fresh(one), meaning, done=done)


def _fresh(one: Opened) -> Opened:
    return Opened(Posted.objects.get(pk=one.row.pk), one.opening)


def standing(
    request: HttpRequest, one: Opened, meaning: Meaning, *, fault: str = "", done: str = "", status: int = 200
) -> HttpResponse:
    """Where it stands."""
    found = posting.standing(one.row, one.opening)
    taking_back = one.row.withdrawals > int(found["withdrawals"])
    answered = bool(found["open"]) and found["open"] == one.row.answered
    notes = [
        found["notice"] if not taking_back else "",
        ON_ITS_WAY if answered and not done else "",
        TAKING_BACK if taking_back and not done else "",
    ]
    if found["number"] != one.row.number:
        notes.append(
            f"この申請の受付番号は {found['number']} になりました。照会番号と、前の受付番号で、いままでどおりこのページを開けます。"
        )
    word = found["word"]
    context: dict[str, Any] = {
        "submission": SimpleNamespace(number=found["number"], sent_at=one.row.sent_at),
        "case": SimpleNamespace(procedure=SimpleNamespace(title=one.row.title)),
        "word": word,
        "meaning": meaning.get(word, ""),
        "notes": [note for note in notes if note],
        "corrections": [_correction(asked) for asked in found["corrections"]],
        "open": bool(found["open"]) and not answered,
        "has_paper": False,
        "may_withdraw": bool(found["may_withdraw"]) and not taking_back,
        "ticket": one.ticket,
        "fault": fault,
        "done": done,
        "typed": request.POST.get("answer", "") if fault else "",
    }
    return shown(request, "standing", context, status)


def _correction(told: dict[str, Any]) -> SimpleNamespace:
    moments = {name: _moment(told[name]) for name in ("asked_at", "answered_at")}
    until = date.fromisoformat(told["until"]) if told["until"] else None
    return SimpleNamespace(sentence=told["sentence"], answer=told["answer"], until=until, **moments)


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
