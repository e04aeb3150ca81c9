"""What each pixel belongs to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yakuba.services.vision.engine.findings import Mask, Picture
from yakuba.services.vision.engine.models import Model


def probabilities(model: Model, picture: Picture) -> NDArray[np.float32]:
    """`[labels, height, width]`, 0..1, of the picture's own size. Raises ModelRefused."""
    raise NotImplementedError


def masks(model: Model, picture: Picture) -> dict[str, Mask]:
    """For each label the pixels that belong to it. Raises ModelRefused."""
    raise NotImplementedError
