"""A letter of which nothing but its number differs from the others."""

from __future__ import annotations

from datetime import date

from yakuba.services.nursery.engine.telling.notices import Kind, Notice, Reason


def letter(number: int) -> Notice:
    return Notice(
        kind=Kind.HELD,
        child=f"08000001{number:02d}",
        child_name=f"児童{number}",
        birth=date(2025, 6, 1),
        guardian=f"保護者{number}",
        postal_code="999-0001",
        address="やくば市東町1-2",
        facility="",
        age=1,
        start=date(2027, 4, 1),
        summary="保留です。",
        reasons=(Reason("第1希望", "青葉保育園", "かなわず", "定員に達しました。"),),
    )
