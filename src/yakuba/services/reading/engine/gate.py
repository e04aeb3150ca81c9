"""The gate: which values may pass without a person.

It trusts a value only when everything that can be asked speaks for it. The thresholds stand in one table; how they
were found stands beside them. Whatever is not clearly right goes to a person: a needless look costs seconds, a
wrong value that nobody saw costs a resident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..contracts import Decision, Evidence, FieldReading, Reason, with_decision
from .crosschecks import Findings, check
from .definitions import FieldDefinition, ProcedureDefinition

WORST_PRINT_NEARBY = (
    0.75  # less of the form's print around a box: something lies over it, or the paper is torn
)


@dataclass(frozen=True)
class Threshold:
    """What the evidence must reach. views: readings that must all agree.  floor: every character in each of them.
    posterior: the whole string in each of them.  cells: cells read alone must give the same.  cell_floor: each."""

    views: int
    floor: float
    posterior: float
    cells: bool = False
    cell_floor: float = 0.0


# A value that another field, check digits or a closed list confirms may be a little less clear by itself.
CONFIRMED = Threshold(views=3, floor=0.5, posterior=0.4)
# Digits that nothing confirms: one digit read wrong is still a possible value.
DIGITS_ALONE = Threshold(views=4, floor=0.97, posterior=0.95, cells=True, cell_floor=0.8)
# Free text that nothing confirms.
TEXT_ALONE = Threshold(views=4, floor=0.98, posterior=0.95)

_TEXT = {
    Reason.LOW_CONFIDENCE: "文字がはっきりしません。",
    Reason.VIEWS_DISAGREE: "読むたびに結果が分かれます。",
    Reason.CELLS_DISAGREE: "1マスずつ読んだ結果と合いません。",
    Reason.CELLS_UNCLEAR: "マス目の中の文字の区切りがはっきりしません。",
    Reason.BAD_FORMAT: "この項目の形になっていません。",
    Reason.OUT_OF_RANGE: "ありうる範囲の外の値です。",
    Reason.REQUIRED_BLANK: "必ず記入する欄が空いています。",
    Reason.FAINT_INK: "薄い書き込みがあるようです。",
    Reason.NOT_IN_LEXICON: "一覧にない名称です。",
    Reason.VARIANT_KANJI: "異体字が含まれます。字形を確かめてください。",
    Reason.LOOKALIKE: "形のよく似た字があります。字形を確かめてください。",
    Reason.CHECK_DIGITS: "検査数字が合いません。",
    Reason.SEVERAL_MARKS: "二つ以上に印があります。",
    Reason.MARK_UNCLEAR: "印があるかどうかはっきりしません。",
    Reason.POSTAL_UNKNOWN: "この郵便番号はありません。",
    Reason.POSTAL_MISMATCH: "郵便番号と住所が合いません。",
    Reason.KANA_MISMATCH: "フリガナから確かめられない氏名です。",
    Reason.NO_WITNESS: "ほかの欄から確かめられません。",
    Reason.SUM_MISMATCH: "合計が合いません。",
    Reason.DATE_ORDER: "日付の前後が逆です。",
    Reason.POOR_FIT: "用紙のゆがみが大きく、枠の位置が確かではありません。",
    Reason.PRINT_MISSING: "欄のまわりの印刷が見えません。何かが重なっていないか確かめてください。",
    Reason.COLOURED_INK: "赤い書き込みがあります。訂正でないか確かめてください。",
    Reason.STRUCK_OUT: "線で消した跡があります。",
    Reason.OUTSIDE_BOX: "枠の外に書き込みがあります。",
    Reason.PAGES_DISAGREE: "ページによって値が違います。",
}


def message(reasons: Sequence[Reason]) -> str:
    """The reasons as a text for the clerk."""
    return "".join(_TEXT[reason] for reason in reasons)


def decide(procedure: ProcedureDefinition, readings: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """Decide about all fields at hand together."""
    findings = check(procedure, {reading.field: reading for reading in readings})
    return tuple(
        _decided(procedure.fields[reading.field], reading, findings[reading.field]) for reading in readings
    )


def _decided(definition: FieldDefinition, reading: FieldReading, found: Findings) -> FieldReading:
    reasons = [*reading.evidence.flags, *found.reasons]
    if reading.evidence.print_found < WORST_PRINT_NEARBY:
        reasons.append(Reason.PRINT_MISSING)
    empty = not reading.value and not reading.raw and reading.evidence.views == 0
    if empty and definition.required:
        reasons.append(Reason.REQUIRED_BLANK)
    if not empty and not reasons and definition.type not in ("choice", "choices"):
        reasons += _lacking(definition, reading, found)
    unique = tuple(dict.fromkeys(reasons))
    fine = Decision.BLANK if empty else Decision.TRUSTED
    decision = Decision.DOUBTFUL if unique else fine
    return with_decision(reading, decision, unique, message(unique), confirmed_by=tuple(found.confirmed_by))


def _lacking(definition: FieldDefinition, reading: FieldReading, found: Findings) -> list[Reason]:
    """What the evidence lacks for trust."""
    evidence = reading.evidence
    threshold = _threshold(definition, found, reading.value)
    if threshold is None:
        return [Reason.NO_WITNESS]
    reasons = []
    if evidence.views < threshold.views or evidence.agreeing < evidence.views:
        reasons.append(Reason.VIEWS_DISAGREE)
    if evidence.floor < threshold.floor or evidence.posterior < threshold.posterior:
        reasons.append(Reason.LOW_CONFIDENCE)
    return reasons + _cells_lacking(evidence, threshold)


def _cells_lacking(evidence: Evidence, threshold: Threshold) -> list[Reason]:
    if evidence.cells_agree is False:
        return [Reason.CELLS_DISAGREE]
    if threshold.cells and (evidence.cells_agree is None or evidence.cell_floor < threshold.cell_floor):
        return [Reason.CELLS_UNCLEAR]
    return []


def _threshold(definition: FieldDefinition, found: Findings, value: str) -> Threshold | None:
    """The threshold for a field with what is known about it; None when nothing would be enough."""
    digits = definition.type in ("digits", "number", "phone", "postal_code", "receipt_number", "date")
    whole = found.confirmed_by and not found.confirmed_prefix and not found.ambiguous
    if whole:
        return CONFIRMED
    if digits:
        return DIGITS_ALONE
    return TEXT_ALONE
