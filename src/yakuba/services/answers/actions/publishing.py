"""Outside: what residents are told becomes what the inside has published; inside: what was asked outside comes in, masked."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.exchange import arriving, queue
from yakuba.kernel.localwords.models import LocalWord
from yakuba.kernel.refusals import Invalid
from yakuba.kernel.townsettings.actions import set_values
from yakuba.services.answers.actions.asking import LONGEST, TO_BE_RATED
from yakuba.services.answers.actions.entries import told_anew
from yakuba.services.answers.engine.masking import masked
from yakuba.services.answers.models import Asked, Entry, Section, Version
from yakuba.services.answers.queries.published import SETTINGS

ASKED = "answers.asked"
AT_ONCE = 2_000  # questions of one parcel
ROOM = "answers"


def take(told: dict[str, Any]) -> None:
    """In the transaction of the message that says so."""
    set_values({name: told["settings"][name] for name in SETTINGS}, actor=None)
    sections = {}
    for name, telephone, hours, place in told["sections"]:
        facts = {"telephone": telephone, "hours": hours, "place": place}
        sections[name], _ = Section.objects.update_or_create(name=name, defaults=facts)
    for one in told["entries"]:
        _entry(one, sections)
    codes = [one["code"] for one in told["entries"]]
    Entry.objects.exclude(code__in=codes).update(current=None)
    for name, word in told["words"]:
        LocalWord.objects.update_or_create(room=ROOM, name=name, defaults={"value": word})
    LocalWord.objects.filter(room=ROOM).exclude(name__in=[name for name, _ in told["words"]]).delete()
    told_anew()


def _entry(one: dict[str, Any], sections: dict[str, Section]) -> None:
    entry, _ = Entry.objects.get_or_create(code=one["code"])
    values = {
        name: one[name] for name in ("question", "wordings", "answer", "links", "field", "language", "source")
    }
    values["section"] = sections.get(one["section"])
    values["audience"] = Version.Audience.RESIDENT
    for name in ("valid_from", "valid_until"):
        values[name] = date.fromisoformat(one[name]) if one[name] else None
    values["published_at"] = (
        datetime.fromisoformat(one["published_at"]) if one["published_at"] else timezone.now()
    )
    version, _ = Version.objects.update_or_create(entry=entry, number=int(one["number"]), defaults=values)
    if entry.current_id != version.pk:
        entry.current = version
        entry.save(update_fields=["current"])


@transaction.atomic
def gather() -> None:
    """Outside: what was asked and can be rated no more goes into a parcel, and stays here no longer."""
    over = timezone.now() - TO_BE_RATED
    rows = list(
        Asked.objects.select_for_update(of=("self",)).filter(asked_at__lt=over).order_by("pk")[:AT_ONCE]
    )
    if not rows:
        return
    codes = dict(Entry.objects.values_list("pk", "code"))
    told = [
        {
            "text": row.text,
            "at": row.asked_at.isoformat(),
            "channel": row.channel,
            "outcome": row.outcome,
            "shown": [codes[one] for one in row.shown if one in codes],
            "chosen": codes.get(row.chosen_id, ""),
            "field": row.field,
            "helped": row.helped,
        }
        for row in rows
    ]
    queue.post_json(ASKED, told)
    Asked.objects.filter(pk__in=[row.pk for row in rows]).delete()


def take_asked(key: str, content: bytes) -> None:
    """Inside: questions of the outside stand among the others. They are masked once more, whoever masked them. Raises
    Invalid."""
    try:
        told = [_asked(one) for one in json.loads(content)]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(
            "届いた質問の書き方が正しくありません。両方の設備のYakubaの版をそろえてください。"
        ) from error
    numbers = dict(Entry.objects.values_list("code", "pk"))
    with arriving.settling(key):
        for row, shown, chosen, at in told[:AT_ONCE]:
            row.shown = [numbers[code] for code in shown if code in numbers]
            row.chosen_id = numbers.get(chosen)
            row.save()
            Asked.objects.filter(pk=row.pk).update(asked_at=at)


def _asked(one: dict[str, Any]) -> tuple[Asked, list[str], str, datetime]:
    helped = one["helped"] if one["helped"] in (True, False, None) else None
    row = Asked(
        text=masked(str(one["text"]))[:LONGEST],
        channel=Asked.Channel(one["channel"]),
        outcome=Asked.Outcome(one["outcome"]),
        field=str(one["field"])[:40],
        helped=helped,
    )
    at = datetime.fromisoformat(one["at"])
    if at.tzinfo is None or abs(at - timezone.now()) > timedelta(days=400):
        at = timezone.now()
    return row, [str(code) for code in one["shown"]][:20], str(one["chosen"]), at
