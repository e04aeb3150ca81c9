"""The engine's front: a page image in, its fields with decisions out; pages in, a case out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..contracts import Decision, FieldReading, PageReading, PageStatus, Reason
from . import continued, gate, ink, written_over
from .alignment import Alignment, Unaligned, align
from .alphabets import Alphabet, alphabet
from .crops import Grey, Sheet, lay_on_form
from .fields import FIRST_VIEWS, Work, conclude, prepare, resolved, witness_of
from .fineprint import Comparison
from .foreign import Watcher
from .formmark import read_mark
from .headings import changed_below
from .labels import changed_fields
from .library import FormLibrary
from .numberlabel import FIELD, number_label
from .recognition import Decoded, Recogniser, decode, support

SMALLEST_SIDE = 300  # pixels: below 35 dpi on A4 no character can be read
LARGEST_PIXELS = 60_000_000
WORST_PRINT = 0.6  # share of the form's print that must be on the scan at all


def read_page(image: NDArray[np.uint8], library: FormLibrary, recogniser: Recogniser) -> PageReading:
    """Read one page image: grey `[h, w]` or RGB `[h, w, 3]`, 8 bits, any resolution and orientation.

    Never raises for what is on the image: what cannot be read has a status and a message for the clerk.
    """
    started = time.process_time()
    problem = _unusable(image)
    if problem:
        return PageReading(PageStatus.BAD_IMAGE, problem)
    grey = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    mark = read_mark(grey)
    found = align(np.ascontiguousarray(grey), library, mark.name if mark else "")
    if isinstance(found, Unaligned):
        return PageReading(found.status, found.message, seconds=_since(started))
    if mark and (mark.name != found.template.name or mark.version != found.template.form.version):
        text = f"用紙の版の印（{mark.name} 第{mark.version}版）が登録された様式と違います。様式の版を確かめてください。"
        return PageReading(PageStatus.UNKNOWN_FORM, text, seconds=_since(started))
    sheet = lay_on_form(np.ascontiguousarray(image), found)
    page = _page(found, sheet)
    if sheet.print_found < WORST_PRINT:
        return _poor(page, started)
    read = _with_fields(page, found, sheet, library, recogniser, started)
    if found.template.form.numbering == "label":
        fields = library.fields(page.procedure)
        label = fields[FIELD].label if FIELD in fields else ""
        read = replace(read, fields=(number_label(grey, label, page.page), *read.fields))
    return read


def _unusable(image: Any) -> str:
    """Why this is no page image, or the empty string."""
    if not isinstance(image, np.ndarray) or image.dtype != np.uint8:
        return "画像の形式が違います。8ビットの画像にしてください。"
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[2] != 3):
        return "画像の形式が違います。グレーまたはカラー（RGB）の画像にしてください。"
    height, width = image.shape[:2]
    if min(height, width) < SMALLEST_SIDE or max(height, width) > 6 * min(height, width):
        return f"画像が小さすぎるか細長すぎます（{width}×{height}画素）。200 dpi 以上でスキャンし直してください。"
    if height * width > LARGEST_PIXELS:
        return f"画像が大きすぎます（{width}×{height}画素）。300 dpi 以下でスキャンし直してください。"
    return ""


def _since(started: float) -> float:
    return round(time.process_time() - started, 3)


def _page(found: Alignment, sheet: Sheet) -> PageReading:
    form = found.template.form
    return PageReading(
        PageStatus.READ,
        "",
        form=form.code,
        form_version=form.version,
        procedure=form.procedure,
        page=found.template.definition.number,
        rotation=found.rotation,
        fit=found.fit,
        matches=found.matches,
        print_found=round(sheet.print_found, 4),
        corners=found.corners,
    )


def _poor(page: PageReading, started: float) -> PageReading:
    message = "用紙の印刷が半分近く写っていません。隠れているか薄すぎます。濃さと置き方を直してスキャンし直してください。"
    return PageReading(
        **{**page.__dict__, "status": PageStatus.POOR_SCAN, "message": message, "seconds": _since(started)}
    )


def _with_fields(
    page: PageReading,
    found: Alignment,
    sheet: Sheet,
    library: FormLibrary,
    recogniser: Recogniser,
    started: float,
) -> PageReading:
    procedure = library.procedures[page.procedure]
    definition = found.template.definition
    around = ink.flags(sheet, definition, [heading.rect for heading in found.template.headings])
    works = [
        prepare(sheet, box, procedure.by_code[box.field], found.fit, around.get(box.field, ()))
        for box in definition.boxes
        if box.field in procedure.by_code
    ]
    compared = Comparison(sheet.grey, sheet.form)
    changed = changed_fields(found.template.labels, compared)
    changed |= changed_below(found.template.headings, compared)
    for work in works:
        if work.box.field in changed:
            work.flags.append(Reason.LABEL_DIFFERS)
    if written_over.asks(found.template.headings, Comparison(sheet.full, sheet.form, compared)):
        for work in works:
            work.flags.append(Reason.OUTSIDE_BOX)
    recognise(works, recogniser)
    readings = [_reading(work, found, page.page, recogniser.watcher) for work in works]
    asked = continued.asked(sheet, definition, readings, _confirmed_whole(works))
    decided = gate.decide(procedure, [_flagged(one) if one.field in asked else one for one in readings])
    return PageReading(**{**page.__dict__, "fields": decided, "seconds": _since(started)})


def _confirmed_whole(works: Sequence[Work]) -> frozenset[str]:
    """Fields that a closed list confirms, names and their readings: half of one is noticed there."""
    read = {work.definition.reading_of for work in works} - {""}
    return frozenset(
        work.box.field
        for work in works
        if work.definition.words or work.definition.reading_of or work.box.field in read
    )


def _flagged(reading: FieldReading) -> FieldReading:
    """The value may go on, or stand, elsewhere."""
    flags = dict.fromkeys((*reading.evidence.flags, Reason.OUTSIDE_BOX))
    return replace(reading, evidence=replace(reading.evidence, flags=tuple(flags)))


def recognise(works: Sequence[Work], recogniser: Recogniser) -> None:
    """Fill in the results of all boxes, in rounds so that similar pictures share a batch.

    Two views of everything; single cells and a second opinion of what they do not prove; more views only where that
    leaves a doubt.
    """
    waiting = [work for work in works if not work.settled]
    for work in waiting:
        work.reader = recogniser.name
    _add_views([(work, view) for work in waiting for view in work.views[:FIRST_VIEWS]], works, recogniser)
    open_ = [work for work in waiting if not work.proven]
    cells = [(work, cell) for work in open_ for cell in work.cells]
    for (work, _), decoded in zip(cells, _decode(cells, recogniser), strict=True):
        work.read_cells.append(decoded)
    if recogniser.second:
        _second_opinion([work for work in open_ if work.promising], recogniser.second)
    rest = []
    for work in open_:
        if work.firm:
            continue
        views = work.views[FIRST_VIEWS:]
        rest += [(work, view) for view in (views if work.promising else views[:1])]
    _add_views(rest, works, recogniser)


def _second_opinion(works: Sequence[Work], recogniser: Recogniser) -> None:
    """What another recogniser reads where the views of the first gave the same."""
    pictures = [(work, work.views[0]) for work in works]
    for (work, _), decoded in zip(pictures, _decode(pictures, recogniser), strict=True):
        work.second_reader, work.second = recogniser.name, decoded
        work.support = support(decoded, work.read_views[0].text, _letters(work, recogniser))


def _add_views(pictures: Sequence[tuple[Work, Grey]], works: Sequence[Work], recogniser: Recogniser) -> None:
    fresh: dict[int, list[Decoded]] = {}
    for (work, _), decoded in zip(pictures, _decode(pictures, recogniser), strict=True):
        fresh.setdefault(id(work), []).append(decoded)
    # witnesses first: what can be read in kana depends on the name, where an address lies on its postal code
    for work in sorted(works, key=lambda work: witness_of(work, works) is not None):
        if id(work) in fresh:
            letters = _letters(work, recogniser)
            work.read_views += resolved(work, fresh[id(work)], witness_of(work, works), letters)


def _letters(work: Work, recogniser: Recogniser) -> Alphabet:
    words = frozenset(work.definition.words)
    return alphabet(work.alphabet, recogniser.characters, words, recogniser.gaps)


def _decode(pictures: Sequence[tuple[Work, Grey]], recogniser: Recogniser) -> list[Decoded]:
    outputs = recogniser.probabilities([picture for _, picture in pictures])
    return [
        decode(output, _letters(work, recogniser))
        for (work, _), output in zip(pictures, outputs, strict=True)
    ]


def _reading(work: Work, found: Alignment, page: int, watcher: Watcher | None) -> FieldReading:
    outcome = conclude(work, watcher)
    x, y, width, height = work.box.box
    corners = found.to_scan([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    return FieldReading(
        field=work.box.field,
        label=work.definition.label,
        type=work.definition.type,
        page=page,
        value=outcome.value,
        raw=outcome.raw,
        confidence=outcome.confidence,
        decision=Decision.DOUBTFUL,
        reasons=(),
        message="",
        corners=tuple((round(cx, 1), round(cy, 1)) for cx, cy in corners),
        candidates=outcome.candidates,
        evidence=outcome.evidence,
    )
