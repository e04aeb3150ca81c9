"""What is wrong in a file, told with its line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from yakuba.kernel.refusals import Invalid, Problem

MOST_TOLD = 200
MOST_KEPT = 2_000  # collected before they are sorted; a file with more is no definition
MOST_NAMED = 40  # known words that a message lists
# Looking for the word that was meant compares letter by letter: so often in a file, with so many words, of that length.
MOST_SUGGESTED, MOST_COMPARED, LONGEST_WORD = 20, 200, 60


class DefinitionRefused(Invalid, ValueError):
    """The file cannot be used; `problems` in the order of their lines, each once, 1 to 200 of them."""

    heading = "定義のファイルに直すところがあります"

    def __init__(self, problems: Iterable[Problem]) -> None:
        found = sorted(dict.fromkeys(problems), key=lambda one: one.line)[:MOST_TOLD]
        super().__init__("\n".join(str(one) for one in found), problems=found)

    @classmethod
    def retold(cls, sentence: str, place: str, remedy: str, problems: Iterable[Problem]) -> DefinitionRefused:
        """Its problems say all of it."""
        return cls(problems)


class DefinitionError(Invalid, ValueError):
    """A definition that cannot be used. `str()` is a Japanese sentence with file, place and remedy."""

    exit_code = 2


class Faults:
    """Collects what is wrong, so that one fault does not hide the next."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._suggested = 0

    def add(self, line: int, place: str, reason: str) -> None:
        if len(self.found) < MOST_KEPT:
            self.found.append(Problem(line, place, reason))

    def unknown(self, line: int, place: str, word: str, known: Iterable[str]) -> None:
        """A word that nobody knows, with the known one that it resembles, or else all of them."""
        self._suggested += 1
        hint = suggestion(word, known) if self._suggested <= MOST_SUGGESTED else ""
        self.add(line, place, f"「{_short(word)}」は使えません。{hint}")


def suggestion(word: str, known: Iterable[str]) -> str:
    """A Japanese sentence that names the most similar known word, or all known words."""
    words = [_short(one) for one in known if one]
    close = difflib.get_close_matches(_short(word), words[:MOST_COMPARED], n=1, cutoff=0.5)
    if close:
        return f"「{close[0]}」の間違いではありませんか。"
    return f"書けるのは {'、'.join(words[:MOST_NAMED])} です。" if words else "ここに書けるものはありません。"


def _short(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…"
