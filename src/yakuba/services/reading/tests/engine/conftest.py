"""The sample forms, the real recogniser, and forms filled in by hand (OpenCV strokes) or by the sample generator."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from yakuba.services.reading.adapters import recognisers
from yakuba.services.reading.adapters.ppocr import PpOcr
from yakuba.services.reading.engine.definitions import Rect
from yakuba.services.reading.engine.library import FormLibrary, Template

SAMPLES = Path(__file__).parents[6] / "samples"
GOTHIC = "/usr/share/fonts/opentype/ipaexfont-gothic/ipaexg.ttf"


@pytest.fixture(scope="session")
def library() -> FormLibrary:
    cv2.setNumThreads(1)
    return FormLibrary.load(SAMPLES / "forms", SAMPLES / "procedures")


@pytest.fixture(scope="session")
def recogniser() -> PpOcr:
    return recognisers.recogniser()


@dataclass(frozen=True)
class Paper:
    """A blank page that a test writes on. Coordinates are form pixels."""

    template: Template
    image: Image.Image

    def box(self, field: str) -> Rect:
        return next(box for box in self.template.definition.boxes if box.field == field).box

    def mark_box(self, field: str, code: str) -> Rect:
        """The box of an option or an era."""
        return next(box for box in self.template.definition.boxes if box.field == field).marks[code]

    def comb(self, field: str, text: str, size: int = 40) -> None:
        box = next(box for box in self.template.definition.boxes if box.field == field)
        self._cells(box.box, box.cells, text, size)

    def date(self, field: str, era: str, year: str, month: str, day: str) -> None:
        box = next(box for box in self.template.definition.boxes if box.field == field)
        self.tick(box.marks[era])
        for part, text in (("year", year), ("month", month), ("day", day)):
            self._cells(box.parts[part], 2, text.rjust(2), 40)

    def _cells(self, rect: Rect, cells: int, text: str, size: int) -> None:
        x, y, width, height = rect
        for index, character in enumerate(text):
            middle = (x + (index + 0.5) * width / cells, y + height / 2)
            self.write(character, middle, size)

    def line(self, field: str, text: str, size: int = 40) -> None:
        x, y, _, height = self.box(field)
        self.write(text, (x + 20, y + height / 2), size, "lm")

    def write(
        self, text: str, at: tuple[float, float], size: int, anchor: str = "mm", fill: int = 30
    ) -> None:
        font = ImageFont.truetype(GOTHIC, size)
        ImageDraw.Draw(self.image).text(at, text, fill=fill, font=font, anchor=anchor)

    def tick(self, rect: Rect) -> None:
        x, y, side, _ = rect
        self.stroke([(x + 6, y + 18), (x + 15, y + 30), (x + side - 3, y + 5)])

    def stroke(self, points: list[tuple[float, float]], width: int = 5, fill: int = 30) -> None:
        ImageDraw.Draw(self.image).line(points, fill=fill, width=width)

    @property
    def pixels(self) -> NDArray[np.uint8]:
        return np.asarray(self.image, np.uint8).copy()


def template(library: FormLibrary, name: str) -> Template:
    return next(one for one in library.templates if one.name == name)


def _blank(library: FormLibrary, name: str) -> Paper:
    found = template(library, name)
    return Paper(found, Image.fromarray(found.image.copy()))


@pytest.fixture
def bus(library: FormLibrary) -> Paper:
    """An empty bus pass application."""
    return _blank(library, "bus-pass/1")


@pytest.fixture
def tax(library: FormLibrary) -> Paper:
    """An empty notice of change for the resident tax."""
    return _blank(library, "resident-tax-change/1")


@pytest.fixture
def nursery(library: FormLibrary) -> Paper:
    """An empty second page of the nursery application."""
    return _blank(library, "nursery-admission/2")


@dataclass(frozen=True)
class Scan:
    """A generated page with the values that stand on it."""

    image: NDArray[np.uint8]
    form: str
    page: int
    values: dict[str, str]


@pytest.fixture(scope="session")
def pile(tmp_path_factory: pytest.TempPathFactory) -> list[Scan]:
    """Six generated sheets with skew, noise, seals and pens."""
    folder = tmp_path_factory.mktemp("pile")
    script = SAMPLES / "generator" / "generate.py"
    command = [sys.executable, str(script), "--sheets", "6", "--seed", "4711", "--out", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return list(_scans(folder))


def _scans(folder: Path) -> Iterator[Scan]:
    pictures: dict[str, list[NDArray[np.uint8]]] = {}
    for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for page in case["pages"]:
            name = page["file"]
            if name not in pictures:
                pictures[name] = list(_pictures(folder / name))
            yield Scan(pictures[name][page["index"]], page["form"], page["page"], case["values"])


def _pictures(file: Path) -> Iterator[NDArray[np.uint8]]:
    if file.suffix == ".pdf":
        import pypdfium2

        for page in pypdfium2.PdfDocument(file):
            yield np.asarray(page.render(scale=200 / 72).to_pil().convert("RGB"), np.uint8)
        return
    with Image.open(file) as opened:
        for number in range(getattr(opened, "n_frames", 1)):
            opened.seek(number)
            yield np.asarray(opened.convert("RGB"), np.uint8)
