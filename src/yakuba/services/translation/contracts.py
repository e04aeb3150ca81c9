"""What may leave the translation room, and what its engine reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class SlotKind(StrEnum):
    """What is typed into a phrase."""

    DATE = "date"
    TIME = "time"
    YEN = "yen"
    NUMBER = "number"
    WINDOW = "window"
    DOCUMENT = "document"
    RELATION = "relation"
    PLACE = "place"


class Sensitive(StrEnum):
    """What a wrong word of a phrase would cost."""

    NONE = "none"
    MONEY = "money"
    DEADLINE = "deadline"
    HEALTH = "health"


class Speaker(StrEnum):
    """Who said a line."""

    STAFF = "staff"
    GUEST = "guest"


@dataclass(frozen=True)
class Language:
    """A language of guests. code: as files name it; name: in Japanese; own: in the language itself; speech: as browsers
    name its voices."""

    code: str
    name: str
    own: str
    speech: str


@dataclass(frozen=True)
class Phrase:
    """A sentence of counter work. plain: in やさしい日本語; wordings: other ways in which staff may look for it; slots: name in
    the text -> kind; answers: codes of what the guest may press."""

    code: str
    group: str
    japanese: str
    plain: str
    wordings: tuple[str, ...] = ()
    slots: Mapping[str, SlotKind] = field(default_factory=dict)
    answers: tuple[str, ...] = ()
    sensitive: Sensitive = Sensitive.NONE


@dataclass(frozen=True)
class Translated:
    """A phrase in a language. checked_by: the person who speaks it from birth and has read this very sentence, empty for
    nobody; checked_on: ISO date or empty; own: the town's wording."""

    text: str
    checked_by: str = ""
    checked_on: str = ""
    own: bool = False


@dataclass(frozen=True)
class Given:
    """A value typed into a slot. value: canonical (ISO date, HH:MM, digits, a word in Japanese)."""

    kind: SlotKind
    value: str


@dataclass(frozen=True)
class Line:
    """One thing said in a talk. japanese, plain: empty where the guest wrote in a language that nothing here translates;
    text: in the guest's language, empty where there is none, and `note` says why; beside: values as Japanese write them;
    answers: codes of what may be pressed; machine: a model server made `text`."""

    speaker: Speaker
    japanese: str
    plain: str = ""
    text: str = ""
    note: str = ""
    beside: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    checked_by: str = ""
    machine: bool = False
    phrase: str = ""


@dataclass(frozen=True)
class PhraseDraft:
    """What a file or a form says of a phrase in one language. language, text: empty for the Japanese alone; checked_by: the
    person named as having checked it."""

    code: str
    group: str
    japanese: str
    plain: str
    wordings: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    sensitive: Sensitive = Sensitive.NONE
    language: str = ""
    text: str = ""
    checked_by: str = ""


class Rule(StrEnum):
    """What makes Japanese hard for people who are learning it (在留支援のためのやさしい日本語ガイドライン, 2020)."""

    LONG = "long"
    VERBS = "verbs"
    DOUBLE_NEGATIVE = "double_negative"
    PASSIVE = "passive"
    HONORIFIC = "honorific"
    HARD_WORD = "hard_word"
    KANJI = "kanji"
    KATAKANA = "katakana"
    MIMETIC = "mimetic"
    DATE = "date"
    BETWEEN = "between"
    ENDING = "ending"


@dataclass(frozen=True)
class Finding:
    """One place that is hard to read. sentence: its number, from 0; start, end: in the text; said: what stands there; why: a
    sentence for the writer; instead: what may stand there, empty where nothing fixed does; ask: it may be right."""

    rule: Rule
    sentence: int
    start: int
    end: int
    said: str
    why: str
    instead: str = ""
    ask: bool = False


@dataclass(frozen=True)
class Checked:
    """What was found in a text. sentences: (start, end) of each; score: of 100 sentences so many have nothing to mend (what is
    only asked does not count); characters: without blanks; notes: about the whole."""

    text: str
    sentences: tuple[tuple[int, int], ...]
    findings: tuple[Finding, ...]
    score: int
    characters: int
    notes: tuple[str, ...]


class Way(StrEnum):
    """How a sentence was translated."""

    MEMORY = "memory"
    PHRASE = "phrase"
    SERVER = "server"
    NONE = "none"


@dataclass(frozen=True)
class Near:
    """A sentence translated before that is nearly the same. likeness: 0 to 1; parts: of its source, (text, whether it differs)."""

    source: str
    target: str
    likeness: float
    parts: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Sentence:
    """A sentence and its translation. target: empty where there is none; doubts: what the guard says of it; near: what may be
    taken instead, after a look; checked_by: of a memory or a phrase."""

    source: str
    target: str
    way: Way
    doubts: tuple[str, ...] = ()
    near: Near | None = None
    checked_by: str = ""
