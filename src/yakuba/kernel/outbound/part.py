"""Which part of a service this installation is: all of it, the residents' part in the internet zone, or the inside."""

from __future__ import annotations

from django.conf import settings

from yakuba.kernel.refusals import Conflict

VARIABLE = "YAKUBA_PART"
WHOLE, OUTSIDE, INSIDE = "whole", "outside", "inside"
LABELS = {WHOLE: "全部", OUTSIDE: "外（住民の受付）", INSIDE: "内（役場の業務）"}


class WrongPart(Conflict):
    """This is done by the other installation."""


def part() -> str:
    """WHOLE, OUTSIDE or INSIDE."""
    return str(settings.YAKUBA.part)


def is_outside() -> bool:
    """Whether only residents' pages run here, without the town's data."""
    return part() == OUTSIDE


def is_inside() -> bool:
    """Whether another installation serves the residents."""
    return part() == INSIDE


def require_not_outside(what: str) -> None:
    """Raise WrongPart in the residents' part. what: named in the sentence (受付簿)."""
    if is_outside():
        raise WrongPart(
            f"{what}は、住民の受付だけの設備（{VARIABLE}=outside）には置きません。内の設備で行ってください。"
        )
