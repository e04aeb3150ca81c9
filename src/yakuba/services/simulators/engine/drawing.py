"""Which of many points a picture shows."""

from __future__ import annotations

from typing import Any

import numpy as np


def drawn_points(values: Any, number: int) -> list[int]:
    """Places of about `number` of the values in their order: the lowest and the highest of each stretch, the first and the last. A
    swing or a dip that is quicker than the picture keeps its height, where every k-th value would look calm."""
    if not len(values):
        return []
    kept = {0, len(values) - 1}
    for part in np.array_split(np.arange(len(values)), min(max(1, number // 2), len(values))):
        kept |= {int(part[np.argmin(values[part])]), int(part[np.argmax(values[part])])}
    return sorted(kept)
