"""What the engine sees on a sheet that was drawn stroke by stroke.

The form lies exactly on the scan here and nothing is recognised, so that a case takes a tenth of a second; the whole
way, with scanners and pens, is measured on the misleading sheets of the sample generator.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from yakuba.services.reading.contracts import Reason
from yakuba.services.reading.engine import ink
from yakuba.services.reading.engine.alignment import Alignment
from yakuba.services.reading.engine.crops import Sheet, lay_on_form
from yakuba.services.reading.engine.fields import Work, prepare
from yakuba.services.reading.engine.library import FormLibrary, Template

from .conftest import Paper

RED = (205, 50, 60)


def laid(found: Template, image: NDArray[np.uint8]) -> Sheet:
    return lay_on_form(image, Alignment(found, np.eye(3), 500, 0.3))


def works(paper: Paper, library: FormLibrary, image: NDArray[np.uint8] | None = None) -> dict[str, Work]:
    """Every field as the engine takes it up, before anything is recognised."""
    sheet = laid(paper.template, paper.pixels if image is None else image)
    lines = [heading.rect for heading in paper.template.headings]
    around = ink.flags(sheet, paper.template.definition, lines)
    fields = library.fields(paper.template.form.procedure)
    return {
        box.field: prepare(sheet, box, fields[box.field], 0.3, around.get(box.field, ()))
        for box in paper.template.definition.boxes
    }


def asked(
    paper: Paper, library: FormLibrary, image: NDArray[np.uint8] | None = None
) -> dict[str, set[Reason]]:
    """The fields that go to a person for what was seen on the paper, and why."""
    return {code: set(work.flags) for code, work in works(paper, library, image).items() if work.flags}


def coloured(paper: Paper) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = paper.image.convert("RGB")
    return image, ImageDraw.Draw(image)
