"""The recognisers that come with the house: its own, and PP-OCRv6 as it is shipped, which gives the second opinion."""

from __future__ import annotations

from pathlib import Path

from yakuba.kernel.modelfolders import find, package_file

from . import foreign
from .ppocr import PpOcr

PLACE = Path(__file__).parent
TASK = "reading.lines"
WEIGHTS = "recogniser.onnx"
# The own model is trained on numbers with their separators and writes one for the white between two groups of digits.
GAPS = ",-./:・〒"
SHIPPED = "PP-OCRv6"
SHIPPED_MODEL = "models/PP-OCRv6_rec_small.onnx"
SHIPPED_SHA256 = "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"


def own_model() -> tuple[Path, str]:
    """(weights, name) of the house's own model, whose content is what its paper says. Raises ModelRefused."""
    model = find(TASK, [PLACE])
    return model.file(WEIGHTS), f"{model.title} {model.version}"


def shipped_model() -> Path:
    """The model inside the installed rapidocr package. Raises ModelRefused."""
    return package_file("rapidocr", SHIPPED_MODEL, SHIPPED_SHA256)


def recogniser(threads: int = 1) -> PpOcr:
    """The house's own recogniser with the shipped one as its second, and what sees strokes that are not a character's
    own. Raises ModelRefused."""
    weights, name = own_model()
    second = PpOcr(shipped_model(), SHIPPED, threads=threads)
    return PpOcr(weights, name, gaps=GAPS, second=second, watcher=foreign.watcher(threads), threads=threads)
