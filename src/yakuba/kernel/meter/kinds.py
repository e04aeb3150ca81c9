"""What is counted."""

from __future__ import annotations

from functools import cache

from yakuba.kernel.registry import MeterKind, manifests


@cache
def kinds() -> dict[str, MeterKind]:
    """Name -> kind, in the order of the manifests."""
    return {kind.name: kind for manifest in manifests() for kind in manifest.meters}
