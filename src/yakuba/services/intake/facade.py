"""The intake room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger.actions import open_case
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.intake import operations
from yakuba.services.intake.actions import (
    answering,
    counter,
    drafts,
    fees,
    navigator,
    opening,
    post,
    rules,
    sending,
    visits,
)
from yakuba.services.intake.actions.numbers import next_number
from yakuba.services.intake.actions.post import Envelope
from yakuba.services.intake.engine.acting import answers as acting_answers
from yakuba.services.intake.engine.acting.rules import Door, Part
from yakuba.services.intake.engine.acting.standing import Given
from yakuba.services.intake.engine.form import parse_form
from yakuba.services.intake.models import LifeEvent, RuleFile, Signing, Submission, WebForm


def is_empty() -> bool:
    """Whether the town has no web form yet."""
    return not WebForm.objects.exists()


def open_form(
    code: str, document: Mapping[str, Any], opens_on: date, closes_on: date | None, note: str, *, actor: Actor
) -> None:
    """Open a procedure's web form for residents. Raises Missing, Invalid and DefinitionError."""
    procedure = operations.procedure(code)
    opening.set_form(procedure, document, actor=actor)
    opening.open_form(procedure, opens_on, closes_on, note, actor=actor)


def apply(code: str, answers: Mapping[str, str]) -> tuple[str, str]:
    """Send an application as a resident would, field code → what is typed: receipt number and secret. Raises NotSent."""
    form = WebForm.objects.select_related("procedure").get(procedure__code=code)
    asked = parse_form(form.document, form.procedure.definition).questions
    opened = drafts.begin(form)
    said = {code: text for code, text in answers.items() if code in asked}
    drafts.keep(opened.draft, said | {acting_answers.PART: Part.SELF.value})
    submission = sending.send(opened.draft, opened.key)
    return submission.number, sending.secret_of(opened.key)


def take_at_counter(
    code: str, answers: Mapping[str, str], *, actor: User, documents: Iterable[str] = ()
) -> str:
    """Take an application at the counter as a clerk would, to be signed on paper; field code → what is typed, by the person whom it is
    about, whose documents of these kinds were seen: the receipt number.
    Raises NotSent."""
    visit = visits.begin(secrets.token_urlsafe(24), actor=actor)
    draft = counter.add_form(visit, operations.procedure(code), actor=actor)
    for page in parse_form(draft.form.document, draft.form.procedure.definition).pages:
        given = {one.code: answers.get(one.code, "") for one in page.questions}
        counter.answer(draft, page, given, right=True, actor=actor)
    draft.refresh_from_db()
    who = {acting_answers.PART: Part.SELF.value} | {f"{acting_answers.SEEN}{name}": "1" for name in documents}
    counter.say_who(draft, who, actor=actor)
    draft.refresh_from_db()
    submission = counter.take(draft, Signing.PAPER, actor=actor)
    counter.end(visit, actor=actor)
    return submission.number


def ask_correction(number: str, sentence: str, *, actor: Actor) -> None:
    """Ask the applicant of that receipt number back."""
    case = Submission.objects.select_related("case__procedure").get(number=number).case
    answering.ask_correction(case, sentence, actor=actor)


def publish_life_events(texts: Iterable[str], *, proposed_by: User, approved_by: User) -> int:
    """Take files about life events over, and publish them as two people do; how many."""
    rows = [navigator.write(text, actor=proposed_by) for text in texts]
    for row in rows:
        approval = navigator.propose(row.pk, "見本の出来事を公開します", actor=proposed_by)
        approvals.approve(approval, actor=approved_by, answer="見本")
    return len(rows)


def has_life_events() -> bool:
    """Whether the town has any."""
    return bool(LifeEvent.objects.exists())


def has_rules() -> bool:
    """Whether the town has said who may ask, or what it costs."""
    return bool(RuleFile.objects.exists())


def publish_rules(*, proposed_by: User, approved_by: User) -> int:
    """Take the shipped rules of the town's procedures and its fees over, and put them into force as two people do; how many."""
    rules.take_samples(actor=proposed_by)
    rows = list(RuleFile.objects.filter(told="").order_by("pk"))
    for row in rows:
        approval = rules.propose(row.pk, "見本の決まりを使い始めます", actor=proposed_by)
        approvals.approve(approval, actor=approved_by, answer="見本")
    return len(rows)


def open_envelope(
    code: str, envelope: Envelope, fee: str, copies: int, seen: Iterable[str], *, actor: User
) -> None:
    """An envelope as a clerk opens it, from the person whom it is about, with its fee noted; the orders wait to be taken."""
    given = Given(Part.SELF, Door.POST, seen=frozenset(seen))
    row = post.register(post.procedure_of(code), envelope, given, secrets.token_urlsafe(24), actor=actor)
    fees.charge(row.case, fee, copies, "", secrets.token_urlsafe(24), actor=actor)


def pay_at_counter(code: str, fee: str, way: str, slip: str, *, actor: User) -> None:
    """One copy, asked for and paid at the counter, of a case that is entered by hand."""
    case = open_case(post.procedure_of(code), next_number(timezone.localdate()), Status.RECEIVED)
    row = fees.charge(case, fee, 1, "", secrets.token_urlsafe(24), actor=actor)
    fees.receive(case, way, row.yen, slip, secrets.token_urlsafe(24), actor=actor)
