"""The gate: which values may pass without a person.

It trusts a value only when everything that can be asked speaks for it. The thresholds stand in one table; how they
were found stands beside them. Whatever is not clearly right goes to a person: a needless look costs seconds, a
wrong value that nobody saw costs a resident.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values import Picks, Script

from ..contracts import Decision, Evidence, FieldReading, Reason, with_decision
from .crosschecks import Findings, check

WORST_PRINT_NEARBY = (
    0.75  # less of the form's print around a box: something lies over it, or the paper is torn
)


@dataclass(frozen=True)
class Threshold:
    """What the evidence must reach. views: readings that must all agree, two where they are firm.  floor: every
    character that no other field confirms, in each of them.  posterior: the whole string in each of them.  cells:
    cells read alone must give the same.  cell_floor: each of them.  second: how likely the other recogniser must find
    the value."""

    views: int
    floor: float
    posterior: float
    cells: bool = False
    cell_floor: float = 0.0
    second: float = 0.0


# The house's recogniser is all but certain of nearly everything that it reads right, and now and then of a wrong
# thing (ツズ for シズ, 26 for 25 at 0.98). On 48 sheets in pen fonts, print and one writer's strokes (908 fields) none
# passed wrong, and a floor of 0.995 would have asked for one value more.
SECOND = 0.1  # how sure the other recogniser must be at least: it reads thin and quick hands less well

# Another field, check digits or a closed list say the same: the reading may be a little less clear by itself.
CONFIRMED = Threshold(views=2, floor=0.7, posterior=0.6)
# An entry of a closed list: the paper may hold what is on no list and looks much like an entry (束山 and 東山), and then
# the recogniser gave the entry's character 0.81 at most.
LISTED = Threshold(views=2, floor=0.9, posterior=0.7)
# Kana that the name confirms whatever their dots (梅沢: ウメサワ, ウメザワ): only the picture says whether there are any.
DOTS = 0.95
# A look-alike value would pass the same check (ナカシマ and ナカジマ): the picture alone has to decide, for two readers.
AMBIGUOUS = Threshold(views=4, floor=0.99, posterior=0.97, second=SECOND)
# Digits that nothing confirms: one digit read wrong is still a possible value.
DIGITS_ALONE = Threshold(views=4, floor=0.97, posterior=0.9, cells=True, cell_floor=0.6, second=SECOND)
# An address whose town the postal code confirms: the rest (block numbers, building) stands alone, but the string's
# own probability also holds the doubts about the confirmed part.
ADDRESS = Threshold(views=4, floor=0.98, posterior=0.5, second=SECOND)
# Text that nothing confirms. The house's recogniser reads 前 through a stroke that strikes it out and is as sure of it
# as ever; the other one is not (0.97).
TEXT_ALONE = Threshold(views=4, floor=0.99, posterior=0.95, second=0.98)

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
    Reason.READ_AS_LISTED: "読み取った字と違いますが、一覧・辞書・郵便番号にある語を候補にしました。用紙の字を確かめてください。",
    Reason.VARIANT_KANJI: "異体字が含まれます。字形を確かめてください。",
    Reason.LOOKALIKE: "形のよく似た字があります。字形を確かめてください。",
    Reason.IMPLAUSIBLE: "値ではなく、覚え書きや断り書きかもしれません。",
    Reason.CHECK_DIGITS: "検査数字が合いません。",
    Reason.SEVERAL_MARKS: "二つ以上に印があります。",
    Reason.MARK_UNCLEAR: "印があるかどうか、または印の意味がはっきりしません。",
    Reason.POSTAL_UNKNOWN: "この郵便番号はありません。",
    Reason.POSTAL_MISMATCH: "郵便番号と住所が合いません。",
    Reason.KANA_MISMATCH: "フリガナから確かめられない氏名です。",
    Reason.NOT_A_KNOWN_NAME: "辞書にない氏名です。",
    Reason.BLANKS_UNREAD: "読み取りでは空白が分かりません。語や番号のあいだの空白を用紙で確かめてください。",
    Reason.READERS_DISAGREE: "二つの認識モデルの読みが分かれます。",
    Reason.SUM_MISMATCH: "合計が合いません。",
    Reason.DATE_ORDER: "日付の前後が逆です。",
    Reason.POOR_FIT: "用紙のゆがみが大きく、枠の位置が確かではありません。",
    Reason.PRINT_MISSING: "欄のまわりの印刷が見えません。何かが重なっていないか確かめてください。",
    Reason.COLOURED_INK: "赤い書き込みがあります。訂正でないか確かめてください。",
    Reason.STRUCK_OUT: "線で消したり、重ねて書いたりした跡があります。",
    Reason.OUTSIDE_BOX: "枠の外や欄をまたいで書き込みがあります。この欄のことか確かめてください。",
    Reason.SEVERAL_LINES: "一つの欄に二行の書き込みがあるようです。書き足しや訂正でないか確かめてください。",
    Reason.LABEL_DIFFERS: "欄の見出しの印刷が登録した様式と違います。用紙の版を確かめてください。",
    Reason.PAGES_DISAGREE: "ページによって値が違います。",
    Reason.ALWAYS_ASKED: "この項目は、いつも人が確認することになっています。",
    Reason.NOT_PROVED: "この項目の約束は、まだ確かめられていません。確かめられるまで人が確認します。",
    Reason.TIGHTENED: "この種類の欄で見逃しが見つかったため、人が確認することにしています。",
}


def message(reasons: Sequence[Reason]) -> str:
    """The reasons as a text for the clerk."""
    return "".join(_TEXT[reason] for reason in reasons)


def decide(procedure: ProcedureDefinition, readings: Sequence[FieldReading]) -> tuple[FieldReading, ...]:
    """Decide about all fields at hand together."""
    findings = check(procedure, {reading.field: reading for reading in readings})
    return tuple(
        _decided(procedure.by_code[reading.field], reading, findings[reading.field]) for reading in readings
    )


def _decided(definition: FieldDefinition, reading: FieldReading, found: Findings) -> FieldReading:
    reasons = [*reading.evidence.flags, *found.reasons]
    if reading.evidence.print_found < WORST_PRINT_NEARBY:
        reasons.append(Reason.PRINT_MISSING)
    empty = not reading.value and not reading.raw and reading.evidence.views == 0
    if empty and definition.required:
        reasons.append(Reason.REQUIRED_BLANK)
    if not empty and not reasons and definition.kind.picks is Picks.NONE:
        reasons += _lacking(definition, reading, found)
    unique = tuple(dict.fromkeys(reasons))
    fine = Decision.BLANK if empty else Decision.TRUSTED
    decision = Decision.DOUBTFUL if unique else fine
    return with_decision(reading, decision, unique, message(unique), confirmed_by=tuple(found.confirmed_by))


def _lacking(definition: FieldDefinition, reading: FieldReading, found: Findings) -> list[Reason]:
    """What the evidence lacks for trust."""
    evidence = reading.evidence
    threshold = _threshold(definition, found)
    reasons = []
    few = evidence.views < threshold.views and not evidence.firm
    if few or evidence.agreeing < evidence.views:
        reasons.append(Reason.VIEWS_DISAGREE)
    confirmed_part = evidence.characters[: found.confirmed_prefix]
    unsure = evidence.floor(found.confirmed_prefix) < threshold.floor
    if (
        unsure
        or min((evidence.characters[at] for at in found.open), default=1.0) < DOTS
        or evidence.posterior < threshold.posterior
        or min(confirmed_part, default=1.0) < CONFIRMED.floor
    ):
        reasons.append(Reason.LOW_CONFIDENCE)
    if (evidence.second or 0.0) < threshold.second:
        reasons.append(Reason.READERS_DISAGREE)
    return reasons + _cells_lacking(evidence, threshold)


def _cells_lacking(evidence: Evidence, threshold: Threshold) -> list[Reason]:
    if evidence.cells_agree is False:
        return [Reason.CELLS_DISAGREE]
    if threshold.cells and (evidence.cells_agree is None or evidence.cell_floor < threshold.cell_floor):
        return [Reason.CELLS_UNCLEAR]
    return []


def _threshold(definition: FieldDefinition, found: Findings) -> Threshold:
    """The threshold for a field with what is known about it."""
    if found.confirmed_by and found.ambiguous:
        return AMBIGUOUS
    if definition.words and found.confirmed_by:
        return LISTED
    if found.confirmed_by and not found.confirmed_prefix:
        return CONFIRMED
    if found.confirmed_by:
        return ADDRESS
    if definition.kind.script is Script.DIGITS:
        return DIGITS_ALONE
    return TEXT_ALONE
