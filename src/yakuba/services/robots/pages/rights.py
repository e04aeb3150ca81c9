"""What the person may do here, so that pages offer no button that would be refused."""

from __future__ import annotations

from typing import Any

from yakuba.kernel.accounts import allowed


def rights(user: Any) -> dict[str, bool]:
    """Template context: may_run, may_decide, may_manage, may_record."""
    return {f"may_{verb}": allowed(user, f"robots.{verb}") for verb in ("run", "decide", "manage", "record")}
