"""Finding the applicant's number in the register of persons (宛名突合): one certain match is taken, anything else asks."""

from __future__ import annotations

from django.utils.crypto import salted_hmac

from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.procedures import FieldDefinition
from yakuba.kernel.ledger import actions as ledger
from yakuba.kernel.ledger import guard
from yakuba.kernel.ledger.models import Case, CaseValue
from yakuba.kernel.persons import queries as register
from yakuba.kernel.persons.matching import Probe
from yakuba.services.reading.models import PersonMatch
from yakuba.services.reading.queries.residents import probe_of

State = PersonMatch.State
DECIDED = (State.CERTAIN, State.CHOSEN, State.NOBODY)
SALT = "reading.person"
UNFIT = "登録簿の宛名番号は、手続の項目「{label}」に入らない形です。手続の項目の型を確かめてください。"


def match(case: Case) -> bool:
    """Look the case's person up, where its procedure asks for a number and nothing was decided about these values yet.
    Whether the case may go on. The caller holds the case's row."""
    probe, item = probe_of(case), case.procedure.definition.resident
    if probe is None or item is None:
        return True
    known = PersonMatch.objects.filter(case=case).first()
    told = sum_of(probe)
    if known is not None and known.told == told and known.state in DECIDED:
        return True
    row = known or PersonMatch(case=case)
    row.told, row.needed, row.number, row.decided_by, row.decided_at = told, item.required, "", None, None
    if register.current() is None:
        row.state, row.reason = State.NO_REGISTER, "宛名の登録簿が取り込まれていません。"
        row.save()
        return not item.required
    found = register.match(probe)
    certain, reason = found.certain, found.reason
    if certain is not None and not _fits(item, certain.number):
        certain, reason = None, UNFIT.format(label=item.label)
    row.state, row.reason = (State.CERTAIN, "") if certain else (State.OPEN, reason)
    row.number = certain.number if certain else ""
    row.save()
    _drop_supplied(case, item.code, row.number)
    if certain:
        _supply(case, item.code, certain.number)
        record("reading.person_matched", subject=f"case:{case.pk}", field=item.code)
    return bool(certain)


def _fits(item: FieldDefinition, number: str) -> bool:
    """Whether the procedure's field takes the number of the register as it is."""
    return item.kind.is_canonical(number, item.options) and not guard.doubt(item, number)


def _supply(case: Case, field: str, number: str) -> None:
    """Into the ledger, where nothing that was read or entered says the same already."""
    said = CaseValue.objects.filter(case=case, field=field, trusted=True)
    if said.exclude(origin=CaseValue.Origin.REGISTER).exclude(value="").exists():
        return
    origin = CaseValue.Origin.REGISTER
    ledger.record_value(case, field, number, trusted=True, source={"register": True}, origin=origin)


def _drop_supplied(case: Case, field: str, number: str) -> None:
    """What the register supplied for other values of the case is no longer so."""
    CaseValue.objects.filter(case=case, field=field, origin=CaseValue.Origin.REGISTER).exclude(
        value=number
    ).delete()


def sum_of(probe: Probe) -> str:
    """The keyed sum by which it is known whether an application says something else by now."""
    text = "\0".join((probe.name, probe.kana, probe.birth, probe.address, probe.number))
    return salted_hmac(SALT, text, algorithm="sha256").hexdigest()
