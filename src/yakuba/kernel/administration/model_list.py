"""What every room says of its trained models, for the page and for `yakuba models`."""

from __future__ import annotations

from collections.abc import Collection

from yakuba.kernel.modelfolders import ModelFolder, Standing
from yakuba.kernel.modelservers.chosen import LABELS, AtWork, at_work
from yakuba.kernel.registry import manifests, resolve


def found(unused: Collection[str]) -> list[tuple[str, list[ModelFolder]]]:
    """Label of the part or room -> its models, usable or not, of all but the `unused`. Files are compared with their
    SHA-256."""
    chosen = [one for one in manifests() if one.models and one.name not in unused]
    return [(one.label, list(resolve(one.models)())) for one in chosen]


def optional(unused: Collection[str]) -> list[tuple[str, list[Standing]]]:
    """Label of the part or room -> what it looks for on this machine and works without, of all but the `unused`."""
    chosen = [one for one in manifests() if one.optional and one.name not in unused]
    return [(one.label, list(resolve(one.optional)())) for one in chosen]


def servers() -> list[tuple[str, AtWork]]:
    """What does each task that a town's model server may do, in the active town."""
    return [(label, at_work(task)) for task, label in LABELS.items()]
