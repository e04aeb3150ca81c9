"""What the self-check looks at: the rules, and the numbers that the outside gives."""

from __future__ import annotations

from yakuba.kernel.outbound import part
from yakuba.kernel.registry import CheckResult
from yakuba.services.fieldwork.actions.numbers import NUMBERS
from yakuba.services.fieldwork.queries import reports

WITHHELD = (
    "届いた通報より、外の設備が使った番号がずっと多いので、新しい番号を渡していません。"
    "いまの番号がなくなると、住民は通報を送れません。外の設備の記録を確かめてください。"
)


def self_check() -> list[CheckResult]:
    """Of the room. The outside has the rules and none of the town's sections."""
    found = [] if part.is_outside() else reports.self_check()
    if part.is_inside():
        withheld = NUMBERS.withheld()
        found.append(CheckResult("外の設備の通報の受付番号", not withheld, WITHHELD if withheld else ""))
    return found
