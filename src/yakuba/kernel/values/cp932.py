"""Text as CP932 (Shift_JIS as Windows writes it), which core systems and spreadsheets take.

What the encoding can say in another way is written so without a word: decomposed kana, the yen sign, radicals, blanks
of other kinds, the twins of 〜 and −. Where something of the text is lost it is told: a kanji without the selector of
its form, a dash that stands for another one, and 〓 for what cannot be written at all.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from yakuba.kernel.values.characters import SELECTORS, compose

GETA = "〓"  # how Japanese printing marks a character that it lacks
_SAME = str.maketrans("〜−‖—¢£¬¥¦\u00c5", "～－∥―￠￡￢￥￤\u212b")
_SELECTOR = re.compile(f"[{SELECTORS}]")
_NEAR = {"–": "－", "‑": "‐", "‒": "－", "⁃": "－"}
# Of these CP932 has the compatibility kanji alone, which looks the same.
_NEAR |= {"\u51de": "\ufa15", "\u8612": "\ufa20"}


@dataclass(frozen=True)
class Loss:
    """A character that the file does not hold as it is. written: what stands there instead; form: only the form of a
    kanji (its variation selector) is lost."""

    character: str
    written: str
    form: bool = False

    def __str__(self) -> str:
        code = f"U+{ord(self.character[-1]):04X}"
        what = (
            f"「{self.character}」の字形の指定（{code}）" if self.form else f"「{self.character}」（{code}）"
        )
        return f"{what}はShift_JISで書けないため、{self.written}にしました。手で直すか、UTF-8のファイルを使ってください。"


def written(text: str) -> tuple[str, tuple[Loss, ...]]:
    """The text in characters that CP932 has, and what was lost by it, in order."""
    if _fits(text):
        return text, ()
    found: list[str] = []
    losses: list[Loss] = []
    for character in compose(text).translate(_SAME):
        if _SELECTOR.fullmatch(character):
            if found:
                losses.append(Loss(found[-1] + character, f"「{found[-1]}」", form=True))
            continue
        instead = _instead(character)
        if instead != character and not character.isspace():
            losses.append(Loss(character, instead if instead == GETA else f"「{instead}」"))
        found.append(instead)
    return "".join(found), tuple(losses)


def _instead(character: str) -> str:
    """The character, or what is written for it."""
    if _fits(character):
        return character
    if character.isspace():
        return " "
    # NFC exchanges a compatibility kanji that CP932 lacks for the one that it has
    near = _NEAR.get(character) or unicodedata.normalize("NFC", character)
    return near if _fits(near) else GETA


def _fits(text: str) -> bool:
    try:
        text.encode("cp932")
    except UnicodeEncodeError:
        return False
    return True
