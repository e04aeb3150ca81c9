"""Names for ids: slots and children as staff read them."""

from __future__ import annotations

from collections.abc import Callable

from yakuba.services.nursery.contracts import Outcome, Slot
from yakuba.services.nursery.models import Round
from yakuba.services.nursery.queries import rounds

# What came of a wish: kind of the tag (`ui/status.html`), and words.
OUTCOMES = {
    Outcome.PLACED: ("success", "入所"),
    Outcome.KEPT: ("success", "今の席を継続"),
    Outcome.BEHIND: ("waiting", "順位が届かない"),
    Outcome.SIBLINGS: ("waiting", "きょうだいの希望"),
    Outcome.NOT_ELIGIBLE: ("stopped", "対象外"),
    Outcome.NOT_NEEDED: ("neutral", "上の希望で決定"),
    Outcome.CLAIMED: ("warning", "不安定"),
}


def facility_names(round: Round) -> dict[str, str]:
    """Code → name."""
    return {place.code: place.name for place in rounds.facilities(round).only("code", "name")}


def slot_name(slot: str, facilities: dict[str, str]) -> str:
    """`F01-1*医療的ケア児` → `中央保育園　1歳児（医療的ケア児枠）`; empty for no slot."""
    if not slot:
        return ""
    place = Slot.read(slot)
    suffix = f"（{place.reserved}）" if place.reserved else ""
    return f"{facilities.get(place.facility, place.facility)}　{place.age}歳児{suffix}"


def slot_names(round: Round) -> Callable[[str], str]:
    """How the slots of a round are called."""
    facilities = facility_names(round)
    return lambda slot: slot_name(slot, facilities)
