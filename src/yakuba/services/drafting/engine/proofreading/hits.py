"""What a rule sees at one place, before what is the same is put together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hit:
    """A place where a rule is broken. instead: what to write there; None where a person decides. sure: taken over with all
    others at once. whole: about a sentence as a whole. more: added to the rule's sentence."""

    start: int
    end: int
    rule: str
    instead: str | None = None
    sure: bool = True
    whole: bool = False
    more: str = ""
