"""The answering town's side: register an inquiry, split it to sections, fill in, have it approved, send one reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Department, Municipality
from yakuba.services.surveys.actions.answers import hold_asked, receive
from yakuba.services.surveys.engine.answers import remarks, shown
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.models import Incoming, IncomingPart

REPLY = "surveys.reply"


@dataclass(frozen=True)
class PartOf:
    """What a section is asked: questions by code, empty for all; by when."""

    department: Department
    questions: Sequence[str]
    deadline: date | None


@transaction.atomic
def register(given: Mapping[str, Any], source: str, *, actor: Actor) -> Incoming:
    """An inquiry that came on paper or by mail. source: the survey's definition, empty where there is none. What the town replied to
    the inquiry of the same title before stands beside it. Raises DefinitionRefused."""
    row = Incoming(registered_by=known(actor), body=current_municipality().code, **given)
    if source.strip():
        found = read_definition(source)
        row.source, row.survey, row.edition = source, found.survey, found.edition
    before = Incoming.objects.filter(state=Incoming.State.SENT)
    before = before.filter(survey=row.survey) if row.survey else before.filter(title=row.title)
    last = before.order_by("-came_on", "-pk").first()
    if last is not None:
        row.last = last.values
    row.save()
    return row


@transaction.atomic
def split(incoming: Incoming, parts: Sequence[PartOf]) -> list[IncomingPart]:
    """Who answers what. A question stands in one part alone; what no section has is the co-ordinator's. Raises Conflict, Invalid."""
    row = _open(incoming)
    codes = set(row.definition.by_code) if row.definition else set()
    given = [code for one in parts for code in one.questions]
    if lost := [code for code in given if code not in codes]:
        raise Invalid(f"設問「{lost[0][:40]}」はこの照会にありません。")
    if len(set(given)) != len(given):
        raise Invalid("同じ設問を二つの課に分けています。どちらか一つにしてください。")
    late = [one for one in parts if one.deadline and row.deadline and one.deadline > row.deadline]
    if late:
        raise Invalid(f"{late[0].department.name}の期限が、照会の期限より後です。")
    kept = []
    for one in parts:
        part, _ = IncomingPart.objects.get_or_create(incoming=row, department=one.department)
        part.questions, part.deadline = list(one.questions), one.deadline
        part.last_reply = part.last_reply or _reply_before(row, one.department)
        part.save()
        kept.append(part)
    IncomingPart.objects.filter(incoming=row, answered_at=None).exclude(
        pk__in=[part.pk for part in kept]
    ).delete()
    return kept


def _reply_before(row: Incoming, department: Department) -> str:
    parts = IncomingPart.objects.filter(
        department=department, incoming__title=row.title, incoming__state=Incoming.State.SENT
    )
    last = parts.order_by("-incoming__came_on").first()
    return last.reply if last else ""


def _open(incoming: Incoming) -> Incoming:
    row: Incoming = Incoming.objects.select_for_update().get(pk=incoming.pk)
    if row.state != Incoming.State.OPEN:
        raise Conflict(f"この照会は「{row.get_state_display()}」なので、変えられません。")
    return row


@transaction.atomic
def fill(
    incoming: Incoming, values: Mapping[str, str], codes: Sequence[str] | None = None, seen: Mapping[str, str] | None = None
) -> Incoming:  # fmt: skip
    """Answers of these questions, or of all: canonical values by key; a key that is not there is emptied. seen: the answers that stood
    there when they were written: then what was left as it was stays as another one wrote it meanwhile. Raises Invalid, and writes
    nothing, where both changed the same answer."""
    row = _open(incoming)
    if row.definition is None:
        raise Conflict("この照会には設問がありません。課の答えを文で書いてください。")
    of = [
        key for key, (question, _) in row.definition.fields.items() if codes is None or question.code in codes
    ]
    if seen is not None:
        values = _beside_others(row, of, values, seen)
    row.values = {key: value for key, value in row.values.items() if key not in of} | {
        key: values[key] for key in of if values.get(key)
    }
    row.save(update_fields=["values"])
    return row


def _beside_others(
    row: Incoming, keys: Sequence[str], values: Mapping[str, str], seen: Mapping[str, str]
) -> Mapping[str, str]:
    together, lost = {}, []
    for key in keys:
        mine, before, theirs = (held.get(key, "") for held in (values, seen, row.values))
        together[key] = theirs if mine == before else mine
        if mine != before and theirs not in (before, mine):
            question, field = row.definition.fields[key]  # type: ignore[union-attr]
            lost.append(
                Problem(
                    0, field.label, f"別の職員が先に「{shown(question, field, theirs)[:60]}」と書きました。"
                )
            )
    if lost:
        raise Invalid(
            "同じ設問に、別の職員も答えを書きました。どちらが正しいか確かめ、もう一度押すと、いま書いてある答えになります。",
            problems=lost,
        )
    return together


@transaction.atomic
def answer_part(part: IncomingPart, reply: str, done: bool, *, actor: Actor) -> IncomingPart:
    """The section's words, and whether its part is finished. Raises Invalid where required questions of the part are open."""
    row = _open(part.incoming)
    if not IncomingPart.objects.filter(pk=part.pk).exists():
        raise Conflict("この課の分は、分け直されてなくなりました。照会の画面で確かめてください。")
    part.reply = reply.strip()[:10_000]
    if done and row.definition is not None:
        mine = set(part.questions or row.definition.by_code)
        keys = {key for key, (question, _) in row.definition.fields.items() if question.code in mine}
        open_ones = [
            Problem(0, one.key, one.sentence)
            for one in remarks(row.definition, row.values, row.last)
            if one.must and one.key in keys
        ]
        if open_ones:
            raise Invalid("まだ答えられないところがあります。", problems=open_ones)
    elif done and not part.reply:
        raise Invalid("答えを書いてください。", place="答え")
    part.answered_at, part.answered_by = (timezone.now(), known(actor)) if done else (None, None)
    part.save(update_fields=["reply", "answered_at", "answered_by"])
    return part


@transaction.atomic
def propose(incoming: Incoming, reason: str, *, actor: User) -> Approval:
    """Ask for a second person's approval of the reply. Raises Conflict where sections have not answered, Invalid with what lacks."""
    row = _open(incoming)
    waiting = [
        part.department.name
        for part in IncomingPart.objects.filter(incoming=row, answered_at=None).select_related("department")
    ]
    if waiting:
        raise Conflict(f"{'、'.join(waiting)}がまだ答えていません。")
    if row.definition is not None:
        lacking = [
            Problem(0, one.key, one.sentence)
            for one in remarks(row.definition, row.values, row.last)
            if one.must
        ]
        if lacking:
            raise Invalid("まだ答えていないところがあります。", problems=lacking)
    row.state = Incoming.State.PROPOSED
    row.save(update_fields=["state"])
    summary = f"「{row.title}」（{row.sender}）に回答します。答えは照会の画面で確かめてください。"
    return approvals.propose(
        REPLY, f"incoming:{row.pk}", actor=actor, summary=summary, reason=reason, deadline=row.deadline
    )


@transaction.atomic
def send(incoming: Incoming, *, actor: Actor) -> Incoming:
    """Without approval, where the survey asks for none. Raises as `propose` does."""
    _hold_asker(incoming)
    row = _open(incoming)
    if row.definition is None or row.definition.approval:
        raise Conflict("この照会への回答には、別の職員の承認が要ります。")
    lacking = [
        Problem(0, one.key, one.sentence) for one in remarks(row.definition, row.values, row.last) if one.must
    ]
    if lacking:
        raise Invalid("まだ答えていないところがあります。", problems=lacking)
    return _sent(row, actor)


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval: the answers are the asker's."""
    number = int(approval.subject.partition(":")[2])
    _hold_asker(Incoming.objects.get(pk=number))
    row: Incoming = Incoming.objects.select_for_update().get(pk=number)
    if row.state != Incoming.State.PROPOSED:
        raise approvals.ApprovalRefused(f"この照会は、すでに「{row.get_state_display()}」です。")
    _sent(row, actor)


def _sent(row: Incoming, actor: Actor) -> Incoming:
    if row.asker_code:
        _hand_over(row)
    row.state, row.sent_at = Incoming.State.SENT, timezone.now()
    row.save()
    record("surveys.replied", subject=f"incoming:{row.pk}", actor=actor, answers=len(row.values))
    return row


def _hold_asker(incoming: Incoming) -> None:
    """The asker's rows before the town's own, in the order in which the asker holds them when it tells the town something."""
    asker = Municipality.objects.filter(code=incoming.asker_code).first() if incoming.asker_code else None
    if asker is not None:
        with active_municipality(asker):
            hold_asked(incoming.survey, incoming.edition, incoming.body)


def _hand_over(incoming: Incoming) -> None:
    """The town's answers into the asker's rows; the asker is active for that write alone."""
    asker = Municipality.objects.filter(code=incoming.asker_code).first()
    if asker is None:
        raise Conflict("調べる団体がこの画面にありません。回答のファイルを作って送ってください。")
    body, values = incoming.body, dict(incoming.values)
    with active_municipality(asker):
        receive(incoming.survey, incoming.edition, body, values)


@transaction.atomic
def reopen(incoming: Incoming) -> Incoming:
    """A reply that was sent back, or is to be corrected. Raises Conflict while it waits for approval."""
    row: Incoming = Incoming.objects.select_for_update().get(pk=incoming.pk)
    if row.state == Incoming.State.OPEN:
        raise Conflict("この照会は、もう直せます。")
    if Approval.objects.filter(
        kind=REPLY, subject=f"incoming:{row.pk}", state=Approval.State.PROPOSED
    ).exists():
        raise Conflict("承認を待っています。直すには、承認の画面で差し戻してください。")
    row.state = Incoming.State.OPEN
    row.save(update_fields=["state"])
    return row
