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


class DataClass(Labelled):
    """Kinds of information that a text may hold, from what may be in least hands to most."""

    PUBLIC = "public", "公開してよい情報"
    INTERNAL = "internal", "庁内だけの情報"
    PERSONAL = "personal", "個人情報を含む情報"

    @property
    def rank(self) -> int:
        """0 for what everybody may know."""
        return list(DataClass).index(self)


class Risk(Labelled):
    """How bad it may become where a use goes wrong."""

    LOW = "low", "低い（内部の下書きだけ）"
    MIDDLE = "middle", "中くらい（外に出る文の元になる）"
    HIGH = "high", "高い（住民の権利や手続に関わる）"


class BuiltIn(Labelled):
    """What is done where no model server does it."""

    NONE = "none", "何もしない"
    SHORT = "short", "200字の知らせ"
    SUMMARY = "summary", "元の文による要約"
    QUESTIONS = "questions", "見出しからのQ&A"
    QUESTIONNAIRE = "questionnaire", "見出しからのアンケート"


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
