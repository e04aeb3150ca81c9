"""An application at the counter: the clerk's draft for a visit, filled before anybody is asked, and taken as one case."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.files.storage import remove
from yakuba.kernel.ledger.actions import add_event, confirm_value, open_case, record_value
from yakuba.kernel.ledger.guard import RECEIPT_NUMBER, doubt
from yakuba.kernel.ledger.models import Case, CaseValue, Procedure
from yakuba.kernel.ledger.workflow import Status
from yakuba.kernel.refusals import Conflict, Invalid, Missing, Problem
from yakuba.kernel.residents import codes
from yakuba.services.intake.actions import acting, answering, drafts, sending, visits
from yakuba.services.intake.engine import filling
from yakuba.services.intake.engine.acting.rules import Door as AskingDoor
from yakuba.services.intake.engine.answering import check_all
from yakuba.services.intake.engine.filling import Piece
from yakuba.services.intake.engine.form import SIGNATURE, Form, Page
from yakuba.services.intake.models import AttachedFile, Door, Draft, Signing, Submission, Visit, WebForm
from yakuba.services.intake.queries import forms
from yakuba.services.intake.queries.acting import standing
from yakuba.services.queue import facade as queue

OTHERS = "#person:"
RECENT = timedelta(days=30)


class TakenBefore(Conflict):
    """The same person's application for the same procedure was taken lately; whoever means it says so."""

    status = (
        422  # the page comes again with one box more to tick, as with anything else that is still to be said
    )


def add_form(
    visit: Visit, procedure: Procedure, *, actor: User, handed: Mapping[str, str] | None = None
) -> Draft:
    """The visit's draft for a procedure, begun now or the one that is not sent yet; what is known stands in it. handed: field →
    value from the navigator. Raises DefinitionError."""
    form, _ = WebForm.objects.get_or_create(procedure=procedure)
    asked = forms.parsed(form)
    with transaction.atomic():
        row = visits.locked(visit, actor=actor)
        draft = Draft.objects.filter(visit=row, form=form, sent=False).first() or _begun(row, form)
        known = {
            code: Piece(value, filling.NAVIGATOR)
            for code, value in (handed or {}).items()
            if code in asked.questions
        }
        drafts.keep(draft, filling.filled(asked, drafts.answers(draft), known))
    fill(draft, actor=actor)
    return draft


def _begun(visit: Visit, form: WebForm) -> Draft:
    nobody = secrets.token_urlsafe(18), secrets.token_urlsafe(18)  # no address and no browser opens it
    draft = Draft(
        form=form, visit=visit, key=drafts.mark(nobody[0]), browser=drafts.mark(nobody[1]), sealed=b""
    )
    draft.ends_on = timezone.localdate() + timedelta(days=drafts.UNSAVED_DAYS)
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError:  # pressed twice
        return Draft.objects.get(visit=visit, form=form, sent=False)
    return draft


def find(number: int, *, actor: User) -> Draft:
    """The draft, for who holds its visit. Raises Missing, NotYours."""
    row = Draft.objects.select_related("form__procedure", "visit__holder").filter(pk=number).first()
    if row is None or row.visit is None:
        raise Missing("その申請はありません。「窓口で受け付ける」から選び直してください。")
    if not row.sent:
        visits.find(row.visit_id, actor=actor)
    elif row.visit.holder_id != actor.pk:
        raise Missing("その申請はありません。受付簿で、受付番号からさがしてください。")
    return row


@transaction.atomic
def fill(draft: Draft, *, actor: User) -> None:
    """Put what the visit knows where nothing stands yet."""
    assert draft.visit is not None
    row = visits.locked(draft.visit, actor=actor)
    draft.refresh_from_db(fields=["sealed", "version"])  # what another tab has typed meanwhile stands
    asked, answers = forms.parsed(draft.form), drafts.answers(draft)
    found = filling.offers(asked, visits.known(row), others(answers))
    if new := filling.filled(asked, answers, found):
        drafts.keep(draft, new)


def others(answers: Mapping[str, str]) -> dict[int, dict[str, Piece]]:
    """Number of a role → part → piece, of the people who were looked up besides who stands there."""
    found = {}
    for key, text in answers.items():
        if key.startswith(OTHERS) and text:
            found[int(key.removeprefix(OTHERS))] = {
                part: Piece(*one) for part, one in json.loads(text).items()
            }
    return found


@transaction.atomic
def choose_other(draft: Draft, role: int, number: str, *, actor: User) -> bool:
    """Whom a form names besides: what the register says takes the place of what stands in that person's fields. Gives whether
    where they live is kept from the form. Raises Missing."""
    assert draft.visit is not None
    visits.locked(draft.visit, actor=actor)
    asked = forms.parsed(draft.form)
    if not 1 <= role < len(asked.persons):
        raise Conflict("このフォームに、その人の欄はありません。")
    parts, guarded = visits.of_register(number, actor=actor)
    empty = {code: "" for part, code in asked.persons[role].fields.items() if code in asked.questions}
    kept = json.dumps({part: [one.value, one.source] for part, one in parts.items()}, ensure_ascii=False)
    drafts.keep(draft, {**empty, f"{OTHERS}{role}": kept})
    fill(draft, actor=actor)
    record("intake.resident_chosen", subject=f"visit:{draft.visit_id}", actor=actor, shown=[number])
    return guarded


@transaction.atomic
def answer(draft: Draft, page: Page, values: Mapping[str, str], *, right: bool, actor: User) -> None:
    """What the clerk typed on a page; right: nothing on it is wrong, so that the visit's other forms may have it."""
    assert draft.visit is not None
    row = visits.locked(draft.visit, actor=actor)
    before = drafts.answers(draft)
    new = {**values, **({f"{filling.LOOKED_AT}{page.number}": "1"} if right else {})}
    if any(before.get(code, "") != value for code, value in new.items()):
        drafts.keep(draft, new)
    if right:
        person, said = filling.heard(forms.parsed(draft.form), page, values)
        visits.hear(row, person, said, filling.SAID, actor=actor)


@transaction.atomic
def say_who(draft: Draft, keys: Mapping[str, str], *, actor: User) -> None:
    """Who stands there and what the clerk has seen of them, for this application alone: `engine.acting.answers`."""
    assert draft.visit is not None
    visits.locked(draft.visit, actor=actor)
    drafts.keep(draft, keys)


def earlier(draft: Draft) -> list[Submission]:
    """What was taken or sent lately for the same procedure and the same person of the register, the latest first."""
    resident = _resident(draft)
    if not resident:
        return []
    rows = Submission.objects.filter(form=draft.form, resident=resident, sent_at__gte=timezone.now() - RECENT)
    return list(rows.select_related("taken_by").order_by("-sent_at"))


def _resident(draft: Draft) -> str:
    visit = draft.visit
    number = visits.known(visit).person.get("number") if visit and visit.sealed else None
    others_of = others(drafts.answers(draft)) if draft.sealed else {}
    about = [one["number"].value for _, one in sorted(others_of.items()) if "number" in one]
    about = ([number.value] if number else []) + about
    return drafts.mark(f"resident:{'/'.join(about)}") if about else ""


@transaction.atomic
def take(draft: Draft, signing: str, *, actor: User, again: bool = False) -> Submission:
    """The case of this draft: made now, or already there however often the button is pressed. What is signed on paper waits as
    received until the paper is there; anything else goes on to whoever enters it. again: also where the same was taken
    lately. Raises NotSent, TakenBefore, Invalid, NotYours."""
    row = _locked(draft)
    if row.sent:
        sent = Submission.objects.filter(draft=row.key).first()
        if sent is None:
            raise Conflict("この申請は、もう受付簿にありません。")
        return sent
    assert row.visit is not None
    visit = visits.locked(row.visit, actor=actor)
    WebForm.objects.select_for_update(of=("self",)).get(
        pk=row.form_id
    )  # two windows, one person: one after the other
    if not again and earlier(row):
        raise TakenBefore(
            "この方のこの手続は、最近受け付けています。重ねて受け付けるときは、印を付けて押してください。"
        )
    form, typed = forms.parsed(row.form), drafts.answers(row)
    values = _checked(form, typed)
    _require_signing(form, row, signing)
    given_by = acting.of_draft(row.form, typed | values, AskingDoor.COUNTER, form)
    resident = _resident(row)
    case = _case(row, form, values, typed, actor)
    submission = Submission.objects.create(
        form=row.form,
        case=case,
        number=case.receipt_number,
        secret=codes.hashed(case.receipt_number, secret_of(row)),
        draft=row.key,
        form_version=row.form.version,
        door=Door.COUNTER,
        taken_by=actor,
        signing=signing,
        resident=resident,
    )
    _sign(row, submission)
    seen = [
        key.removeprefix(filling.SEEN) for key, text in typed.items() if key.startswith(filling.SEEN) and text
    ]
    row.sealed, row.sent, row.tablet, row.shown_until = b"", True, "", None
    row.ends_on = timezone.localdate() + sending.KEPT_AFTER
    row.save()
    seconds = visits.measured(visit, timezone.now())
    add_event(case, "intake.taken", user=actor, seconds=seconds, signing=signing, documents=sorted(seen))
    record(
        "intake.taken", subject=f"case:{case.pk}", actor=actor, form=row.form.procedure.code, signing=signing
    )
    if given_by:
        acting.state(case, given_by, actor=actor)
    stated = standing(case)  # what is lacking keeps nobody from applying: the case waits
    if signing != Signing.PAPER and not (stated and stated.waits):
        answering.accept(case, actor=actor)
    return submission


def _locked(draft: Draft) -> Draft:
    """The draft as it is now, behind its visit: whoever ends, answers or takes asks for the two in this order. Raises Missing."""
    Visit.objects.select_for_update(of=("self",)).filter(pk=draft.visit_id).first()
    rows = Draft.objects.select_for_update(of=("self",)).select_related("form__procedure", "visit")
    row: Draft | None = rows.filter(pk=draft.pk).first()
    if row is None:
        raise Missing("その申請はありません。やめたか、来庁が終わっています。")
    return row


@transaction.atomic
def drop(draft: Draft, *, actor: User) -> bool:
    """The resident does not want it after all: nothing of it is left. Whether it went: what was taken a moment ago stays.
    Raises Missing, NotYours."""
    row = _locked(draft)
    if row.sent or row.visit is None:
        return False
    visits.locked(row.visit, actor=actor)
    drafts.throw_away(row)
    return True


def secret_of(draft: Draft) -> str:
    """The code beside the receipt number of an application at the counter, as long as its draft is there to print it again."""
    return sending.secret_of(f"counter:{draft.key}")


def _checked(form: Form, typed: Mapping[str, str]) -> dict[str, str]:
    checked = check_all(form, typed)
    if checked.faults:
        labels = {code: one.field.label for code, one in form.questions.items()}
        problems = [Problem(0, labels.get(code, ""), sentence) for code, sentence in checked.faults.items()]
        raise sending.NotSent("直すところがあるので、まだ受け付けていません。", problems=problems)
    values = dict(checked.values)
    if form.sent_on:
        values[form.sent_on] = timezone.localdate().isoformat()
    return values


def _require_signing(form: Form, draft: Draft, signing: str) -> None:
    asked = set(Signing.values) - ({Signing.NONE} if form.signature else set())
    if signing not in asked:
        raise Invalid("署名の取り方を選んでください。")
    if signing == Signing.DRAWN and not has_signature(draft):
        raise Invalid(
            "いまの内容への署名が、まだタブレットにありません。署名してもらうか、用紙に印刷してください。"
        )


def has_signature(draft: Draft) -> bool:
    """Whether the applicant has signed the draft as it stands now."""
    return (
        draft.checked_version == draft.version
        and AttachedFile.objects.filter(draft=draft, slot=SIGNATURE).exists()
    )


def _sign(draft: Draft, submission: Submission) -> None:
    """The signature on the tablet goes with the application only where it is what was signed: one of before something was
    changed says nothing of it, and goes."""
    given = AttachedFile.objects.filter(draft=draft)
    if submission.signing != Signing.DRAWN:
        former = [one.file for one in given.filter(slot=SIGNATURE).select_related("file")]
        given.filter(slot=SIGNATURE).delete()
        remove(*former)
    given.update(draft=None, submission=submission)


def _case(draft: Draft, form: Form, values: dict[str, str], typed: Mapping[str, str], actor: User) -> Case:
    procedure = draft.form.procedure
    case = open_case(procedure, sending.next_number(timezone.localdate()), Status.RECEIVED)
    fields = procedure.definition.by_code
    source = {"counter": draft.form.version}
    if RECEIPT_NUMBER in fields:
        record_value(
            case,
            RECEIPT_NUMBER,
            case.receipt_number,
            trusted=True,
            source=source,
            origin=CaseValue.Origin.PERSON,
        )
    for code, number in _numbers(form, draft, typed).items():
        record_value(
            case,
            code,
            number,
            trusted=not doubt(fields[code], number),
            source=source,
            origin=CaseValue.Origin.REGISTER,
        )
    calculated = {one.field.code for one in form.calculated}
    for code, value in values.items():
        if code not in fields:
            continue
        if code in calculated:
            origin = CaseValue.Origin.CALCULATED
        elif filling.source_of(typed, code) == filling.REGISTER:
            origin = CaseValue.Origin.REGISTER
        elif value and code != form.sent_on:
            confirm_value(case, code, value, actor=actor, seconds=0.0, insist=True)
            continue
        else:
            origin = CaseValue.Origin.PERSON
        record_value(case, code, value, trusted=not doubt(fields[code], value), source=source, origin=origin)
    return case


def _numbers(form: Form, draft: Draft, typed: Mapping[str, str]) -> dict[str, str]:
    """The field of a number in the register → that of who was looked up for it, as long as the form still names that person:
    where the clerk has typed another name or birthday since, the number is somebody else's."""
    assert draft.visit is not None
    people = {0: visits.known(draft.visit).person, **others(typed)}
    found = {}
    for at, role in enumerate(form.persons):
        piece = people.get(at, {}).get("number")
        said = {part: typed.get(code, "") for part, code in role.fields.items()}
        if piece is not None and "number" in role.fields and visits.is_same(piece.value, said):
            found[role.fields["number"]] = piece.value
    return found


@transaction.atomic
def end(visit: Visit, *, actor: User) -> None:
    """The resident goes: what was not sent is thrown away, and the time since the last application goes to it."""
    row = visits.locked(visit, actor=actor)
    keys = Draft.objects.filter(visit=row, sent=True).values("key")
    last = Submission.objects.filter(draft__in=keys).select_related("case").order_by("-pk").first()
    seconds = visits.measured(row, timezone.now())
    if last is not None:
        add_event(last.case, "intake.served", user=actor, seconds=seconds)
    if row.ticket:
        queue.finish(row.ticket, actor=actor)
    visits.forget(row)
    record("intake.visit_ended", subject=f"visit:{row.pk}", actor=actor)
