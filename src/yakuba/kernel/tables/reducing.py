"""The town's table of reduced characters (縮退表), for whatever is written in Shift_JIS."""

from __future__ import annotations

from collections.abc import Mapping

from django.apps import apps


def of_town() -> Mapping[str, str]:
    """Character → what the active town writes for it; empty where it has no table. The ledger keeps it, which stands
    above the tables and is asked by name."""
    found: Mapping[str, str] = apps.get_model("ledger", "ReductionTable").in_use()
    return found
