"""What the drafting room tells others, and what its engine speaks in."""

from __future__ import annotations

from dataclasses import dataclass

from yakuba.kernel.values.labelled import Labelled


class TextClass(Labelled):
    """Kinds of official texts, as 公用文作成の考え方 tells them apart: which rules hold depends on it."""

    LAW = "law", "法令に準ずる文書（条例・規則・要綱）"
    NOTICE = "notice", "告示・通知など"
    RECORD = "record", "記録・公開資料など"
    EXPLANATION = "explanation", "解説・広報など（住民向け）"


class Strength(Labelled):
    """How strong a finding is, by the source of its rule."""

    TOWN = "town", "町の決まり"
    WRONG = "wrong", "違反"
    ERROR = "error", "事実の誤り"
    CONSIDER = "consider", "検討"


@dataclass(frozen=True)
class Place:
    """Where something stands: characters from `start` to before `end`; line and column count from 1."""

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class Finding:
    """One fault, with all the places where it stands the same way (a boilerplate is told once).

    suggestion: what to write; None where only a person can know. sure: taken over with all others at once; what depends
    on the meaning is not. whole: it is about a sentence as a whole and not about the words in it. key: the same for the
    same fault, also after other faults were mended.
    """

    key: str
    rule: str
    label: str
    found: str
    suggestion: str | None
    why: str
    source: str
    strength: Strength
    sure: bool
    whole: bool
    places: tuple[Place, ...]


@dataclass(frozen=True)
class TownWord:
    """A word of the town's own list, which beats every rule. written: as it is not to be written, empty to let `preferred`
    alone; preferred: as the town writes it; classes: where it holds, empty for everywhere."""

    written: str
    preferred: str
    reason: str = ""
    classes: tuple[TextClass, ...] = ()
