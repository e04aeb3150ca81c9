"""Inside: what the applicants of the outside are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.utils import timezone

from yakuba.kernel.exchange import sealing
from yakuba.kernel.ledger.models import CaseEvent
from yakuba.kernel.ledger.workflow import RESIDENT, Status
from yakuba.services.intake.models import Correction, FromOutside

LOOKED_AT = "確認中"  # of one that waits for a person before it can be taken up
WITHDRAWN = RESIDENT[Status.WITHDRAWN]
OVER = (Status.DONE, Status.WITHDRAWN)
TOLD_FOR = timedelta(days=90)  # after the last change of one that is over
WITHDRAWABLE = (Status.RECEIVED, Status.RETURNED)


def standings() -> Iterator[tuple[str, bytes, dict[str, Any], dict[str, Any]]]:
    """Key, the applicant's public key, by what it is found, and where it stands, of every application that is not long
    over."""
    asked: dict[int, list[Correction]] = {}
    for one in Correction.objects.filter(submission__from_outside__isnull=False).order_by("pk"):
        asked.setdefault(one.submission_id, []).append(one)
    rows = FromOutside.objects.select_related("submission__case").order_by("pk")
    over = timezone.now() - TOLD_FOR
    for row in rows.iterator(chunk_size=500):
        if row.submission is None:
            if row.closed and row.changed_at < over:
                continue
            yield _told(row, WITHDRAWN if row.closed else LOOKED_AT, row.number, [], "", not row.closed)
            continue
        case = row.submission.case
        if case.status in OVER and case.updated_at < over:
            continue
        corrections = [_correction(one) for one in asked.get(row.submission_id, [])]
        waiting = open_question(case, asked.get(row.submission_id, []))
        if waiting is not None and waiting["key"] not in [one["key"] for one in corrections]:
            corrections.append(waiting)
        yield _told(
            row,
            RESIDENT[Status(case.status)],
            case.receipt_number,
            corrections,
            str(waiting["key"]) if waiting else "",
            case.status in WITHDRAWABLE,
        )


def open_question(case: Any, corrections: list[Correction]) -> dict[str, Any] | None:
    """What waits for the applicant's answer; where the office sent the case back by the ledger's own button, the reason
    that it gave."""
    if case.status != Status.RETURNED:
        return None
    last = next((one for one in reversed(corrections) if one.answered_at is None), None)
    if last is not None:
        return _correction(last)
    event = CaseEvent.objects.filter(case=case, kind="ledger.returned").order_by("-pk").first()
    if event is None:
        return None
    return {
        "key": f"e{event.pk}",
        "sentence": str(event.details.get("reason", "")),
        "until": "",
        "asked_at": event.at.isoformat(),
        "answer": "",
        "answered_at": "",
    }


def _correction(one: Correction) -> dict[str, Any]:
    return {
        "key": f"c{one.pk}",
        "sentence": one.sentence,
        "until": one.until.isoformat() if one.until else "",
        "asked_at": one.asked_at.isoformat(),
        "answer": one.answer,
        "answered_at": one.answered_at.isoformat() if one.answered_at else "",
    }


def _told(
    row: FromOutside,
    word: str,
    number: str,
    corrections: list[dict[str, Any]],
    waiting: str,
    may_withdraw: bool,
) -> tuple[str, bytes, dict[str, Any], dict[str, Any]]:
    plain = {
        "number": row.number,
        "secret": row.secret,
        "title": row.title,
        "sent_at": row.sent_at.isoformat(),
    }
    facts = {
        "word": word,
        "number": number,
        "corrections": corrections,
        "open": waiting,
        "may_withdraw": may_withdraw,
        "withdrawals": row.withdrawals,
        "notice": row.notice,
    }
    return row.key, sealing.bytes_of(row.public), plain, facts
