"""Faces and number plates made unreadable before anything is stored, and what cannot be hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yakuba.services.vision.engine.findings import Box, Picture, Polygon
from yakuba.services.vision.engine.models import Model

SMALLEST_FACE = 30  # pixels: smaller ones are not found


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
    `cannot` says what may still be readable. Raises ModelRefused.
    """
    raise NotImplementedError


def hide(picture: Picture, boxes: Sequence[Box]) -> Picture:
    """A copy in which each box is a few grey-mixed blocks that nobody can read back; boxes may reach beyond the picture."""
    raise NotImplementedError


def only_inside(picture: Picture, polygons: Sequence[Polygon]) -> Picture:
    """A copy in which everything outside of the polygons is black: what is stored of a drive where nothing can be hidden."""
    raise NotImplementedError
