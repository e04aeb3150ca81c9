"""A visit at the counter (来庁): begun once, held by one clerk, knowing whom it is about and what was said; over, it knows nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.persons import queries as register
from yakuba.kernel.persons.looking import looked_up
from yakuba.kernel.persons.matching import Entry, Likeness, Probe, compare
from yakuba.kernel.privacy.encryption import decrypt, encrypt
from yakuba.kernel.protection import policy
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.engine.filling import HANDED, REGISTER, Known, Piece
from yakuba.services.intake.engine.people import PLACES
from yakuba.services.intake.models import Draft, Visit
from yakuba.services.queue import facade as queue

LONGEST = 7_200.0  # seconds; a visit that stood open longer was not being worked on
PERSON = "persons.person"
_ONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")


class NotYours(Conflict):
    """Another clerk has the visit."""


@transaction.atomic
def begin(once: str, *, actor: User) -> Visit:
    """A visit; the same however often the button that has `once` is pressed. Where this clerk has called a ticket that no visit
    has yet, it is that one's, measured from the call. Raises Missing for a mark that no button has."""
    if not _ONCE.fullmatch(once):
        raise Missing("もう一度「受け付けを始める」を押してください。")
    called = queue.current(actor)
    if (
        called is not None
        and Visit.objects.filter(ticket=called.ticket, opened_at__gte=called.called_at).exists()
    ):
        called = None  # the second visit of one call begins when the first is under way
    since = called.called_at if called else timezone.now()
    ticket = called.ticket if called else ""
    row, begun = Visit.objects.get_or_create(
        once=once, defaults={"holder": actor, "sealed": b"", "ticket": ticket, "measured_from": since}
    )
    if begun:
        record("intake.visit_begun", subject=f"visit:{row.pk}", actor=actor)
    return row


def find(number: int, *, actor: User) -> Visit:
    """The visit, while it lasts, for who holds it. Raises Missing, NotYours."""
    row = Visit.objects.select_related("holder").filter(pk=number).first()
    if row is None:
        raise Missing("その来庁はありません。「窓口で受け付ける」から選び直してください。")
    return _held(row, actor)


def locked(visit: Visit, *, actor: User) -> Visit:
    """The same as it is now; it waits until the transaction around ends. Raises NotYours, Missing."""
    row = Visit.objects.select_for_update(of=("self",)).select_related("holder").filter(pk=visit.pk).first()
    if row is None:
        raise Missing("その来庁はありません。")
    return _held(row, actor)


def _held(row: Visit, actor: User) -> Visit:
    if row.closed_at is not None:
        raise Conflict("この来庁の受け付けは終わっています。続きは、新しく始めてください。")
    if row.holder_id != actor.pk:
        raise NotYours(f"{row.holder}さんが受け付けています。代わるときは「引き継ぐ」を押してください。")
    return row


@transaction.atomic
def take_over(number: int, *, actor: User) -> Visit:
    """Another clerk goes on with it. Raises Missing, Conflict."""
    row = Visit.objects.select_for_update(of=("self",)).filter(pk=number, closed_at=None).first()
    if row is None:
        raise Missing("その来庁はありません。終わっていないか確かめてください。")
    if row.holder_id != actor.pk:
        row.holder = actor
        row.save()
        record("intake.visit_taken_over", subject=f"visit:{row.pk}", actor=actor)
    return row


def search(probe: Probe, *, actor: User) -> Any:
    """Who could be meant, as this clerk may see them; it is recorded who was shown."""
    return looked_up(probe, actor=actor)


def of_register(number: str, *, actor: User) -> tuple[dict[str, Piece], bool]:
    """What the register says of that person as this clerk may use it (part → piece), and whether where they live is kept from
    the form (支援措置). Raises Missing."""
    entry = next(
        (
            one.entry
            for one in search(Probe(number=number), actor=actor).candidates
            if one.entry.number == number
        ),
        None,
    )
    if entry is None:
        raise Missing("その宛名番号の人は登録簿にいません。もう一度さがしてください。")
    guarded = bool(
        policy.under(PERSON, [number])
    )  # on paper and tablet there is nobody to ask who may see it
    parts = _parts(entry)
    if guarded:
        parts = {part: text for part, text in parts.items() if part not in PLACES}
    return {part: Piece(text, REGISTER) for part, text in parts.items() if text}, guarded


def _parts(entry: Entry) -> dict[str, str]:
    return {
        "number": entry.number,
        "name": entry.name,
        "kana": entry.kana,
        "birth": entry.birth,
        "address": entry.address,
    }


def is_same(number: str, said: Mapping[str, str]) -> bool:
    """Whether name, reading and birthday (part → value), as far as they are said, are those of that number in the register:
    another form of the same kanji is the same name."""
    found = next(
        (one for one in register.match(Probe(number=number)).candidates if one.entry.number == number), None
    )
    if found is None:
        return False
    alike = compare(Probe(said.get("name", ""), said.get("kana", ""), said.get("birth", "")), found.entry)
    name = alike.name if alike.name != Likeness.UNKNOWN else alike.kana
    return name in (Likeness.UNKNOWN, Likeness.FORM, Likeness.SAME) and alike.birth in (
        Likeness.UNKNOWN,
        Likeness.SAME,
    )


def is_guarded(handed: Mapping[str, str], number: str = "") -> bool:
    """Whether what a program handed over is, or could be, about somebody under protection."""
    if number:
        return bool(policy.under(PERSON, [number]))
    probe = Probe(handed.get("name", ""), handed.get("kana", ""), handed.get("birth", ""))
    alike = [
        one
        for one in register.match(probe).candidates
        if one.name >= Likeness.FORM or one.kana >= Likeness.FORM
    ]
    meant = [one.entry.number for one in alike if one.birth != Likeness.OTHER]
    return bool(meant and policy.under(PERSON, meant))


def require_same(number: str, handed: Mapping[str, str]) -> None:
    """Raises Conflict where what a program handed over is about somebody else than the one chosen from the register."""
    if not is_same(number, handed):
        raise Conflict(
            "受け渡しのデータと、宛名から選んだ人の氏名か生年月日が違います。"
            "別の人なら、新しく受け付けを始めてください。同じ人なら、データを使わずに聞いて入れてください。"
        )


@transaction.atomic
def choose(visit: Visit, number: str, *, actor: User) -> bool:
    """Whom it is about. Gives whether where they live is kept from the form. Raises Conflict where it is about somebody else:
    forms that are begun hold that person's values."""
    row = locked(visit, actor=actor)
    parts, guarded = of_register(number, actor=actor)
    before = known(row)
    other = before.person.get("number")
    if other and other.value != number:
        raise Conflict("この来庁は別の人で始めています。別の人の申請は、新しく受け付けを始めてください。")
    handed = {part: one.value for part, one in before.person.items() if one.source == HANDED}
    if handed:
        require_same(number, handed)
    stays = {
        part: one
        for part, one in before.person.items()
        if not (guarded and part in PLACES and one.source == HANDED)
    }
    seal(row, replace(before, person={**stays, **parts}))
    record("intake.resident_chosen", subject=f"visit:{row.pk}", actor=actor, shown=[number])
    return guarded


def hear(
    visit: Visit, person: Mapping[str, str], said: Mapping[str, str], source: str, *, actor: User
) -> None:
    """What was just said, for the other forms of the visit. Values that stand there already keep their source."""
    row = locked(visit, actor=actor)
    before = known(row)
    fresh = Known(_merged(before.person, person, source), _merged(before.said, said, source))
    if fresh != before:
        seal(row, fresh)


def _merged(before: Mapping[str, Piece], heard: Mapping[str, str], source: str) -> dict[str, Piece]:
    new = {
        key: Piece(value, source)
        for key, value in heard.items()
        if key not in before or before[key].value != value
    }
    return {**before, **new}


def known(visit: Visit) -> Known:
    """What it knows."""
    if not visit.sealed:
        return Known()
    found = json.loads(decrypt(_name(visit), bytes(visit.sealed)))
    return Known(*({key: Piece(*one) for key, one in found[part].items()} for part in ("person", "said")))


def seal(visit: Visit, what: Known) -> None:
    """Keep it under the town's key."""
    text = {
        "person": {key: [one.value, one.source] for key, one in what.person.items()},
        "said": {key: [one.value, one.source] for key, one in what.said.items()},
    }
    visit.sealed = encrypt(_name(visit), json.dumps(text, ensure_ascii=False).encode())
    visit.save()


def _name(visit: Visit) -> str:
    return f"intake:visit:{visit.pk}"


def measured(visit: Visit, now: datetime) -> float:
    """Seconds since the last application of the visit or its beginning; from now on they count for the next. visit: locked."""
    seconds = max(0.0, min(LONGEST, (now - visit.measured_from).total_seconds()))
    visit.measured_from = now
    visit.save()
    return seconds


@transaction.atomic
def forget(visit: Visit) -> None:
    """It is over: what was not sent goes, and what was said. visit: locked."""
    for draft in Draft.objects.filter(visit=visit, sent=False):
        drafts.throw_away(draft)
    visit.sealed, visit.closed_at = b"", timezone.now()
    visit.save()


@transaction.atomic
def forget_old() -> int:
    """Visits that nobody ended on their day are over; how many."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Visit.objects.select_for_update(of=("self",)).filter(closed_at=None, opened_at__lt=midnight)
    old = list(rows)
    for row in old:
        forget(row)
    return len(old)
