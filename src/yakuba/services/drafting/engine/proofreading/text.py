"""A text as the rules see it: words with their tags, sentences, lines, and what is left alone."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

from yakuba.kernel.search import cutting
from yakuba.services.drafting.contracts import Place

LONGEST = 200_000  # characters
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]*")
_CLOSERS = "」』）)"
# Addresses of pages and mail, and names of files, are nobody's wording.
_ALONE = re.compile(
    r"https?://[^\s、。」）]+|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,8}|www\.[!-~]+",
    re.ASCII,
)
_QUOTED = re.compile(r"「[^「」\n]{1,200}」|『[^『』\n]{1,200}』")
KANJI = re.compile(r"[一-龥々〆]")


@dataclass(frozen=True)
class Word:
    """A morpheme. kind, detail: the first two parts of its tag; inflection: the conjugated form, empty where none; base: its
    dictionary form; normal: its normalised form; sound: its reading in hiragana."""

    start: int
    end: int
    surface: str
    kind: str
    detail: str
    third: str
    type: str
    inflection: str
    base: str
    normal: str
    sound: str


@dataclass(frozen=True)
class Span:
    """A sentence: from `start` to before `end`."""

    start: int
    end: int


@dataclass(frozen=True)
class Text:
    """A text; what is looked at more than once is looked at once."""

    content: str
    _starts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0, *(found.end() for found in re.finditer("\n", self.content))]
        object.__setattr__(self, "_starts", starts)

    @cached_property
    def words(self) -> list[Word]:
        """The morphemes in their order."""
        found = []
        for start, one in cutting.morphemes(self.content):
            tag = one.part_of_speech()
            found.append(
                Word(
                    start + one.begin(),
                    start + one.end(),
                    one.surface(),
                    tag[0],
                    tag[1],
                    tag[2],
                    tag[4],
                    "" if tag[5] == "*" else tag[5],
                    one.dictionary_form(),
                    one.normalized_form(),
                    hiragana(one.reading_form()),
                )
            )
        return found

    @cached_property
    def _word_starts(self) -> list[int]:
        return [one.start for one in self.words]

    @cached_property
    def sentences(self) -> list[Span]:
        """Sentences without blanks around; a line ends one, and so does 。 outside of brackets."""
        found: list[Span] = []
        for match in _SENTENCE.finditer(self.content):
            start, end = match.span()
            opened = bool(found) and found[-1].end == start and self.content[start] in _CLOSERS
            if opened:  # 「…。」と言う: the sentence goes on
                found[-1] = Span(found[-1].start, end)
                continue
            while start < end and self.content[start].isspace():
                start += 1
            if start < end:
                found.append(Span(start, end))
        return found

    @cached_property
    def alone(self) -> list[tuple[int, int]]:
        """What no rule looks at."""
        return [found.span() for found in _ALONE.finditer(self.content)]

    @cached_property
    def quoted(self) -> list[tuple[int, int]]:
        """What somebody else said or wrote, or a name."""
        return [found.span() for found in _QUOTED.finditer(self.content)]

    def word_at(self, position: int) -> int:
        """The index of the word that covers a character."""
        return max(bisect_right(self._word_starts, position) - 1, 0)

    def place(self, start: int, end: int) -> Place:
        """Line and column of a span."""
        line = bisect_right(self._starts, start) - 1
        return Place(start, end, line + 1, start - self._starts[line] + 1)

    def in_any(self, spans: list[tuple[int, int]], start: int, end: int) -> bool:
        """Whether a span touches one of those."""
        at = bisect_right(spans, (end - 1, len(self.content)))
        return at > 0 and spans[at - 1][1] > start


def hiragana(katakana: str) -> str:
    """ア → あ; what is no katakana stays."""
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in katakana)
