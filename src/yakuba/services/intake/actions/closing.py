"""A day is counted by one person and closed by another; afterwards nothing of it is changed, and what turns out later is a line of
the next day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.intake.actions import fees
from yakuba.services.intake.engine.fees.cash import Way, cash_of, compared
from yakuba.services.intake.models import DayClosing, DayDraft
from yakuba.services.intake.queries import fees as queries

CLOSE, SUBJECT = "intake.day", "daydraft"


@transaction.atomic
def propose(
    day: date,
    pieces: Mapping[int, int],
    fund: int,
    counted: Mapping[str, int],
    reasons: Mapping[str, str],
    *,
    actor: User,
) -> Approval:
    """Ask a second person to close a day. pieces: coins and notes by value; fund: change that lay in the till in the morning;
    counted: yen of the other ways; reasons: of differences, by way. Raises Conflict, Invalid."""
    fees.book()
    fees.require_no_number(*reasons.values())
    book = queries.day_of(day)
    _require_in_order(book)
    if book.waiting:
        raise Conflict("この日の締めは、すでに承認を待っています。")
    yen = {way: counted.get(way.value, 0) for way in Way} | {Way.CASH: cash_of(pieces, fund)}
    lines = compared(book.recorded, yen, {way: reasons.get(way.value, "") for way in Way})
    content: dict[str, Any] = {
        "lines": [asdict(one) | {"label": one.label, "way": one.way.value} for one in lines],
        "pieces": [[value, number] for value, number in sorted(pieces.items(), reverse=True)],
        "fund": fund,
        "orders": [list(one) for one in book.orders],
        "entries": len(book.entries),
    }
    draft = DayDraft.objects.create(day=day, content=content, digest=book.digest, counted_by=actor)
    told = "、".join(f"{one.label} 記録{one.recorded:,}円・数えた額{one.counted:,}円" for one in lines)
    off = "".join(
        f"【差】{one.label} {one.difference:+,}円：{one.reason}。" for one in lines if one.difference
    )
    return approvals.propose(
        CLOSE,
        f"{SUBJECT}:{draft.pk}",
        actor=actor,
        summary=f"{queries.day_label(day)}の手数料を締めます。{off}{told}。現金と小為替を、もう一度数えてから承認してください。"[
            :2000
        ],
        reason="日計の照合",
    )


def _require_in_order(book: queries.Day) -> None:
    if book.closing is not None:
        raise Conflict(f"{queries.day_label(book.day)}は、もう締めてあります。")
    if book.day > timezone.localdate():
        raise Conflict("先の日は締められません。")
    if (earlier := queries.first_open_day(book.day)) is not None:
        raise Conflict(f"先に、まだ締めていない{queries.day_label(earlier)}を締めてください。")


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval: the day is closed as it was counted, or not at all."""
    fees.book()
    draft = DayDraft.objects.select_for_update(of=("self",)).get(pk=int(approval.subject.partition(":")[2]))
    book = queries.day_of(draft.day)
    if book.closing is not None or book.digest != draft.digest:
        raise approvals.ApprovalRefused(
            "数えたあとで、この日の記録が変わりました。差し戻して、数え直してください。"
        )
    lines = draft.content["lines"]
    closing: DayClosing = DayClosing.objects.create(
        day=draft.day,
        content=draft.content,
        recorded=sum(one["recorded"] for one in lines),
        difference=sum(one["counted"] - one["recorded"] for one in lines),
        counted_by=draft.counted_by,
        closed_by=actor,
    )
    draft.done = True
    draft.save(update_fields=["done"])
    record(
        "intake.day_closed", subject=f"closing:{closing.pk}", actor=actor, day=draft.day.isoformat(),
        recorded=closing.recorded, difference=closing.difference,
    )  # fmt: skip


def require_closing(day_closing_id: int) -> DayClosing:
    """Raises Invalid."""
    row: DayClosing | None = queries.closings().filter(pk=day_closing_id).first()
    if row is None:
        raise Invalid("その日計はありません。一覧から選び直してください。")
    return row
