"""Writing life events, having them approved by a second person, taking them back."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Missing, Problem
from yakuba.kernel.search.noting import changed
from yakuba.services.intake.models import LifeEvent
from yakuba.services.intake.queries import navigator as queries
from yakuba.services.intake.queries.found import SOURCE

MOST_EVENTS = 200
WAITS = "承認を待っている間は変えられません。起案を取り下げてから直してください。"


@transaction.atomic
def write(text: str, *, actor: Actor) -> LifeEvent:
    """Keep a file as the draft of the event of its code; what residents are told stays. Raises DefinitionRefused for a file
    that cannot be read (what the check finds may wait), and Conflict while it waits for approval."""
    text = text.replace("\r\n", "\n")
    event = queries.read(text)
    row = LifeEvent.objects.select_for_update(of=("self",)).filter(code=event.code).first()
    if row is None:
        if LifeEvent.objects.count() >= MOST_EVENTS:
            raise Conflict(f"出来事は{MOST_EVENTS}件までです。使わないものを消してください。")
        row = LifeEvent(code=event.code)
    elif _waits(row):
        raise Conflict(WAITS)
    row.title, row.text, row.changed_by = event.title, text, actor
    row.save()
    record("intake.event_written", subject=queries.subject_of(row), actor=actor)
    return row


@transaction.atomic
def take_samples(*, actor: Actor) -> int:
    """The shipped events that the town has not, as drafts; how many."""
    have = set(LifeEvent.objects.values_list("code", flat=True))
    new = [text for code, text in queries.samples().items() if code not in have]
    for text in new:
        write(text, actor=actor)
    return len(new)


@transaction.atomic
def propose(life_event_id: int, reason: str, *, actor: User) -> Approval:
    """Ask another person to publish the draft. Raises Conflict for one with faults, with slots that nothing fills, or with
    nothing new."""
    row = locked(life_event_id)
    now = queries.standing(row)
    if now.state == "published":
        raise Conflict("公開中のものから変わっていません。直してから承認に出してください。")
    if now.checked is None or now.checked.faults:
        faults = now.checked.faults if now.checked else ()
        problems = [Problem(one.line, "", one.message) for one in faults]
        raise Conflict("直すところのある出来事は公開できません。", problems=problems)
    if now.lacking:
        raise Conflict(
            f"｛{'｝｛'.join(now.lacking[:10])}｝が埋まっていません。「自治体ごとに違うところ」を埋めてください。"
        )
    summary = (
        f"届出ナビの出来事「{row.title}」を住民に公開します（答えの組み合わせ{now.checked.combinations:,}通りを確かめ済み）。"
        "「申請受付」の「届出ナビ」で、表と住民から見た形を確かめてください。"
    )
    subject = queries.subject_of(row)
    return approvals.propose(queries.KIND, subject, actor=actor, summary=summary, reason=reason)


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval: residents are guided by the draft, which stood still meanwhile."""
    row = locked(int(approval.subject.partition(":")[2]))
    row.told, row.told_at = row.text, timezone.now()
    row.save(update_fields=["told", "told_at"])
    changed(SOURCE, str(row.pk))
    record("intake.event_published", subject=queries.subject_of(row), actor=actor)


@transaction.atomic
def withdraw(life_event_id: int) -> LifeEvent:
    """Tell residents of it no more, at once; the draft stays. The operation records it."""
    row = locked(life_event_id)
    if not row.told:
        raise Conflict("この出来事は公開されていません。")
    row.told, row.told_at = "", None
    row.save(update_fields=["told", "told_at"])
    changed(SOURCE, str(row.pk))
    return row


def words_changed() -> None:
    """The town's words stand in what residents are guided by: it is found by them from now on."""
    rows = LifeEvent.objects.filter(told__regex="[{｛]")
    changed(SOURCE, *map(str, rows.values_list("pk", flat=True)))


def locked(life_event_id: int) -> LifeEvent:
    """The event, standing still in the caller's transaction. Raises Missing."""
    row: LifeEvent | None = LifeEvent.objects.select_for_update(of=("self",)).filter(pk=life_event_id).first()
    if row is None:
        raise Missing("その出来事はありません。一覧から選んでください。")
    return row


def _waits(row: LifeEvent) -> bool:
    waiting = Approval.objects.filter(kind=queries.KIND, state=Proposal.State.PROPOSED)
    return bool(waiting.filter(subject=queries.subject_of(row)).exists())
