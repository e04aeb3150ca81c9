"""The forms the reader knows, with the features of their blank pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition, load_procedure

from .definitions import FormDefinition, PageDefinition
from .headings import Heading, headings
from .labels import Window, windows
from .loading import load_form

FEATURE_SCALE = 0.5  # features are found at 100 dpi: four times faster, and still 0.2 px when fitted by SIFT
ORB_POINTS = 1500
SIFT_POINTS = 3000


@dataclass(frozen=True)
class Features:
    """Key points in form (or scan) pixels `[n, 2]` and their descriptors `[n, dimensions]`.

    Distances between descriptors are Euclidean; ORB's bits stand as ±1, which orders them like Hamming's.
    """

    points: NDArray[np.float32]
    descriptors: NDArray[np.float32]

    @property
    def count(self) -> int:
        """How many points there are."""
        return len(self.points)


def orb_features(grey: NDArray[np.uint8], scale: float) -> Features:
    """ORB on `grey` shrunk by `scale`; points come back in pixels of `grey`."""
    points, bits = _features(cv2.ORB.create(ORB_POINTS), grey, scale)
    return Features(points, np.unpackbits(bits.astype(np.uint8), axis=1).astype(np.float32) * 2.0 - 1.0)


def sift_features(grey: NDArray[np.uint8], scale: float) -> Features:
    """SIFT on `grey` shrunk by `scale`; points come back in pixels of `grey`."""
    # without the precise upscale all points sit half a pixel off, in the direction the sheet is turned to
    detector = cv2.SIFT.create(SIFT_POINTS, enable_precise_upscale=True)
    return Features(*_features(detector, grey, scale))


def _features(
    detector: cv2.Feature2D, grey: NDArray[np.uint8], scale: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    keypoints, descriptors = detector.detectAndCompute(small, None)
    if descriptors is None or not keypoints:
        return np.empty((0, 2), np.float32), np.empty((0, 128), np.float32)
    # pixel centres: the middle of small pixel i is (i + 0.5) / scale - 0.5 in the large image
    points = (np.array([k.pt for k in keypoints], np.float32) + 0.5) / scale - 0.5
    return points.astype(np.float32), descriptors.astype(np.float32)


@dataclass(frozen=True)
class Template:
    """A blank page and what is derived from it, each worked out once."""

    form: FormDefinition
    definition: PageDefinition
    image: NDArray[np.uint8]

    @property
    def name(self) -> str:
        """Form and page for messages and for telling templates apart."""
        return f"{self.form.code}/{self.definition.number}"

    @cached_property
    def orb(self) -> Features:
        """Features to tell the forms apart."""
        return orb_features(self.image, FEATURE_SCALE)

    @cached_property
    def sift(self) -> Features:
        """Features for the final fit."""
        return sift_features(self.image, FEATURE_SCALE)

    @cached_property
    def labels(self) -> tuple[Window, ...]:
        """The words beside the boxes, in pieces of about a character."""
        return windows(self.image, self.definition.boxes)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The lines of print that are no field's label."""
        return headings(self.image, self.definition)


@dataclass(frozen=True)
class FormLibrary:
    """All forms and their procedures."""

    templates: tuple[Template, ...]
    procedures: Mapping[str, ProcedureDefinition]

    @classmethod
    def load(cls, forms: Path, procedures: Path) -> FormLibrary:
        """Every `<forms>/<code>/form.yaml` and `<procedures>/<code>.yaml`. Raises DefinitionError."""
        known = [load_procedure(file) for file in sorted(procedures.glob("*.yaml"))]
        by_code = {procedure.code: procedure for procedure in known}
        return cls.of([load_form(file, by_code) for file in sorted(forms.glob("*/form.yaml"))], known)

    @classmethod
    def of(cls, forms: Iterable[FormDefinition], procedures: Iterable[ProcedureDefinition]) -> FormLibrary:
        """A library of definitions that are loaded already; reads the page images. Raises DefinitionError."""
        templates = tuple(
            Template(form, page, _page_image(form, page)) for form in forms for page in form.pages
        )
        return cls(templates, {procedure.code: procedure for procedure in procedures})

    def fields(self, procedure: str) -> Mapping[str, FieldDefinition]:
        """The fields of a procedure by code. Raises KeyError when it is unknown."""
        return self.procedures[procedure].by_code

    def form(self, code: str) -> FormDefinition | None:
        """The form with this code, or None."""
        return next((t.form for t in self.templates if t.form.code == code), None)


def _page_image(form: FormDefinition, page: PageDefinition) -> NDArray[np.uint8]:
    data = np.frombuffer(page.image, np.uint8)
    image = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if image is None:
        raise DefinitionError(f"様式画像 {page.name} を開けません。PNG で保存し直してください。")
    height, width = image.shape
    for box in page.boxes:
        for x, y, w, h in (box.box, *box.marks.values(), *box.parts.values()):
            if x + w > width or y + h > height:
                raise DefinitionError(
                    f"様式 {form.code} の {page.number} ページ: 項目「{box.field}」の枠 [{x}, {y}, {w}, {h}] が"
                    f"画像（{width}×{height}）からはみ出しています。座標を直してください。"
                )
    for x, y, w, h in page.free:
        if x + w > width or y + h > height:
            raise DefinitionError(
                f"様式 {form.code} の {page.number} ページ: free の [{x}, {y}, {w}, {h}] が画像（{width}×{height}）から"
                "はみ出しています。座標を直してください。"
            )
    return np.asarray(image, np.uint8)
