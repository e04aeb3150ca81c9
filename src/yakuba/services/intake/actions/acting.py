"""Who asks for a case is stated, and stated anew with a reason; of documents only their kind and the day are kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.ledger.actions import add_event
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.intake.engine.acting import answers
from yakuba.services.intake.engine.acting.rules import Asked, Authority, Door, Part, Rules
from yakuba.services.intake.engine.acting.standing import (
    Given,
    Standing,
    is_same_person,
    role_at,
    seen_only,
    standing,
)
from yakuba.services.intake.engine.form import Form
from yakuba.services.intake.engine.people import read_roles
from yakuba.services.intake.models import ActingStatement, PostalRequest, Submission, WebForm
from yakuba.services.intake.queries import rules as queries
from yakuba.services.intake.queries.acting import GUARD, is_guarded

LONGEST = 300  # characters of a reason
# Licences have twelve digits, passports two letters and seven digits, cards of residence two, eight and two.
_OF_A_DOCUMENT = re.compile(
    r"(?<!\d)\d{12}(?!\d)|(?<![A-Za-z])[A-Za-z]{2}\d{7,8}(?:[A-Za-z]{2})?(?![A-Za-z0-9])"
)
NOT_SAID = "だれが申請するかを、まだ選んでいません。"
SAME = "代わりに申請する人と、申請の本人が同じ人になっています。本人の申請なら「本人」を選び、違うなら氏名を直してください。"
WHERE = {
    Door.WEB: ActingStatement.Where.WEB,
    Door.TABLET: ActingStatement.Where.COUNTER,
    Door.COUNTER: ActingStatement.Where.COUNTER,
    Door.POST: ActingStatement.Where.POST,
}
DOORS = {
    ActingStatement.Where.WEB: Door.WEB,
    ActingStatement.Where.COUNTER: Door.COUNTER,
    ActingStatement.Where.POST: Door.POST,
}


def of_draft(form: WebForm, typed: Mapping[str, str], door: Door, asked: Form | None) -> Given | None:
    """Who asks by a draft, to be stated once its case is there; None where the procedure has no rules in force. Raises Invalid
    where it is not said, may not be, or where who acts is written as the very person."""
    found = queries.acting(form.procedure.code)
    if found is None:
        return None
    rules, _ = found
    given = answers.given_of(typed, door, rules)
    if given is None:
        raise Invalid(NOT_SAID)
    standing(rules, given, timezone.localdate())
    role = role_at(rules, given.part.value, door)
    if wrong := answers.faults(role, given.said) if door is Door.WEB else {}:
        raise Invalid(" ".join(wrong.values()))
    _require_other(given, asked, typed)
    return given


def _require_other(given: Given, asked: Form | None, typed: Mapping[str, str]) -> None:
    if not given.part.is_other or asked is None or not asked.persons:
        return
    fields = asked.persons[0].fields
    name, address = (typed.get(fields.get(part, ""), "") for part in ("name", "address"))
    if is_same_person(given.said, name, address):
        raise Invalid(SAME)


@transaction.atomic
def state(
    case: Case, given: Given, *, actor: Actor, reason: str = "", waived: str = "", after: int | None = None
) -> ActingStatement:
    """Keep who asks for a case. after: the statement that the page showed, so that two clerks do not write over each other; the
    same said again is the same statement. Raises Invalid, Conflict."""
    case = Case.objects.select_for_update(of=("self",)).select_related("procedure").get(pk=case.pk)
    found = queries.acting(case.procedure.code)
    if found is None:
        raise Conflict("この手続には、申請できる人の決まりがまだありません。")
    rules, stamp = found
    last = ActingStatement.objects.filter(case=case).order_by("-serial").first()
    said = _fields(rules, given, last, actor)
    judged = standing(rules, given, timezone.localdate())
    fresh = said | _judged(judged) | {"waived": _short(waived), "rules": stamp}
    if is_guarded(case, given.part.value):
        fresh["lacking"] = [*judged.lacking, GUARD]
    if known(actor) is not None:  # what a resident sends was looked at by its form
        _require_not_the_person(case, given)
    if last is not None and all(getattr(last, key) == value for key, value in fresh.items()):
        return last
    if last is not None and after is not None and last.serial != after:
        raise Conflict(
            "開いてから記録するまでの間に、ほかの人が記録しています。画面を開き直し、見比べてから記録してください。"
        )
    if last is not None and not reason.strip():
        raise Invalid("直す理由を書いてください。例：委任状が届いた")
    row: ActingStatement = ActingStatement.objects.create(
        case=case,
        serial=last.serial + 1 if last else 1,
        reason=_short(reason),
        said_by=known(actor),
        **fresh,
    )
    add_event(case, "intake.acting_stated", user=known(actor), part=row.part, lacking=len(judged.lacking))
    record("intake.acting_stated", subject=f"case:{case.pk}", actor=actor, part=row.part, again=bool(last))
    return row


def _require_not_the_person(case: Case, given: Given) -> None:
    definition = case.procedure.definition
    roles = read_roles((), definition, definition.title)
    if not given.part.is_other or not roles:
        return
    fields = [roles[0].fields.get(part, "") for part in ("name", "address")]
    values = dict(CaseValue.objects.filter(case=case, field__in=fields).values_list("field", "value"))
    name, address = (values.get(one, "") for one in fields)
    if is_same_person(given.said, name, address):
        raise Invalid(SAME)


def _fields(rules: Rules, given: Given, last: ActingStatement | None, actor: Actor) -> dict[str, object]:
    role = role_at(rules, given.part.value, given.door)
    texts = {
        field: given.said.get(one, "")[: answers.LONGEST[one]] if one in role.asked else ""
        for field, one in (
            ("name", Asked.NAME),
            ("address", Asked.ADDRESS),
            ("phone", Asked.PHONE),
            ("relation", Asked.RELATION),
        )
    }
    for text in texts.values():
        _require_no_number(text)
    kept = seen_only(rules, role, given.door, sorted(given.seen))
    before = {one["name"]: one for one in last.seen} if last else {}
    seen = [_seen(name, rules.authority(name), given, before, actor) for name in sorted(kept)]
    found: dict[str, object] = {
        "door": WHERE[given.door].value,
        "part": role.part.value,
        "letters_to": role.to.value,
        "seen": seen,
    }
    return found | texts


def _seen(
    name: str, paper: Authority | None, given: Given, before: Mapping[str, dict[str, object]], actor: Actor
) -> dict[str, object]:
    """Kind and day, and who looked; what was seen before keeps its day. Its own day and points only of a paper that gives
    authority, and only points that the file knows: whatever else is said of a document is not kept."""
    old = before.get(name)
    day: date | None = given.days.get(name) if paper else None
    found = given.points.get(name, frozenset()) & frozenset(paper.points if paper else ())
    return {
        "name": name,
        "day": str(old["day"]) if old else timezone.localdate().isoformat(),
        "by": str(old["by"]) if old else str(known(actor) or ""),
        "written": day.isoformat() if day else "",
        "points": sorted(found),
    }


def _judged(judged: Standing) -> dict[str, object]:
    return {
        "lacking": list(judged.lacking),
        "identified": judged.identified,
        "authorised": judged.authorised,
        "letter": judged.letter,
    }


def _short(text: str) -> str:
    if len(text.strip()) > LONGEST:
        raise Invalid(f"理由は{LONGEST}文字までで書いてください。")
    _require_no_number(text)
    return text.strip()


def _require_no_number(text: str) -> None:
    """Numbers of documents are kept nowhere, and this is where somebody would type one."""
    if likely_in(text):
        raise Invalid("個人番号のような数字があります。個人番号は、ここには書かないでください。")
    if _OF_A_DOCUMENT.search(narrow(text)):
        raise Invalid(
            "書類の番号のような文字があります。書類の番号は残せません。書類の種類だけを書いてください。"
        )


def door_of(case: Case) -> Door:
    """Where a case came in: what must be proved depends on it, and nobody chooses it afterwards."""
    last = ActingStatement.objects.filter(case=case).order_by("-serial").first()
    if last is not None:
        return DOORS[ActingStatement.Where(last.door)]
    if PostalRequest.objects.filter(case=case).exists():
        return Door.POST
    row = Submission.objects.filter(case=case).first()
    return Door.WEB if row is not None and row.door == "web" else Door.COUNTER


def given_again(row: ActingStatement) -> Given:
    """What a statement says, to be stated anew with something more."""
    texts = (
        (Asked.NAME, row.name),
        (Asked.ADDRESS, row.address),
        (Asked.PHONE, row.phone),
        (Asked.RELATION, row.relation),
    )
    return Given(
        _part(row),
        DOORS[ActingStatement.Where(row.door)],
        {one: text for one, text in texts if text},
        frozenset(one["name"] for one in row.seen),
        {one["name"]: frozenset(one["points"]) for one in row.seen},
        {one["name"]: date.fromisoformat(one["written"]) for one in row.seen if one["written"]},
    )


def _part(row: ActingStatement) -> Part:
    part = answers.part_named(row.part)
    if part is not None:
        return part
    raise Conflict(f"立場「{row.part}」は、いまの版にありません。選び直してください。")
