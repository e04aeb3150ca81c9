"""A survey's edition: made from a definition, its texts and deadlines changed, sent out by a second person's approval, closed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.surveys.actions.delivering import deliver, tell
from yakuba.services.surveys.contracts import BodyClass
from yakuba.services.surveys.engine.reading import read_definition
from yakuba.services.surveys.models import Asked, Edition, Survey
from yakuba.services.surveys.queries.bodies import Recipient, recipients
from yakuba.services.surveys.queries.editions import answers_before

SEND = "surveys.send"


@transaction.atomic
def load(text: str, *, actor: Actor) -> Edition:
    """An edition as a draft; a draft of the same survey and edition is replaced. Raises DefinitionRefused, Conflict."""
    found = read_definition(text)
    survey, _ = Survey.objects.get_or_create(
        code=found.survey, defaults={"title": found.title, "cycle": found.cycle}
    )
    survey.title = found.title
    if found.cycle:
        survey.cycle = found.cycle
    survey.save()
    row: Edition = Edition.objects.select_for_update().filter(
        survey=survey, code=found.edition
    ).first() or Edition(survey=survey, code=found.edition, made_by=known(actor))
    if row.pk and row.state != Edition.State.DRAFT:
        raise Conflict(
            f"「{row}」は{row.get_state_display()}なので、設問を変えられません。「edition」を別の符号にしてください。"
        )
    row.label, row.is_final, row.as_of, row.source = found.label, found.is_final, found.as_of, text
    row.deadlines = {
        kind.value: [one.text, one.day.isoformat() if one.day else ""]
        for kind in found.asked if (one := found.deadline_of(kind)) is not None
    }  # fmt: skip
    row.save()
    row.__dict__.pop("definition", None)
    return row


@transaction.atomic
def change(
    edition: Edition, contact: str, lead: str, deadlines: Mapping[str, tuple[str, date | None]]
) -> Edition:
    """Its texts, and the deadline of each class: the words of the letter, and the day. What is out already is told the towns."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if row.state == Edition.State.CLOSED:
        raise Conflict("締め切った調査の期限は変えられません。")
    row.contact, row.lead = contact.strip()[:200], lead.strip()[:2000]
    row.deadlines = {
        kind: [text.strip()[:60], day.isoformat() if day else ""]
        for kind, (text, day) in deadlines.items()
        if text.strip() or day
    }
    row.save()
    for kind, (text, day) in deadlines.items():
        changed = Asked.objects.filter(edition=row, kind=kind).exclude(
            deadline=day, deadline_text=text.strip()[:60]
        )
        codes = list(changed.filter(in_house=True).values_list("code", flat=True))
        changed.update(deadline=day, deadline_text=text.strip()[:60])
        if codes:
            tell(
                row,
                codes,
                f"期限が変わりました：{text.strip()}",
                deadline=day,
                deadline_text=text.strip()[:60],
            )
    return row


@transaction.atomic
def propose(edition: Edition, reason: str, *, actor: User) -> Approval:
    """Ask for a second person's approval to send it out. Raises Conflict, Invalid."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if row.state != Edition.State.DRAFT:
        raise Conflict(f"この調査は{row.get_state_display()}です。")
    number = len(recipients(row.definition))
    if not number:
        raise Invalid("調べる団体がありません。定義の asked か bodies を確かめてください。")
    row.state = Edition.State.PROPOSED
    row.save(update_fields=["state"])
    summary = (
        f"調査「{row}」を{number:,}団体に出します。設問は{len(row.definition.questions)}、基準日は{row.as_of.isoformat()}です。"
        "調査の画面の「設問を見る」で内容を確かめてください。"
    )
    return approvals.propose(SEND, f"edition:{row.pk}", actor=actor, summary=summary, reason=reason)


@transaction.atomic
def take_back(edition: Edition) -> Edition:
    """A proposal that was sent back is a draft again. Raises Conflict."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    waits = Approval.objects.filter(
        kind=SEND, subject=f"edition:{row.pk}", state=Approval.State.PROPOSED
    ).exists()
    if row.state != Edition.State.PROPOSED or waits:
        raise Conflict(
            "差し戻された調査だけを下書きに戻せます。承認を待っているあいだは、承認の画面で差し戻してください。"
        )
    row.state = Edition.State.DRAFT
    row.save(update_fields=["state"])
    return row


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval: the bodies are asked."""
    row: Edition = Edition.objects.select_for_update().get(pk=int(approval.subject.partition(":")[2]))
    if row.state != Edition.State.PROPOSED:
        raise approvals.ApprovalRefused(f"この調査は、すでに「{row.get_state_display()}」です。")
    send_out(row, actor=actor)


def send_out(row: Edition, *, actor: Actor) -> Edition:
    """Ask every body; towns of this installation find the inquiry on their pages."""
    listed = recipients(row.definition)
    Asked.objects.bulk_create([_asked(row, one) for one in listed], batch_size=500)
    row.state, row.opened_at = Edition.State.OPEN, timezone.now()
    row.save()
    before = answers_before(row, [one.body.code for one in listed if one.town is not None])
    for one in listed:
        if one.town is not None:
            deliver(row, one, before.get(one.body.code, {}))
    record("surveys.sent", subject=f"edition:{row.pk}", actor=actor, bodies=len(listed))
    return row


def _asked(edition: Edition, one: Recipient) -> Asked:
    text, day = edition.deadlines.get(one.body.kind.value, ["", ""])
    body = one.body
    return Asked(
        edition=edition, code=body.code, name=body.name, prefecture=body.prefecture, kind=body.kind.value, population=body.population,
        counted_on=one.counted_on, band=body.band, in_house=one.town is not None, deadline_text=text,
        deadline=date.fromisoformat(day) if day else None,
    )  # fmt: skip


@transaction.atomic
def close(edition: Edition, closed: bool) -> Edition:
    """No more answers are taken, or again. Raises Conflict."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    wanted = Edition.State.CLOSED if closed else Edition.State.OPEN
    if row.state not in (Edition.State.OPEN, Edition.State.CLOSED) or row.state == wanted:
        raise Conflict(f"この調査は{row.get_state_display()}です。")
    if row.published_at is not None:
        raise Conflict("結果を公表しています。もう一度受け付けるには、先に公表を取り下げてください。")
    row.state, row.closed_at = wanted, timezone.now() if closed else None
    row.save()
    return row


@transaction.atomic
def plan(code: str, title: str, cycle: str, last: str, next_text: str, next_on: date | None) -> Survey:
    """A regular survey in the calendar, new or changed by its code."""
    row: Survey = Survey.objects.filter(code=code).first() or Survey(code=code)
    row.title, row.cycle, row.last, row.next_text, row.next_on = title, cycle, last, next_text, next_on
    row.save()
    return row


def classes_asked(edition: Edition) -> list[BodyClass]:
    """The classes that it asks, in the order of the tables."""
    return [kind for kind in BodyClass if kind in edition.definition.asked]
