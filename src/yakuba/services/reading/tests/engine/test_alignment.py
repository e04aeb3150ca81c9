"""Which form, which way up, and what is no form at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from yakuba.services.reading.contracts import PageStatus
from yakuba.services.reading.engine.alignment import Alignment, Unaligned, align
from yakuba.services.reading.engine.library import FormLibrary

from .conftest import Paper, template

Image = NDArray[np.uint8]


def turned(image: Image, degrees: float, scale: float = 1.0, noise: float = 8.0) -> tuple[Image, NDArray]:
    """The image turned counter-clockwise on a canvas large enough, with noise; and the matrix of the turn."""
    height, width = image.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = round(height * sin + width * cos), round(height * cos + width * sin)
    matrix[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    moved = cv2.warpAffine(image, matrix, size, borderValue=255)
    rough = np.random.default_rng(3).normal(0, noise, moved.shape)
    return np.clip(moved + rough, 0, 255).astype(np.uint8), np.vstack([matrix, [0, 0, 1]])


@pytest.mark.parametrize(
    ("name", "degrees", "scale"),
    [("bus-pass/1", 1.5, 1.0), ("nursery-admission/2", 180.8, 0.8), ("resident-tax-change/1", 270.0, 1.5)],
)
def test_a_form_is_found_however_it_lies(
    library: FormLibrary, name: str, degrees: float, scale: float
) -> None:
    wanted = template(library, name)
    scan, matrix = turned(wanted.image, degrees, scale)
    found = align(scan, library)
    assert isinstance(found, Alignment)
    assert found.template is wanted
    height, width = wanted.image.shape
    points = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)]
    true = cv2.perspectiveTransform(np.array([points], np.float64), matrix)[0]
    assert np.abs(np.array(found.to_scan(points)) - true).max() < 1.2 * scale
    assert abs((found.rotation - degrees + 180) % 360 - 180) < 0.2


def test_a_photo_from_the_side_is_found(library: FormLibrary) -> None:
    image = template(library, "bus-pass/1").image
    height, width = image.shape
    source = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    target = np.float32([[130, 90], [width - 60, 40], [width - 20, height - 30], [40, height - 110]])
    matrix = cv2.getPerspectiveTransform(source, target)
    scan = cv2.warpPerspective(image, matrix, (width, height), borderValue=120)
    found = align(scan, library)
    assert isinstance(found, Alignment)
    assert np.abs(np.array(found.corners) - target).max() < 2


@pytest.mark.parametrize(
    ("left", "right"), [("bus-pass/1", "bus-pass/1"), ("nursery-admission/1", "resident-tax-change/1")]
)
def test_two_forms_in_one_scan_are_refused(library: FormLibrary, left: str, right: str) -> None:
    found = align(np.hstack([template(library, left).image, template(library, right).image]), library)
    assert isinstance(found, Unaligned)
    assert found.status is PageStatus.TWO_FORMS
    assert "2枚" in found.message


def test_blank_backs_are_told_from_notes_on_backs(library: FormLibrary, bus: Paper) -> None:
    noise = np.random.default_rng(1).normal(0, 4, bus.pixels.shape)
    back = np.clip(238 + noise, 0, 255).astype(np.uint8)
    back = cv2.addWeighted(back, 0.92, cv2.flip(bus.template.image, 1), 0.08, 0)  # the front shines through
    found = align(back, library)
    assert isinstance(found, Unaligned)
    assert found.status is PageStatus.BLANK
    cv2.line(back, (700, 1000), (740, 1060), 90, 4)
    noted = align(back, library)
    assert isinstance(noted, Unaligned)
    assert noted.status is PageStatus.UNKNOWN_FORM


def test_another_letter_is_no_form(library: FormLibrary, bus: Paper) -> None:
    bus.image.paste(255, (0, 0, *bus.image.size))
    for row in range(30):
        bus.write("この手紙は様式ではありませんがたくさんの文字があります。", (150, 150 + row * 60), 36, "lm")
    found = align(bus.pixels, library)
    assert isinstance(found, Unaligned)
    assert found.status is PageStatus.UNKNOWN_FORM
