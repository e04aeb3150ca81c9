"""Measures the counter's phrasebook: finding a phrase by a wording that the index has not seen, and the guard between the Japanese
and each translation. The guard's rules were mended after looking at these phrases: its alarms are a lower bound."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import replace
from pathlib import Path

from yakuba.services.translation.contracts import Phrase
from yakuba.services.translation.engine import guard, phrasebook, saying
from yakuba.services.translation.engine.finding import PhraseFinder

NUMBERS = ("見当たり", "にない数")


def finding(book: phrasebook.Book) -> dict[str, float]:
    """Each first wording is asked of an index without it: share of which its phrase is first, and among five."""
    phrases = list(book.phrases.values())
    held = [(one.code, one.wordings[0]) for one in phrases if one.wordings]
    finder = PhraseFinder([_without_first(one, book) for one in phrases])
    found = [finder.find(text) for _, text in held]
    first = sum(codes[:1] == [code] for (code, _), codes in zip(held, found, strict=True))
    five = sum(code in codes[:5] for (code, _), codes in zip(held, found, strict=True))
    return {"wordings": len(held), "first": first / len(held), "among_five": five / len(held)}


def guarding(book: phrasebook.Book) -> dict[str, float]:
    """Alarms on translations that are held to be right, and how many with one figure changed are noticed."""
    pairs = numbers = denials = changed = noticed = 0
    for language, texts in book.texts.items():
        for code, told in texts.items():
            source = saying.SLOT.sub("", book.phrases[code].japanese)
            target = saying.SLOT.sub("", told.text)
            doubts = guard.doubts(source, target, language)
            alarm = _about_numbers(doubts)
            pairs, numbers = pairs + 1, numbers + alarm
            denials += any("〜ない" in one for one in doubts)
            if re.search("[0-9]", target) and not alarm:
                wrong = re.sub("[0-9]", lambda one: str((int(one[0]) + 1) % 10), target, count=1)
                changed += 1
                noticed += _about_numbers(guard.doubts(source, wrong, language))
    return {
        "pairs": pairs,
        "number_alarms": numbers,
        "denial_hints": denials,
        "changed": changed,
        "noticed": noticed,
    }


def _without_first(phrase: Phrase, book: phrasebook.Book) -> Phrase:
    group = book.groups.get(phrase.group, phrase.group)
    return replace(phrase, group=group, wordings=phrase.wordings[1:])


def _about_numbers(doubts: tuple[str, ...]) -> bool:
    return any(word in one for one in doubts for word in NUMBERS)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phrases", type=Path, default=phrasebook.FOLDER, help="a folder of phrase files")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    book = phrasebook.book(given.phrases)
    if not book.phrases:
        parser.error(f"{given.phrases} has no phrases")
    figures = {"phrases": len(book.phrases), **finding(book), **guarding(book)}
    if given.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:15} {value:.3f}" if isinstance(value, float) else f"{name:15} {value}")


if __name__ == "__main__":
    main()
