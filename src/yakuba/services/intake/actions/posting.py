"""Outside: an application is handed in for the inside, sealed at once, and nothing of it stays but what shows its applicant
where it stands."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.chain import record
from yakuba.kernel.exchange import applicants, queue
from yakuba.kernel.files.storage import content_of, remove
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.actions import drafts
from yakuba.services.intake.actions.numbers import next_number
from yakuba.services.intake.engine.answering import MY_NUMBER
from yakuba.services.intake.engine.handed_in import (
    ANSWER,
    APPLICATION,
    FILE,
    WITHDRAWAL,
    HandedFile,
    HandedIn,
)
from yakuba.services.intake.models import AttachedFile, Draft, Posted

LONGEST = 1_000
RECEIVED = {
    "word": "受付済",
    "corrections": [],
    "open": "",
    "may_withdraw": True,
    "withdrawals": 0,
    "notice": "",
}


def post(
    row: Draft,
    values: Mapping[str, str],
    wanted: Collection[str],
    secret: str,
    hashed: Callable[[str, str], str],
) -> Posted:
    """Hand in what a draft says, in the transaction of its sending. wanted: for which slots files are asked; secret: of the
    applicant; hashed: (number, secret) → what is kept of it. Raises Conflict where there is no number to give."""
    procedure, now = row.form.procedure, timezone.now()
    number = next_number(timezone.localdate())
    key = queue.new_key()
    files = tuple(
        HandedFile(queue.post(FILE, content_of(one.file)), one.slot, one.name)
        for one in drafts.attached(row)
        if one.slot in wanted
    )
    handed = HandedIn(
        procedure.code,
        procedure.title,
        row.form.version,
        number,
        hashed(number, secret),
        applicants.public_of(key, secret),
        now.isoformat(),
        values,
        files,
    )
    queue.post(APPLICATION, handed.written(), key)
    posted: Posted = Posted.objects.create(
        key=key, number=number, secret=handed.secret, draft=row.key, title=procedure.title, sent_at=now
    )
    stored = [one.file for one in AttachedFile.objects.filter(draft=row).select_related("file")]
    AttachedFile.objects.filter(draft=row).delete()
    remove(*stored)
    record("intake.handed_in", form=procedure.code)
    return posted


def look_up(number: str, hashed: str) -> Posted | None:
    """The application of that number whose secret has that hash."""
    return applicants.of_secret(Posted.objects.filter(number=number), hashed)


def standing(row: Posted, opening: bytes) -> dict[str, Any]:
    """Where it stands, as the inside said last; received, where it has not said anything yet. Raises NotForUs."""
    if not row.sealed:
        return {**RECEIVED, "number": row.number}
    return applicants.opened(row.key, row.sealed, opening)


@transaction.atomic
def answer(row: Posted, opening: bytes, text: str) -> None:
    """The applicant's answer to what the office asked last; again for the same question changes nothing. Raises Invalid and
    Conflict."""
    text = text.replace("\r\n", "\n").strip()
    if not text or len(text) > LONGEST:
        raise Invalid(f"返事を、{LONGEST}文字以内で書いてください。")
    if likely_in(text):
        raise Invalid(MY_NUMBER)
    locked = Posted.objects.select_for_update(of=("self",)).get(pk=row.pk)
    question = str(standing(locked, opening)["open"])
    if not question:
        raise Conflict("いまは返事を受け付けていません。状況をもう一度見てください。")
    if locked.answered == question:  # pressed twice, or sent again after a lost answer
        return
    queue.post_json(ANSWER, {"application": locked.key, "question": question, "text": text})
    locked.answered = question
    locked.save(update_fields=["answered"])
    record("intake.answer_handed_in")


@transaction.atomic
def withdraw(row: Posted, opening: bytes) -> None:
    """The applicant takes it back. Raises Conflict where the office works on it."""
    locked = Posted.objects.select_for_update(of=("self",)).get(pk=row.pk)
    found = standing(locked, opening)
    if found["word"] == "取下げ" or locked.withdrawals > int(found["withdrawals"]):
        return  # done, or on its way
    if not found["may_withdraw"]:
        raise Conflict(
            "窓口で処理が進んでいるため、ここでは取り下げられません。担当の窓口に連絡してください。"
        )
    locked.withdrawals = int(found["withdrawals"]) + 1
    locked.save(update_fields=["withdrawals"])
    queue.post_json(WITHDRAWAL, {"application": locked.key, "times": locked.withdrawals})
    record("intake.withdrawal_handed_in")


def take_standing(key: str, plain: Mapping[str, Any], sealed: bytes) -> None:
    """Where an application stands, from the inside; nothing for one that is gone. One that this outside does not know any
    more, since it was restored or is new, is known again."""
    if not sealed:
        Posted.objects.filter(key=key).delete()
        return
    values = {"number": plain["number"], "secret": plain["secret"], "title": plain["title"][:120]}
    values |= {"sent_at": plain["sent_at"], "sealed": sealed}
    Posted.objects.update_or_create(key=key, defaults=values)
