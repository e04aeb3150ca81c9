"""もしかして: a near word of the manual and the menu where what was typed stands in nothing that was found.

Most slips in Japanese are a wrong conversion (兆評 for 帳票), which sounds the same, or a wrong key, which sounds nearly
the same. Only words that all staff may read are offered, never one of a case.
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import cache

from yakuba.kernel.registry import manifests
from yakuba.kernel.search.cutting import reading, readings
from yakuba.kernel.ui import manual

NEAR = 0.75  # share of the reading that is the same, by difflib
SHORTEST, LONGEST = 3, 20  # kana of a reading


def nearby(text: str) -> str:
    """The question with words put right that the house does not know, or nothing where there is nothing to offer."""
    known = _known()
    offered, other = [], False
    for piece in text.split():
        better = piece if piece in known.values() else _near(reading(piece), known)
        other = other or better not in ("", piece)
        offered.append(better or piece)
    return " ".join(offered) if other else ""


def _near(sound: str, known: dict[str, str]) -> str:
    if not SHORTEST <= len(sound) <= LONGEST:
        return ""
    close = [sound] if sound in known else get_close_matches(sound, known, 1, NEAR)
    return known[close[0]] if close else ""


@cache
def _known() -> dict[str, str]:
    """Reading -> word, the more frequent of those that sound the same."""
    often: dict[tuple[str, str], int] = {}
    texts = [page.text for page in manual.pages()]
    texts += [item.label for manifest in manifests() for item in manifest.navigation]
    for text in texts:
        for word, sound in readings(text):
            if len(sound) >= SHORTEST:
                often[sound, word] = often.get((sound, word), 0) + 1
    return {sound: word for (sound, word), _ in sorted(often.items(), key=lambda one: one[1])}
