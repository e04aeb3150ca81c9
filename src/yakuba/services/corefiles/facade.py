"""The room's door: what the demo may ask of it. The active municipality is the one that is meant."""

from __future__ import annotations

from yakuba.kernel.audit.actor import Actor
from yakuba.services.corefiles.actions import layouts


def load_layout(text: str, actor: Actor = None) -> str:
    """Put a layout file into use; its code. Raises DefinitionRefused and Conflict."""
    return layouts.load_layout(text, actor=actor).code


__all__ = ["load_layout"]
