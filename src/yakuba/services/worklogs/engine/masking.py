"""What is kept of a title, an object and the other words of a row: personal data goes before anything is stored.

Numbers, addresses and birthdays go by their shape, names by what stands beside them and by Sudachi's dictionary
(`kernel.personaldata`), names of folders under Users, and every run of five digits or more: it may be a resident's number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from yakuba.kernel.personaldata.finding import by_shape
from yakuba.kernel.personaldata.hiding import hidden

MOST = 200_000  # texts that are remembered with what was made of them
MOST_LETTERS = 20_000_000  # of them: titles may be long
_TOKEN = re.compile(r"〔([^〔〕0-9]+)[0-9]+〕")
_FOLDER = re.compile(
    r"(?i)(\busers[\\/]|[\\/]home[\\/]|[\\/](?:documents and settings|ユーザー)[\\/])([^\\/]+)"
)
_NUMBER = re.compile(r"[0-9０-９](?:[-‐-―−－ ]?[0-9０-９]){4,}")
_PASSWORD = re.compile(
    r"(?i)((?:パスワード|暗証番号|passw(?:or)?d|pwd)[ 　]*(?:[:：=＝はが][ 　]*|[ 　]+(?=[!-~]*[0-9!-/:-@]))|(?<=[/?&])p(?:ass)?[:=])([!-~！-～]{4,})"
)
_QUOTED = re.compile("「([^「」]*)」")
_SHOWN = re.compile(r"[-0-9 /.,:+年月日時分秒TZ]{1,25}")  # a moment: `moments` shows no other digits
_DIGIT = re.compile(r"[0-9０-９]")
_DIGITS = re.compile(r"[0-9０-９]+")


class Masker:
    """Masks the texts of one log; what was seen before is not looked at again. masked: how many texts lost something."""

    def __init__(self) -> None:
        self.masked = 0
        self._letters = 0
        self._texts: dict[str, str] = {}
        self._alike: dict[str, str] = {}
        self._words: dict[str, str] = {}
        self._own: dict[tuple[str, ...], re.Pattern[str] | None] = {}

    def text(self, text: str, *own: str) -> str:
        """A title or an object: without names too. own: the row's person and PC, wherever they stand in it."""
        return self._once(self._texts, self.without(text, own), self._without_names)

    def words(self, text: str, *own: str) -> str:
        """The name of an application, an action or a section: what has a shape goes, names are left. own: as above."""
        return self._once(self._words, self.without(text, own), _without_shapes)

    def sentence(self, text: str) -> str:
        """A sentence of the house, in whose quotes something of the log may stand."""
        return _QUOTED.sub(
            lambda one: f"「{one[1] if _SHOWN.fullmatch(one[1]) else self.text(one[1])}」", text
        )

    def without(self, text: str, own: tuple[str, ...]) -> str:
        """The text without these persons and PCs, however they are written there: in capitals or not, with the domain or
        without."""
        if not text:
            return text
        if own not in self._own:
            if len(self._own) >= MOST:
                self._own.clear()
            self._own[own] = _pattern_of(own)
        pattern = self._own[own]
        return pattern.sub("〔職員〕", text) if pattern else text

    def _without_names(self, text: str) -> str:
        """What is hidden hangs on where digits stand and not on which they are: of a thousand titles that differ in a count
        alone, one is looked through."""
        alike = _DIGIT.sub("0", text)
        return text if self._once(self._alike, alike, _masked, count=False) == alike else _masked(text)

    def _once(
        self, known: dict[str, str], text: str, change: Callable[[str], str], *, count: bool = True
    ) -> str:
        if not text:
            return ""
        if text not in known:
            self._letters += len(text)
            if len(known) >= MOST or self._letters > MOST_LETTERS:
                for one in (self._texts, self._alike, self._words):
                    one.clear()
                self._letters = len(text)
            known[text] = change(text)
        self.masked += count and known[text] != text
        return known[text]


def screen_of(title: str) -> str:
    """By what a masked title is the same screen as another: whatever the digits in it are."""
    return _DIGITS.sub("0", title)


def step_code(application: str, screen: str, action: str, thing: str) -> int:
    """A step as a number of 63 bits: the same words give the same number, in every file and every town."""
    words = "\x1f".join((application, screen, action, _DIGITS.sub("0", thing)))
    return int.from_bytes(blake2b(words.encode(), digest_size=8).digest()) >> 1


def _pattern_of(own: tuple[str, ...]) -> re.Pattern[str] | None:
    names = {part for name in own for part in (name, re.split(r"[\\/@]", name)[-1], name.split("@")[0])}
    kept = [name for name in names if len(name) > 3 or (len(name) > 1 and not name.isascii())]
    return re.compile("|".join(map(re.escape, sorted(kept, key=len, reverse=True))), re.I) if kept else None


def _without_words(text: str) -> str:
    """Without what no rule of the house knows: whose folder it is, and a password that was typed into a title."""
    return _PASSWORD.sub(r"\1〔伏せ字〕", _FOLDER.sub(r"\1〔職員〕", text))


def _masked(text: str) -> str:
    found = hidden(_without_words(text)).text
    return _NUMBER.sub("〔番号〕", _TOKEN.sub(r"〔\1〕", found))


def _without_shapes(text: str) -> str:
    text = _without_words(text)
    taken = bytearray(len(text))
    for start, end, _ in by_shape(text):
        taken[start:end] = b"\1" * (end - start)
    kept = "".join("〓" if taken[at] else one for at, one in enumerate(text))
    return _NUMBER.sub("〔番号〕", re.sub("〓+", "〔伏せ字〕", kept))
