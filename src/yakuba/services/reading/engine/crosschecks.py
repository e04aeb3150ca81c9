"""What fields say about each other. A check confirms a value, contradicts it, or says nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, product

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values import Script
from yakuba.kernel.values.names import has_words
from yakuba.kernel.values.no_value import says_none

from ..contracts import FieldReading, Reason, firm
from . import postal, readings
from .alphabets import LOOKALIKE_KANJI, TOLD_APART, is_variant, out_of_place


@dataclass
class Findings:
    """About one field: `confirmed_by` names of checks, `reasons` against it, `confirmed_prefix` how many
    characters from the start are confirmed where a check reaches only that far, `ambiguous` when a look-alike
    value would pass the same checks, `open` the positions of characters on which the checks say nothing."""

    confirmed_by: list[str] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    confirmed_prefix: int = 0
    ambiguous: bool = False
    open: tuple[int, ...] = ()


Values = Mapping[str, FieldReading]
WRITTEN = (Script.NAME, Script.TEXT, Script.KANA)  # what is written freely
LONGEST_NONE, MOST_VARIANTS = 8, 400  # characters of a word for no value, and other spellings that are tried
PROVING = 2  # check digits that prove a reading; one lets every tenth pass that has two digits wrong


def check(procedure: ProcedureDefinition, values: Values) -> dict[str, Findings]:
    """All checks over the fields at hand (by code); fields that are not there are not missed."""
    findings = {code: Findings() for code in values}
    for code, reading in values.items():
        definition = procedure.by_code.get(code)
        if definition is None or not reading.value:
            continue
        _alone(definition, reading, findings[code])
        for checker in (_postal_code, _kana, _sum, _date_order):
            checker(definition, values, findings)
    _names(procedure, values, findings)
    for code, reading in values.items():
        if code in procedure.by_code:
            _shapes(procedure.by_code[code], reading, findings[code])
    return findings


def _shapes(definition: FieldDefinition, reading: FieldReading, found: Findings) -> None:
    """Characters whose shape alone does not say which one they are. A confirmed part of an address is exempt:
    place names have one official form."""
    if definition.words or definition.kind.script not in WRITTEN:
        return
    if definition.kind.odd(reading.value) or _may_say_none(reading):
        found.reasons.append(
            Reason.IMPLAUSIBLE
        )  # 後日提出 where a name is asked for is read well, and is none
    if definition.kind.script not in (Script.NAME, Script.TEXT):
        return
    open_part = reading.value[found.confirmed_prefix :]
    if _may_lack_blanks(definition.type, reading.value):
        found.reasons.append(Reason.BLANKS_UNREAD)
    if any(is_variant(c) for c in open_part):
        found.reasons.append(Reason.VARIANT_KANJI)
    elif out_of_place(open_part) or any(
        reading.value[at] in LOOKALIKE_KANJI and not _told_apart(reading, at)
        for at in range(found.confirmed_prefix, len(reading.value))
    ):
        found.reasons.append(Reason.LOOKALIKE)


def _may_say_none(reading: FieldReading) -> bool:
    """What was read may be a word for no value of which a character was taken for another one (なレ)."""
    if len(reading.raw) > LONGEST_NONE:
        return False
    rivals = reading.evidence.rivals
    known = rivals if len(rivals) == len(reading.raw) else ("",) * len(reading.raw)
    spelled = product(*(own + others for own, others in zip(reading.raw, known, strict=True)))
    variants = ("".join(one) for one in islice(spelled, MOST_VARIANTS))
    return any(says_none(text) for text in (reading.raw, *reading.candidates, *variants))


def _told_apart(reading: FieldReading, at: int) -> bool:
    """All views and both recognisers leave no doubt which of two forms of a kanji stands there."""
    evidence, length = reading.evidence, len(reading.value)
    if reading.value[at] not in TOLD_APART or {len(evidence.characters), len(evidence.rivals)} != {length}:
        return False
    return firm(evidence.characters[at], evidence.second) and not TOLD_APART & {*evidence.rivals[at]}


def _may_lack_blanks(type_: str, value: str) -> bool:
    """Recognition sees no blanks: none between the words of a foreign name (nor beside its Latin letters), and none between the number of a house and
    that of a room (1-2-3 101)."""
    if type_ == "name":
        return has_words(value)
    return type_ == "address" and bool(re.search(r"-[0-9]{4,}", value))


def _alone(definition: FieldDefinition, reading: FieldReading, found: Findings) -> None:
    """Checks that need only the field itself."""
    value = reading.value
    if definition.kind.check_digits >= PROVING:
        found.confirmed_by.append("check_digits")
    if definition.words:
        if value in definition.words:
            found.confirmed_by.append("lexicon")
        else:
            found.reasons.append(Reason.NOT_IN_LEXICON)
    if not definition.kind.within(value, definition.range):
        found.reasons.append(Reason.OUT_OF_RANGE)


def _postal_code(definition: FieldDefinition, values: Values, findings: Mapping[str, Findings]) -> None:
    if not definition.postal_code_of:
        return
    code, address = values[definition.code], values.get(definition.postal_code_of)
    if address is None or not address.value:
        return
    result = postal.check(code.value, address.value)
    if not result.known:
        findings[code.field].reasons.append(Reason.POSTAL_UNKNOWN)
    elif result.contradicts:
        findings[code.field].reasons.append(Reason.POSTAL_MISMATCH)
        findings[address.field].reasons.append(Reason.POSTAL_MISMATCH)
    elif result.town:
        findings[code.field].confirmed_by.append("address")
        if result.prefix:  # else the list spells the place in another way throughout: only the picture speaks
            findings[address.field].confirmed_by.append("postal_code")
            findings[address.field].confirmed_prefix = result.prefix


def _kana(definition: FieldDefinition, values: Values, findings: Mapping[str, Findings]) -> None:
    if not definition.reading_of:
        return
    kana, name = values[definition.code], values.get(definition.reading_of)
    if name is None or not name.value:
        return
    others = readings.other_readings(name.value, kana.value)
    if readings.supported(name.value, kana.value):
        findings[kana.field].confirmed_by.append("name")
        findings[name.field].confirmed_by.append("kana")
    elif not others and readings.composed(name.value, kana.value):
        findings[kana.field].confirmed_by.append("name_by_kanji")
        findings[name.field].confirmed_by.append("kana_by_kanji")
        findings[kana.field].ambiguous = findings[name.field].ambiguous = True
    else:
        findings[kana.field].reasons.append(Reason.KANA_MISMATCH)
        findings[name.field].reasons.append(Reason.KANA_MISMATCH)
        return
    findings[kana.field].ambiguous |= bool(others)
    if len(kana.evidence.characters) == len(kana.value):
        rivals = kana.evidence.rivals
        known = len(rivals) == len(
            kana.value
        )  # then a dot of which the recogniser saw no trace is not in question
        findings[kana.field].open = tuple(
            i
            for i in readings.open_to_dots(name.value, kana.value)
            if not known or readings.dotted_otherwise(kana.value[i]) & {*rivals[i]}
        )
    findings[name.field].ambiguous |= bool(readings.other_names(name.value, kana.value, name.evidence.rivals))


def _names(procedure: ProcedureDefinition, values: Values, findings: Mapping[str, Findings]) -> None:
    """Names without a reading of their own: the same person elsewhere on the form, or at least a known name."""
    names = [r for r in values.values() if r.type == "name" and r.value]
    confirmed = {r.value for r in names if "kana" in findings[r.field].confirmed_by}
    with_kana = {definition.reading_of for definition in procedure.fields if definition.reading_of}
    for reading in names:
        found = findings[reading.field]
        if reading.field in with_kana:
            continue
        if reading.value in confirmed:
            found.confirmed_by.append("same_name")
        elif not readings.is_known(reading.value):
            found.reasons.append(Reason.NOT_A_KNOWN_NAME)


def _sum(definition: FieldDefinition, values: Values, findings: Mapping[str, Findings]) -> None:
    parts = [values[code] for code in definition.sum_of if code in values and values[code].value]
    if not definition.sum_of or len(parts) != len(definition.sum_of):
        return
    together = [values[definition.code], *parts]
    fits = int(together[0].value) == sum(int(part.value) for part in parts)
    for reading in together:
        if fits:
            findings[reading.field].confirmed_by.append("sum")
        else:
            findings[reading.field].reasons.append(Reason.SUM_MISMATCH)


def _date_order(definition: FieldDefinition, values: Values, findings: Mapping[str, Findings]) -> None:
    earlier = values.get(definition.after) if definition.after else None
    if earlier is not None and earlier.value and values[definition.code].value < earlier.value:
        findings[definition.code].reasons.append(Reason.DATE_ORDER)
        findings[earlier.field].reasons.append(Reason.DATE_ORDER)
