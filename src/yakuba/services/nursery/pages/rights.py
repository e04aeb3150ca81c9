"""What the person at the page may do, for templates."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts import allowed

VERBS = ("edit", "run", "propose", "approve", "rules", "output")


def rights(user: Any) -> dict[str, bool]:
    """`may_edit`, `may_run`, `may_propose`, `may_approve`, `may_rules`,
    `may_output`."""
    return {f"may_{verb}": allowed(user, f"nursery.{verb}") for verb in VERBS}
