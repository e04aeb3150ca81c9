"""What may leave the answers room, and what its engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """Who may read an entry. Residents' entries are for everybody, experts' for experts alone."""

    RESIDENT = "resident"
    STAFF = "staff"
    EXPERT = "expert"


class Outcome(StrEnum):
    """What was done with a question: one entry told, up to three shown to choose from, or handed over to a section."""

    ANSWERED = "answered"
    SHOWN = "shown"
    HANDED_OVER = "handed_over"


class Channel(StrEnum):
    """Where a question was asked."""

    PAGE = "page"
    EMBEDDED = "embedded"
    KIOSK = "kiosk"
    STAFF = "staff"
    API = "api"


@dataclass(frozen=True)
class Entry:
    """What the engine knows of an entry. key: what the caller calls it; wordings: other ways to ask the same; confirmed:
    questions that people asked and that a person said this entry answers."""

    key: str
    question: str
    answer: str
    wordings: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    field: str = ""


@dataclass(frozen=True)
class Decision:
    """What to do with a question. keys: the entries, the best first: one where it is answered, up to three where they are
    shown, and where it is handed over the nearest one, which says whose business it may be, or none. sure: the calibrated
    chance that the first one is right, 0 to 1, or the likeness where nothing has been learned yet."""

    outcome: Outcome
    keys: tuple[str, ...]
    sure: float


@dataclass(frozen=True)
class Draft:
    """The contents of an entry as a person or a file gives them. code: the town's own name of the entry, the same in every
    file; valid_from, valid_until: ISO dates or empty; section: name of the section in charge."""

    code: str
    question: str
    answer: str
    wordings: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    field: str = ""
    section: str = ""
    audience: Audience = Audience.RESIDENT
    language: str = "ja"
    source: str = ""
    valid_from: str = ""
    valid_until: str = ""


@dataclass(frozen=True)
class SectionFacts:
    """A section that answers for something. hours, telephone and place as residents read them."""

    name: str
    telephone: str = ""
    hours: str = ""
    place: str = ""


@dataclass(frozen=True)
class Told:
    """One entry as it is told: the answer has its slots filled. source: the law or handbook behind it, for staff."""

    id: int
    question: str
    answer: str
    links: tuple[str, ...]
    field: str
    section: SectionFacts | None
    source: str
    version: int
    published_on: str


@dataclass(frozen=True)
class Reply:
    """What a question came to. section: to whom it is handed over, None where nobody can be named. number: of the note that
    was taken of it."""

    outcome: Outcome
    told: tuple[Told, ...]
    section: SectionFacts | None
    sure: float
    number: int


@dataclass(frozen=True)
class Figures:
    """What an evaluation found, over `queries` questions. s1, s5, mrr, ndcg10: of the ranking, a grade of 1 or more counts as
    right; answered: share answered alone, wrong_of_answered: of these; answered_three: share of which up to three were shown
    (or one told), wrong_of_three: of these, those of which none was right; answered_out_of_scope: share answered alone when
    every right entry had been taken away. labels: how many confirmed pairs the thresholds were learned from, 0: none."""

    queries: int
    s1: float
    s5: float
    mrr: float
    ndcg10: float
    answered: float
    wrong_of_answered: float
    ms_per_query: float
    answered_three: float
    wrong_of_three: float
    answered_out_of_scope: float
    labels: int
    extra: Mapping[str, float] = field(default_factory=dict)
