"""What can be said of a picture, by its purpose."""

from __future__ import annotations

from yakuba.services.vision.contracts import Damage, Purpose, Trapped, Verdict

RIGHT_OR_WRONG = {"right": "正しい", "wrong": "違う"}
ANSWERS: dict[str, dict[str, str]] = {
    Purpose.ROAD: dict(Damage.choices()),
    Purpose.TRAP: dict(Trapped.choices()),
}
LEARNING = (Purpose.ROAD, Purpose.TRAP)  # of which the staff's answers can teach a head


def answers(purpose: str) -> dict[str, str]:
    """What the machine may find: code → in words; empty where it only counts."""
    return ANSWERS.get(purpose, {})


def choices(purpose: str) -> dict[str, str]:
    """What a person may say: code → in words."""
    if purpose == Purpose.PARKING:
        return {**RIGHT_OR_WRONG, Trapped.EMPTY.value: "どのますも空き"}
    return answers(purpose) or RIGHT_OR_WRONG


def words(purpose: str, answer: str) -> str:
    """An answer as staff see it."""
    return choices(purpose).get(answer, "") or "―"


def verdict_of(purpose: str, answer: str, truth: str) -> Verdict:
    """What follows from what a person said. truth: empty for not sure."""
    if not truth:
        return Verdict.UNSURE
    if truth in RIGHT_OR_WRONG:
        return Verdict(truth)
    if not answer:
        return Verdict.GIVEN
    return Verdict.RIGHT if truth == answer else Verdict.WRONG
