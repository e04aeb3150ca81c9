"""The published benchmark figures: one file, from which the README's figures come too."""

from __future__ import annotations

import json
from pathlib import Path

PLACE = Path("benchmarks") / "figures.json"


def published(project: Path) -> dict[str, float]:
    """The numbers of the project's benchmarks/figures.json by name; empty without the file or where it cannot be
    read. A figure that is no number is left out."""
    try:
        found = json.loads((project / PLACE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: float(value)
        for name, value in found.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
