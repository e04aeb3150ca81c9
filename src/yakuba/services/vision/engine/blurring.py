"""Faces and number plates made unreadable before anything is stored, and what cannot be hidden.

No permissive model of number plates is known, so the lower half of every vehicle goes; heads are the upper third of every
person, whether a face is seen or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from yakuba.services.vision.engine.detection import detect
from yakuba.services.vision.engine.findings import Box, Picture, Polygon
from yakuba.services.vision.engine.models import Model
from yakuba.services.vision.engine.pictures import checked, inside

SMALLEST_FACE = 30  # pixels: smaller ones are not found
VEHICLES = ("car", "bus", "truck", "motorcycle")
PERSON = "person"
FACE_SCORE, PERSON_SCORE, VEHICLE_SCORE = (
    0.35,
    0.25,
    0.25,
)  # lower than for counting: hidden once too often does no harm
GROWN = 0.15  # of a box's sides, added on each
BLOCKS = 5  # along the shorter side of what is hidden
NO_FACES = "顔を探すモデルがないため、車の中などの顔が残るかもしれません。"
NO_OBJECTS = "人と車を探すモデルがないため、人の頭と、車のナンバープレートが残るかもしれません。"
LACKING = "人と車を探すモデルに「{}」がないため、{}が残るかもしれません。"


@dataclass(frozen=True)
class Blurred:
    """picture: the new picture; hidden: what was made unreadable (label `face`, `head` or `plate`); cannot: in Japanese, what
    could not be looked for; seen: all boxes of the detector, so that nobody has to run it twice."""

    picture: Picture
    hidden: tuple[Box, ...]
    cannot: tuple[str, ...]
    seen: tuple[Box, ...]

    @property
    def may_be_kept(self) -> bool:
        """Whether the picture may be stored whole. Where not, store `only_inside` of the road, or nothing."""
        return not self.cannot


def blur(picture: Picture, *, faces: Model | None, objects: Model | None) -> Blurred:
    """Hide faces (by the face model, and the upper third of every person) and the lower half of every vehicle.

    faces: task vision.faces; objects: task vision.detection with person, car, bus, truck, motorcycle. Without one of them
    `cannot` says what may still be readable. Raises ModelRefused, Invalid.
    """
    checked(picture)
    hidden: list[Box] = []
    cannot = []
    if faces is None:
        cannot.append(NO_FACES)
    else:
        hidden += [_renamed(box, "face") for box in detect(faces, picture, least=FACE_SCORE)]
    seen: tuple[Box, ...] = ()
    if objects is None:
        cannot.append(NO_OBJECTS)
    else:
        cannot += lacking(objects)
        seen = detect(objects, picture, least=min(PERSON_SCORE, VEHICLE_SCORE))
        hidden += [head_of(box) for box in seen if box.label == PERSON and box.score >= PERSON_SCORE]
        hidden += [plate_of(box) for box in seen if box.label in VEHICLES and box.score >= VEHICLE_SCORE]
    return Blurred(hide(picture, [_grown(box) for box in hidden]), tuple(hidden), tuple(cannot), seen)


def lacking(objects: Model) -> list[str]:
    """What a detector does not know and therefore leaves readable, in Japanese."""
    told = []
    if PERSON not in objects.labels:
        told.append(LACKING.format(PERSON, "人の頭"))
    missing = [label for label in VEHICLES if label not in objects.labels]
    if missing:
        told.append(LACKING.format("、".join(missing), "ナンバープレート"))
    return told


def head_of(person: Box) -> Box:
    """The upper third."""
    bottom = person.top + (person.bottom - person.top) / 3
    return Box(person.left, person.top, person.right, bottom, "head", person.score)


def plate_of(vehicle: Box) -> Box:
    """The lower half."""
    top = (vehicle.top + vehicle.bottom) / 2
    return Box(vehicle.left, top, vehicle.right, vehicle.bottom, "plate", vehicle.score)


def hide(picture: Picture, boxes: Sequence[Box]) -> Picture:
    """A copy in which each box is a few blocks of mean colour that nobody can read back; boxes may reach beyond the picture."""
    copy = np.array(checked(picture), np.uint8, order="C")
    height, width = copy.shape[:2]
    for box in boxes:
        edges = np.nan_to_num(np.array([box.left, box.top, box.right, box.bottom]), posinf=1e6, neginf=-1e6)
        left, right = (int(np.clip(edge, 0, width)) for edge in (np.floor(edges[0]), np.ceil(edges[2])))
        top, bottom = (int(np.clip(edge, 0, height)) for edge in (np.floor(edges[1]), np.ceil(edges[3])))
        if right <= left or bottom <= top:
            continue
        part = copy[top:bottom, left:right]
        side = max(1, -(-min(part.shape[:2]) // BLOCKS))
        few = (max(1, part.shape[1] // side), max(1, part.shape[0] // side))
        mean = cv2.resize(part, few, interpolation=cv2.INTER_AREA)
        mean = cv2.resize(mean, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
        copy[top:bottom, left:right] = mean.reshape(part.shape)
    return copy


def only_inside(picture: Picture, polygons: Sequence[Polygon]) -> Picture:
    """A copy in which everything outside of the polygons is black: what is stored of a drive where nothing can be hidden."""
    height, width = checked(picture).shape[:2]
    kept = np.zeros((height, width), np.bool_)
    for polygon in polygons:
        kept |= inside(polygon, height, width)
    return np.where(kept[:, :, None], picture, np.uint8(0))


def _renamed(box: Box, label: str) -> Box:
    return Box(box.left, box.top, box.right, box.bottom, label, box.score)


def _grown(box: Box) -> Box:
    aside, above = GROWN * (box.right - box.left), GROWN * (box.bottom - box.top)
    return Box(box.left - aside, box.top - above, box.right + aside, box.bottom + above, box.label, box.score)
