"""Putting the pages of an application together, and moving its case on when nothing is left to ask."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import guard, life
from yakuba.kernel.ledger.models import UNASKED, Case, CaseValue
from yakuba.kernel.ledger.workflow import Status
from yakuba.services.reading.actions import residents
from yakuba.services.reading.actions.crosscheck import Contradiction, contradictions
from yakuba.services.reading.actions.drawing import is_drawn
from yakuba.services.reading.actions.promises import Standing
from yakuba.services.reading.actions.reader import read_case
from yakuba.services.reading.contracts import Decision, FieldReading
from yakuba.services.reading.models import Entry, FormDefinition, Question, Sheet
from yakuba.services.reading.queries.promises import people_for, people_of

NUMBER = "receipt_number"
BLIND = "読み取りは見せません。画像に書いてあるとおりに入力してください。"
# From the applicant it comes back as soon as a value or a page of it is seen to.
MOVED_ON = (Status.READING, Status.CONFIRMING, Status.RETURNED, Status.READY)


def locked_case(number: int) -> Case:
    """The case as it stands now, until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=number)


def sheets_of(case: Case) -> list[Sheet]:
    """The pages of a case that are there, in order."""
    rows = Sheet.objects.filter(case=case).select_related("form__procedure", "file", "typed_by", "image")
    return list(rows.order_by("page"))


def missing_pages(case: Case, sheets: list[Sheet] | None = None) -> list[int]:
    """Page numbers of the case's form that are not there; empty when no page is there at all."""
    there = sheets_of(case) if sheets is None else sheets
    form = there[0].form if there else None
    if form is None:
        return []
    wanted = [int(entry["page"]) for entry in form.document["pages"]]
    return [number for number in wanted if number not in {sheet.page for sheet in there}]


def assemble(case: Case) -> None:
    """Record the values of a case whose pages are all there, ask what is doubtful, and move the case on.

    The caller holds the lock on the case's row. May be repeated: a page that was replaced is recorded anew,
    and what a person has confirmed stays.
    """
    sheets = sheets_of(case)
    if not sheets or missing_pages(case, sheets):
        return
    readings = {sheet.pk: reading for sheet in sheets if (reading := sheet.page_reading) is not None}
    result = read_case(readings)
    by_page = {sheet.page: sheet for sheet in sheets}
    standing = Standing.of(result.form, result.fields)
    for field in result.fields:
        _take(case, by_page[field.page], field, standing)
    _note_given_number(case, sheets[0])
    _confirm_typed_number(case, sheets)
    move_on(case)


def field_order(form: FormDefinition) -> dict[str, int]:
    """Field code -> its place on the form, from 0 on the first page."""
    boxes = [box["field"] for page in form.document["pages"] for box in page["boxes"]]
    return {field: position for position, field in enumerate(boxes)}


def _take(case: Case, sheet: Sheet, read: FieldReading, standing: Standing) -> None:
    """Write one reading into the ledger, and ask about it when it is doubtful, or drawn to be checked."""
    definition = case.procedure.definition.by_code.get(read.field)
    if definition is None:
        return  # a newer version of the procedure no longer has it
    number = read.field == NUMBER  # it put the pages together, so it stands already
    field = read if number else standing.held_to_promise(read)
    value = case.receipt_number if number else field.value
    if not definition.kind.is_canonical(value, definition.options):
        value = ""  # read by an earlier version; what was read stands in the question
    odd = guard.doubt(definition, value) if value else ""
    doubtful = (field.decision is Decision.DOUBTFUL or bool(odd) or value != field.value) and not number
    proving = standing.proves(field) and not odd and value == field.value
    source = _source(sheet, field) | standing.source_of(read, passed=not doubtful or proving)
    people = people_for(case.procedure.definition, read.field, standing.people)
    sent = CaseValue.objects.filter(case=case, field=read.field).first()
    if sent is not None and sent.is_sent:
        _compare(case, sheet, field, value, sent)
        return
    if people == 0 and not number:  # nobody is asked, so nothing of it counts as right
        hand_on(case, read.field, value, source)
        return
    blind = not number and (proving or is_drawn(case, read.field) or (doubtful and people > 1))
    shown = _place(source) if blind else source  # what was read stands nowhere before the person has said it
    kept = ledger.record_value(
        case, field.field, "" if blind else value, trusted=not doubtful and not blind, source=shown
    )
    if kept.origin == CaseValue.Origin.PERSON:
        return
    if not doubtful and not blind:
        Question.objects.filter(case=case, field=field.field).delete()
        return
    ask(
        case,
        field.field,
        sheet,
        type=field.type,
        kind=Question.Kind.READING,
        value=value,
        raw=field.raw,
        candidates=list(field.candidates),
        reasons=[] if blind else [reason.value for reason in field.reasons],
        message=BLIND if blind else field.message or odd,
        blind=blind,
        held_back=source if blind else None,
    )


def _compare(case: Case, sheet: Sheet, field: FieldReading, value: str, sent: CaseValue) -> None:
    """What an applicant sent by web stands. A paper that says the same changes nothing, and of one that says something else
    a person says which holds."""
    if value == sent.value:
        return
    definition = case.procedure.definition.field(field.field)
    sent.trusted = False
    sent.save()
    ask(
        case,
        field.field,
        sheet,
        type=field.type,
        kind=Question.Kind.READING,
        value=value,
        raw=field.raw,
        candidates=list(dict.fromkeys([sent.value, *field.candidates])),
        reasons=[reason.value for reason in field.reasons],
        message=f"ウェブで届いた値は「{definition.shown(sent.value)}」です。正しいほうを入れてください。",
    )


def hand_on(case: Case, field: str, value: str, source: dict[str, Any]) -> None:
    """A reading of a field that nobody confirms goes into the ledger as it is, and stays unconfirmed; what a person has
    said of it before stays."""
    kept = ledger.record_value(case, field, value, trusted=False, source=source | {UNASKED: True})
    if kept.origin != CaseValue.Origin.PERSON:
        Question.objects.filter(case=case, field=field).delete()


def ask(case: Case, field: str, sheet: Sheet, **said: Any) -> Question:
    """Ask about a field, as many people as the town wants: there is one question about each, asked anew where it was
    answered. Two are not shown what stands there, whyever they are asked. said: the other fields of the row."""
    order = field_order(sheet.form) if sheet.form else {}
    known = Question.objects.filter(case=case, field=field).first()
    if known is not None and not _the_same(known, sheet, said):
        Entry.objects.filter(question=known).delete()
    form = sheet.form.code if sheet.form else ""
    people = max(1, people_for(case.procedure.definition, field, people_of(form)))
    defaults = {"blind": people > 1, "held_back": None, "people": people} | said
    defaults |= {"sheet": sheet, "position": order.get(field, 0), "state": Question.State.OPEN}
    return Question.objects.update_or_create(case=case, field=field, defaults=defaults)[0]


def _the_same(known: Question, sheet: Sheet, said: dict[str, Any]) -> bool:
    """Whether an open question is only asked once more, since another page of the case came in: what one of two people has
    entered stays."""
    open_ = known.state != Question.State.ANSWERED
    return open_ and (known.sheet_id, known.value, known.kind) == (
        sheet.pk,
        said.get("value"),
        said.get("kind"),
    )


def _place(source: dict[str, Any]) -> dict[str, Any]:
    """Where on which sheet a value stands, and nothing about what was read there."""
    return {key: source[key] for key in ("sheet", "page", "corners")}


def _source(sheet: Sheet, field: FieldReading) -> dict[str, Any]:
    return {
        "sheet": sheet.pk,
        "page": field.page,
        "corners": [list(point) for point in field.corners],
        "engine": field.evidence.reader,
        "second_engine": field.evidence.second_reader,
        "second_support": field.evidence.second,
        "confidence": field.confidence,
        "decision": field.decision.value,
        "reasons": [reason.value for reason in field.reasons],
        "confirmed_by": list(field.confirmed_by),
    }


def _note_given_number(case: Case, sheet: Sheet) -> None:
    """A number that the house gave, or that a label carries, is a value of the case like one that was read."""
    numbering = sheet.form.document.get("numbering", "") if sheet.form else ""
    known = CaseValue.objects.filter(case=case, field=NUMBER).exists()
    if numbering and not known and NUMBER in case.procedure.definition.by_code:
        source = {"sheet": sheet.pk, "page": sheet.page, "numbering": numbering}
        ledger.record_value(case, NUMBER, case.receipt_number, trusted=True, source=source)


def _confirm_typed_number(case: Case, sheets: list[Sheet]) -> None:
    """A receipt number that a person typed is the person's value; its seconds were noted with the sheet."""
    typed = next((sheet for sheet in sheets if sheet.typed_number), None)
    value = CaseValue.objects.filter(case=case, field=NUMBER).first()
    if typed is not None and value is not None and value.origin != CaseValue.Origin.PERSON:
        ledger.confirm_value(case, NUMBER, case.receipt_number, actor=typed.typed_by, seconds=0.0)


def move_on(case: Case, actor: Actor = None) -> None:
    """Bring the case's status in line with its questions; first asks what the values contradict.

    The caller holds the lock on the case's row.
    """
    waiting = Question.objects.filter(case=case).exclude(state=Question.State.ANSWERED)
    if not waiting.exclude(kind=Question.Kind.CROSS_CHECK).exists():
        found = contradictions(case)
        solved = waiting.exclude(field__in=[contradiction.field for contradiction in found])
        solved.update(state=Question.State.ANSWERED)  # another field was put right meanwhile
        for contradiction in found:
            _ask_once(case, contradiction)
    settled = not waiting.exists() and residents.match(case) and not life.is_asked_about(case)
    target = Status.READY if settled else Status.CONFIRMING
    if case.status != target and case.status in MOVED_ON:
        ledger.move(case, target, user=actor)


def _ask_once(case: Case, found: Contradiction) -> None:
    """Ask once about a contradiction; a person who insists is not asked again."""
    known = Question.objects.filter(case=case, field=found.field).first()
    if known is not None and known.insisted:
        return
    if known is not None and known.state != Question.State.ANSWERED:
        Question.objects.filter(pk=known.pk).update(message=found.sentence)
        return
    value = CaseValue.objects.get(case=case, field=found.field)
    sheet = Sheet.objects.filter(pk=value.source.get("sheet")).first() or sheets_of(case)[0]
    ask(
        case,
        found.field,
        sheet,
        type=found.type,
        kind=Question.Kind.CROSS_CHECK,
        value=value.value,
        candidates=[],
        reasons=[found.reason],
        message=found.sentence,
        leased_to=None,
        leased_until=None,
    )
