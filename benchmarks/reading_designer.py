"""How much of a blank form is proposed rightly: fields, names, types, and what a clerk still has to do.

python benchmarks/reading_designer.py

Forms: the demo town's four pages and the small form of sixteen fields that the tests draw, each as drawn and as scanned
(0.4° askew, grey paper, noise). A field counts as proposed
when one proposal of its kind covers its boxes (common area over 0.8 of both together). Its name is right when it is the
printed label, told apart by a number where a label stands twice; its type when it is the procedure's. Actions: what is
left for a clerk: a click into the upload, a file, three buttons, and for each field that is wrong or doubtful what puts
it right (name 1, type 1, drawing 3, tick 1).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
sys.path.insert(0, str(Path(__file__).parents[1] / "samples" / "generator"))

from layouts import FORMS, Row

from yakuba.services.reading.adapters import recognisers
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary
from yakuba.services.reading.engine.proposals.finding import Found, Proposal, propose
from yakuba.services.reading.engine.proposals.straight import darker, straightened
from yakuba.services.reading.tests.desk.drawn import scanned, small_form

SAMPLES = Path(__file__).parents[1] / "samples"
COVERED = 0.8
ALWAYS = 5  # into the upload, file, look for boxes, save, publish
DRAWN = 3  # a box is drawn, named, and gets its type


@dataclass(frozen=True)
class Truth:
    """A field of a page as it is: its printed label, its type, its kind and its rectangles."""

    label: str
    type: str
    kind: str
    rects: tuple[Rect, ...]


def main() -> None:
    cv2.setNumThreads(1)
    recogniser = recognisers.recogniser()
    rows = []
    for name, drawn, truth in pages():
        for how, image in (("", drawn), (" scanned", scanned(drawn))):
            started = time.process_time()
            straight, changed = straightened(image)
            found = propose(darker(straight) if changed else straight, recogniser)
            rows.append((name + how, *judged(found, truth), time.process_time() - started))
    print(f"{'form':32} fields proposed  name  type  too many  doubts  actions  CPU s")
    for name, fields, proposed, names, types, more, doubts, actions, seconds in rows:
        print(
            f"{name:32} {fields:6} {proposed:8} {names:5} {types:5} {more:9} {doubts:7} {actions:8} {seconds:6.1f}"
        )
    for how, part in (("drawn", rows[::2]), ("scanned", rows[1::2])):
        fields, proposed, names, types, more = (sum(row[i] for row in part) for i in range(1, 6))
        print(f"{how}: {proposed / fields:.1%} of {fields} fields proposed, {names / fields:.1%} with the right name, "
              f"{types / fields:.1%} with the right type, {more} proposals that are no field")  # fmt: skip


def pages() -> Iterator[tuple[str, np.ndarray, list[Truth]]]:
    library = FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")
    for template in library.templates:
        fields = library.fields(template.form.procedure)
        labels = printed_labels(template.form.code)
        boxes = [
            Truth(
                labels.get(box.field) or fields[box.field].label, fields[box.field].type, box.kind, box.rects
            )
            for box in template.definition.boxes
        ]
        yield template.name, template.image, boxes
    page = small_form()
    drawn = [Truth(label, type_, kind, tuple(rects)) for label, (type_, kind, rects) in page.boxes.items()]
    yield "small form, no number", np.asarray(page.image, np.uint8).copy(), drawn


def printed_labels(code: str) -> dict[str, str]:
    """Labels that the form prints otherwise than the procedure calls the field."""
    form = next(one for one in FORMS if one.code == code)
    parts = (part for page in form.pages for part in page.parts if isinstance(part, Row))
    return {item.field: item.label for part in parts for item in part.items}


def judged(found: Found, truth: list[Truth]) -> tuple[int, int, int, int, int, int, int]:
    """(fields, proposed, right name, right type, proposals that are no field, doubts, actions)."""
    matched = [(one, match(one, found.fields)) for one in truth]
    there = [(one, proposal) for one, proposal in matched if proposal is not None]
    names = sum(bare(proposal.label) == bare(one.label) for one, proposal in there)
    types = sum(proposal.type == one.type for one, proposal in there)
    doubts = sum(bool(proposal.doubts) for _, proposal in there)
    more = len(found.fields) - len(there)
    wrong = 2 * len(there) - names - types
    actions = ALWAYS + wrong + doubts + more + DRAWN * (len(truth) - len(there))
    return len(truth), len(there), names, types, more, doubts, actions


def match(one: Truth, proposals: tuple[Proposal, ...]) -> Proposal | None:
    return next((p for p in proposals if p.kind == one.kind and covers(p.rects, one.rects)), None)


def covers(one: tuple[Rect, ...], other: tuple[Rect, ...]) -> bool:
    return len(one) == len(other) and all(max(shared(rect, o) for o in other) > COVERED for rect in one)


def shared(one: Rect, other: Rect) -> float:
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(0, wide) * max(0, high)
    return common / (one[2] * one[3] + other[2] * other[3] - common)


def bare(label: str) -> str:
    """Without the number by which equal labels are told apart, in one width."""
    wide = str.maketrans("１２３４５６７８９０", "1234567890")
    text = label.translate(wide)
    return text[:-3] if text[-3:-2] == "（" and text[-2].isdecimal() else text


if __name__ == "__main__":
    main()
