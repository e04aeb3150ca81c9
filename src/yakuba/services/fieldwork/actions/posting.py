"""Outside: a report is handed in for the inside, sealed at once, and nothing of it stays but what shows its reporter where it
stands. What is here has the names of `actions.reporting`, which is the same in an installation that is whole."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import applicants, queue
from yakuba.kernel.files.storage import content_of, remove
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.kernel.residents import codes
from yakuba.services.fieldwork.actions.handling import said_by_reporter
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.actions.reporting import (
    OVER,
    Taken,
    checked,
    cleaned,
    end_of,
    hashed_key,
    require_key,
    require_rules,
    secret_of,
)
from yakuba.services.fieldwork.contracts import LOOKED_AT, OPEN, NewReport, ReportState
from yakuba.services.fieldwork.engine.handed_in import JOINED, PHOTO, REOPENED, REPORT, HandedReport
from yakuba.services.fieldwork.models import PostedReport, ReportPhoto, ToldReport

RECEIVED: dict[str, Any] = {"state": str(ReportState.RECEIVED), "told": [], "reopenings": 0, "notice": ""}
CLOSED = "この通報は、まだ終わっていません。もう一度開いて、いまの状況を見てください。"


def taken_before(key: str) -> Taken | None:
    """What became of that key."""
    row = PostedReport.objects.filter(sent=hashed_key(key)).first()
    return Taken(row, secret_of(key), False) if row else None


def says_something_else(before: Taken, given: NewReport) -> bool:
    """Whether what is sent now is another report than the one that was handed in with this key."""
    row, said = before.report, cleaned(given)
    assert isinstance(row, PostedReport)
    if row.said != _hash(before.secret, _texts(said)):
        return True
    return said.latitude is not None and row.placed != _hash(before.secret, (said.latitude, said.longitude))


def _texts(said: NewReport) -> tuple[str, ...]:
    return said.category, said.description, said.place, said.name, said.contact


def _hash(secret: str, facts: tuple[Any, ...]) -> str:
    """Tells whether the same is said again, to whom has the secret; and nothing of what it was to anybody else."""
    return hmac.digest(secret.encode(), repr(facts).encode(), "sha256").hex()


def take(given: NewReport, key: str, *, language: str = "ja") -> Taken:
    """Hand it in, with the photographs that were sent with that key; once, however often it is sent. Raises Invalid with a
    problem for each field, and Conflict where the town takes none or there is no number to give."""
    require_key(key)
    if before := taken_before(key):
        return before
    known = require_rules()
    said = cleaned(given)
    at = checked(said, known, has_photo=ReportPhoto.objects.filter(key=hashed_key(key)).exists())
    category = known.category(said.category)
    assert category is not None
    routed = known.route(category, f"{said.description}\n{said.place}", at)
    with transaction.atomic():
        number = NUMBERS.next_number(timezone.localdate())  # whoever sends the same key at once waits here
        if before := taken_before(key):
            _let_go(_waiting(key))  # whoever was first has handed the same ones in
            return before
        due = end_of(timezone.localdate(), routed.days)
        row = _posted(said, category.label, key, number, due, language)
    return Taken(row, secret_of(key), True)


def _posted(said: NewReport, label: str, key: str, number: str, due: datetime, language: str) -> PostedReport:
    secret, mark, now = secret_of(key), queue.new_key(), timezone.now()
    photos = _waiting(key)
    handed = HandedReport(
        said,
        label,
        language[:10],
        number,
        codes.hashed(number, secret),
        hashed_key(key),
        applicants.public_of(mark, secret),
        now.isoformat(),
        due.isoformat(),
        tuple(queue.post(PHOTO, content_of(one.file)) for one in photos),
        tuple(one.taken for one in photos),
        applicants.same_hand(hashed_key(key), secret),
    )
    queue.post(REPORT, handed.written(), mark)
    row: PostedReport = PostedReport.objects.create(
        key=mark,
        number=number,
        secret=handed.secret,
        sent=handed.sent,
        said=_hash(secret, _texts(said)),
        placed=_hash(secret, (said.latitude, said.longitude)),
        category_label=label,
        due_at=due,
        sent_at=now,
    )
    _let_go(photos)
    record("fieldwork.handed_in")
    return row


def _waiting(key: str) -> list[ReportPhoto]:
    return list(ReportPhoto.objects.select_related("file").filter(key=hashed_key(key)).order_by("pk"))


def _let_go(photos: list[ReportPhoto]) -> None:
    files = [one.file for one in photos]
    ReportPhoto.objects.filter(pk__in=[one.pk for one in photos]).delete()
    remove(*files)


def look_up(number: str, secret: str) -> tuple[PostedReport, bytes] | None:
    """The report of that number and secret, with the key that opens where it stands. A number that is not there takes as long
    as a secret that is wrong."""
    given = codes.read(secret)
    rows = PostedReport.objects.filter(number=number).order_by("sent_at", "pk")  # of one secret's the newest
    row = applicants.of_secret(rows, codes.hashed(number, given))
    opening = applicants.opening_key(row.key if row else codes.NOBODY[:32], given)
    return (row, opening) if row else None


def standing(row: PostedReport, opening: bytes) -> dict[str, Any]:
    """Where it stands, as the inside said last; received, where it has not said anything yet. Raises NotForUs."""
    if not row.sealed:
        return {**RECEIVED, "number": row.number, "due_at": row.due_at.isoformat()}
    return applicants.opened(row.key, row.sealed, opening)


@transaction.atomic
def join(number: str, key: str) -> None:
    """Somebody saw the same: the inside is told. Raises Missing, and Conflict where it is not open any more."""
    row = ToldReport.objects.filter(number=number).first()
    if row is None:
        raise Missing("その通報はありません。")
    if row.state not in OPEN:
        raise Conflict(OVER)
    require_key(key)
    queue.post_json(JOINED, {"number": number, "sent": hashed_key(key)})
    record("fieldwork.joining_handed_in")


@transaction.atomic
def reopen(row: PostedReport, opening: bytes, text: str) -> None:
    """The reporter says that it is not repaired: the inside is told, once until it has looked. Raises Invalid and Conflict."""
    said = said_by_reporter(text)
    locked = PostedReport.objects.select_for_update(of=("self",)).get(pk=row.pk)
    found = standing(locked, opening)
    if locked.reopenings > int(found["reopenings"]):
        return  # on its way
    if found["state"] in (*OPEN, LOOKED_AT):
        raise Conflict(CLOSED)
    locked.reopenings = int(found["reopenings"]) + 1
    locked.save(update_fields=["reopenings"])
    queue.post_json(REOPENED, {"report": locked.key, "times": locked.reopenings, "text": said})
    record("fieldwork.reopening_handed_in")


def take_standing(key: str, plain: Mapping[str, Any], sealed: bytes) -> None:
    """Where a report stands, from the inside; nothing for one that is gone. One that this outside does not know any more, since
    it was restored or is new, is known again."""
    if not sealed:
        PostedReport.objects.filter(key=key).delete()
        return
    names = ("number", "secret", "category_label", "sent_at", "due_at")
    PostedReport.objects.update_or_create(
        key=key, defaults={**{name: plain[name] for name in names}, "sealed": sealed}
    )
