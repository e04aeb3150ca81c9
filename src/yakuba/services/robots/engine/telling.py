"""Whether a word tells of the town or of a person, in whatever width, script or spacing it was typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import unquote

from yakuba.kernel.personaldata.finding import by_shape, names

_KANJI = "[〇零壱弐参一二三四五六七八九十百千]"
NUMBER = re.compile(rf"\d{{3,}}|{_KANJI}{{3,}}")  # in a word of the screen, which becomes a place
LONG_NUMBER = re.compile(rf"\d{{5,}}|{_KANJI}{{5,}}")  # in what would be refused: 125cc may stand
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s\-‐-―−ー・.,/_]+(?=\d)")
_HOST = re.compile(r"[a-z0-9-]{2,}(?:\.[a-z0-9-]+)*\.[a-z]{2,}|//")
_PARAMETERS = re.compile(
    r"(?:[?&][A-Za-z0-9_.\-]+=)+"
)  # names alone: what stands behind them is a value of the case
_KEY = re.compile(
    r"(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,}"
)  # of a session, as some targets put it into an address
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ"))}


def tells(word: str, private: Sequence[str], number: re.Pattern[str] = NUMBER) -> bool:
    """Whether a word may be the town's or a person's own. private: words that are the town's.  number: from which length
    figures may be somebody's."""
    return _tells(word, private, number) or bool(_HOST.search(_seen(word).casefold()))


def place_tells(path: str, private: Sequence[str]) -> bool:
    """The same for an address below that of the target: `/entry.aspx` is no host, and a parameter has a value of the case or
    none of its own."""
    read = unquote(path)
    tail = re.search(r"[?&;#]", path)
    return (
        _tells(read, private, NUMBER)
        or "//" in _seen(read)
        or bool(_KEY.search(read.casefold()))
        or (tail is not None and not _PARAMETERS.fullmatch(path[tail.start() :]))
    )


def code_tells(code: str, private: Sequence[str]) -> bool:
    """The same for a code of the definition, in which the dictionary would see names that are none."""
    return _shape_tells(code, private, LONG_NUMBER)


def _tells(word: str, private: Sequence[str], number: re.Pattern[str]) -> bool:
    named = (names(one) for one in {word, _seen(word)} if len(one) > 1)  # 金 alone is a day of the week
    return _shape_tells(word, private, number) or any(named)


def _shape_tells(word: str, private: Sequence[str], number: re.Pattern[str]) -> bool:
    seen, bare = _seen(word), _bare(word)
    return bool(
        any(_bare(one) in bare for one in private if one)
        or number.search(_BETWEEN_DIGITS.sub("", seen))
        or any(next(by_shape(one), None) for one in (word, seen))
    )


def _seen(word: str) -> str:
    """As a person sees it: one width, without signs that nobody sees."""
    one_width = unicodedata.normalize("NFKC", word)
    return "".join(one for one in one_width if unicodedata.category(one) != "Cf")


def _bare(word: str) -> str:
    """For comparing: without blanks, in small letters and hiragana."""
    return "".join(_seen(word).casefold().split()).translate(_HIRAGANA)
