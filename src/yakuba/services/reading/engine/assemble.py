"""Pages to applications: by the receipt number that every page carries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..contracts import CaseReading, CaseStatus, Decision, FieldReading, PageReading, PageStatus, Reason
from . import gate
from .definitions import FormDefinition
from .library import FormLibrary


def read_case(pages: Mapping[int, PageReading], library: FormLibrary) -> CaseReading:
    """One application from its pages (by their position in the batch), with the checks across pages.

    All pages must be READ and of one form; raises ValueError otherwise.
    """
    first = next(iter(pages.values()))
    form = library.form(first.form)
    if form is None or any(page.form != form.code for page in pages.values()):
        raise ValueError("the pages of a case are of one known form")
    status, message = _completeness(form, list(pages.values()))
    merged = _merged([page for page in pages.values()])
    procedure = library.procedures[form.procedure]
    decided = {reading.field: reading for reading in gate.decide(procedure, list(merged.values()))}
    ordered = tuple(_after(decided[code], merged[code]) for code in procedure.by_code if code in decided)
    number = decided.get("receipt_number")
    known = number.value if number and number.decision is Decision.TRUSTED else ""
    if not known:
        status, message = CaseStatus.NUMBER_UNREADABLE, "受付番号が読み取れません。番号を入力してください。"
    return CaseReading(status, message, form.procedure, form.code, known, tuple(pages), ordered)


def _after(decided: FieldReading, merged: FieldReading) -> FieldReading:
    """Pages that contradict each other stay with a person whatever the checks say."""
    if Reason.PAGES_DISAGREE not in merged.reasons:
        return decided
    reasons = (*decided.reasons, Reason.PAGES_DISAGREE)
    return replace(decided, decision=Decision.DOUBTFUL, reasons=reasons, message=gate.message(reasons))


def _completeness(form: FormDefinition, pages: Sequence[PageReading]) -> tuple[CaseStatus, str]:
    numbers = [page.page for page in pages]
    wanted = [page.number for page in form.pages]
    missing = [str(number) for number in wanted if number not in numbers]
    twice = sorted({str(number) for number in numbers if numbers.count(number) > 1})
    if twice:
        return (
            CaseStatus.PAGE_TWICE,
            f"{'・'.join(twice)}ページ目が2枚あります。どちらが正しいか選んでください。",
        )
    if missing:
        return (
            CaseStatus.PAGE_MISSING,
            f"{'・'.join(missing)}ページ目がありません。原本を探してスキャンしてください。",
        )
    return CaseStatus.COMPLETE, ""


def _merged(pages: Sequence[PageReading]) -> dict[str, FieldReading]:
    """One reading a field; where pages repeat a field, the surer one, marked when they differ."""
    merged: dict[str, FieldReading] = {}
    for page in sorted(pages, key=lambda page: page.page):
        for reading in page.fields:
            known = merged.get(reading.field)
            if known is None:
                merged[reading.field] = reading
                continue
            best = max(known, reading, key=lambda r: (r.decision is Decision.TRUSTED, r.confidence))
            if known.value != reading.value and reading.field != "receipt_number":
                best = replace(best, reasons=(*best.reasons, Reason.PAGES_DISAGREE))
            merged[reading.field] = best
    return merged


def group(pages: Sequence[PageReading]) -> list[tuple[int, ...]]:
    """Positions of the pages of each application, in the order in which the applications begin.

    Pages with the same trusted receipt number and form belong together. A page whose number is not trusted
    stays alone: a person gives its number, then it is grouped again.
    """
    by_number: dict[tuple[str, str], list[int]] = defaultdict(list)
    groups: list[list[int]] = []
    for position, page in enumerate(pages):
        if page.status is not PageStatus.READ:
            continue
        number = page.receipt_number
        if not number:
            groups.append([position])
            continue
        known = by_number[(page.form, number)]
        if not known:
            groups.append(known)
        known.append(position)
    return [tuple(positions) for positions in groups]


def read_cases(pages: Sequence[PageReading], library: FormLibrary) -> list[CaseReading]:
    """All applications of a batch; `CaseReading.pages` are positions in `pages`."""
    return [
        read_case({position: pages[position] for position in positions}, library)
        for positions in group(pages)
    ]
