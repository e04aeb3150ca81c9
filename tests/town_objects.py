"""One object of every kind in やくば市, so that every address that names one can be tried: each room makes its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from yakuba.demo import town
from yakuba.kernel.ledger.tests.examples import RECEIPT_NUMBER
from yakuba.kernel.registry import manifests, resolve

SECRET_WORD = "やくば市だけの束"  # stands in every list of やくば市 and must never be seen elsewhere
__all__ = ["RECEIPT_NUMBER", "SECRET_WORD", "TownObjects", "load_objects"]


@dataclass(frozen=True)
class TownObjects:
    """Argument name of an address -> a value that exists in やくば市."""

    arguments: dict[str, Any]


def load_objects() -> TownObjects:
    """Load the demo town and one object of every kind."""
    town.load_town("http://127.0.0.1:9")  # nobody answers there; nothing is run
    known: dict[str, Any] = {"secret_word": SECRET_WORD, "receipt_number": RECEIPT_NUMBER, "page": "README"}
    with town.in_yakuba_city():
        for manifest in manifests():
            if manifest.examples:
                made = resolve(manifest.examples)(town.user("kanri"), known)
                twice = {name for name in made if name in known and _another(name, made[name], known[name])}
                assert not twice, f"{manifest.name}: another room's pages call something else so: {twice}"
                known |= made
    return TownObjects(known | {"name": "home.png"})


def _another(name: str, value: Any, before: Any) -> bool:
    """Whether a name means another object than before; equal row numbers are chance, and tell nothing."""
    return name.endswith("_id") or bool(value != before)
