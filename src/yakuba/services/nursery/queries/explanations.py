"""Explanations as they stand in a JSON column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.services.nursery.contracts import Explanation, Outcome, WishOutcome


def to_json(explanation: Explanation) -> dict[str, Any]:
    """For `Placement.explanation`."""
    return {**vars(explanation), "wishes": [vars(wish) for wish in explanation.wishes]}


def from_json(document: Mapping[str, Any]) -> Explanation:
    """The explanation of a placement."""
    wishes = tuple(
        WishOutcome(**(wish | {"outcome": Outcome(wish["outcome"])})) for wish in document["wishes"]
    )
    return Explanation(**(dict(document) | {"wishes": wishes}))
