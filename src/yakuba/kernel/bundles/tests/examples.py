"""One of everything that the addresses of the bundles name, for the tests that try every address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yakuba.kernel.accounts.models import User
from yakuba.kernel.bundles import actions
from yakuba.kernel.definitions.bundle import Definition, packed

TEXT = """procedure: bus-pass-of-all
title: SECRET_WORD
version: 1
fields:
  - {code: receipt_number, label: 受付番号, type: receipt_number, required: true}
"""


def make(clerk: User, known: Mapping[str, Any]) -> dict[str, Any]:
    """A draft that nobody has tried yet."""
    word = known["secret_word"]
    one = Definition("procedure", "bus-pass-of-all", "1", word, TEXT.replace("SECRET_WORD", word))
    (row,) = actions.draft(packed("bus-pass-of-all", [one]), actor=clerk)
    return {"version_id": row.pk}
