"""The phrases of the active town: those of the house, with the town's own, its corrections, and who has checked what."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from yakuba.kernel.registry import CheckResult
from yakuba.kernel.tables.spreadsheets import Table
from yakuba.kernel.townsettings import value
from yakuba.services.translation.contracts import Phrase, Sensitive, Translated
from yakuba.services.translation.engine import phrasebook, tables, words
from yakuba.services.translation.engine.finding import PhraseFinder
from yakuba.services.translation.engine.languages import JAPANESE, LANGUAGES
from yakuba.services.translation.models import OwnPhrase, OwnText, Term

SENSITIVE = {Sensitive.MONEY: "お金", Sensitive.DEADLINE: "期限", Sensitive.HEALTH: "健康"}
UNCHECKED = "母語話者の確認はまだです"


@dataclass(frozen=True)
class Row:
    """A phrase in a language, for lists and files. state: checked, unchecked, off, none."""

    code: str
    group: str
    japanese: str
    phrase: Phrase
    language: str
    language_name: str
    text: str
    checked_by: str
    checked_on: str
    state: str


class TownBook:
    """What may be said in the active town. One is made for each request."""

    def __init__(self) -> None:
        self._house = phrasebook.book()
        self._own = {row.code: phrase_of(row) for row in OwnPhrase.objects.order_by("code")}
        self._texts: dict[str, dict[str, tuple[str, Translated]]] = {}
        self._on = {one for one in SENSITIVE if value(f"translation.unchecked_{one.value}")}

    @cached_property
    def phrases(self) -> Mapping[str, Phrase]:
        """Every phrase by its code, the house's first."""
        return {**self._house.phrases, **self._own}

    @cached_property
    def groups(self) -> dict[str, str]:
        """The scenes that have phrases: code and label; a town's own group is its own label."""
        known = dict(self._house.groups)
        return known | {one.group: known.get(one.group, one.group) for one in self._own.values()}

    def of_group(self, group: str) -> list[Phrase]:
        """The phrases of a scene."""
        return [one for one in self.phrases.values() if one.group == group]

    def found(self, text: str) -> list[Phrase]:
        """Those that come nearest to what was typed."""
        groups = self.groups
        key = tuple(
            (one.code, groups.get(one.group, one.group), one.japanese, one.plain, one.wordings)
            for one in self.phrases.values()
        )
        return [self.phrases[code] for code in _finder(key).find(text)]

    def translated(self, phrase: Phrase, language: str) -> Translated | None:
        """The sentence in a language, the town's before the house's; None where there is none that says what the Japanese
        says now."""
        japanese, own = self._own_texts(language).get(phrase.code, ("", None))
        if own is not None:
            return own if japanese == phrase.japanese and not phrasebook.fault_of(phrase, own.text) else None
        mine = self._own.get(phrase.code)
        house = self._house.phrases.get(phrase.code)
        if mine is not None and (house is None or mine.japanese != house.japanese):
            return None
        return self._house.texts.get(language, {}).get(phrase.code)

    def before(self, phrase: Phrase, language: str) -> str:
        """The town's sentence for what the phrase said before it was reworded; empty where it holds."""
        japanese, own = self._own_texts(language).get(phrase.code, ("", None))
        return own.text if own is not None and japanese != phrase.japanese else ""

    def withheld(self, phrase: Phrase, translated: Translated | None) -> str:
        """Why the sentence is not shown to guests; empty where it is."""
        if translated is None:
            return "この言語の文がまだありません。日本語だけを示します。"
        if phrase.sensitive is Sensitive.NONE or translated.checked_by or phrase.sensitive in self._on:
            return ""
        about = SENSITIVE[phrase.sensitive]
        return f"{about}の話で、{UNCHECKED}。日本語だけを示します。"

    def answer(self, code: str, language: str) -> str:
        """What stands on a button; the Japanese where the language has none."""
        answers = self._house.answers
        return answers.get(language, {}).get(code) or answers.get("ja", {}).get(code, code)

    def answers(self) -> list[tuple[str, str]]:
        """Every button there is: code and Japanese."""
        return list(self._house.answers.get("ja", {}).items())

    def rows(self, languages: Iterable[str]) -> list[Row]:
        """Every phrase in these languages."""
        return [self.row(phrase, code) for code in languages for phrase in self.phrases.values()]

    def row(self, phrase: Phrase, language: str) -> Row:
        """One phrase in one language, as the list shows it."""
        found = self.translated(phrase, language)
        state = "checked" if found and found.checked_by else "unchecked"
        if found is None:
            state = "none"
        elif self.withheld(phrase, found):
            state = "off"
        return Row(
            phrase.code,
            self.groups.get(phrase.group, phrase.group),
            phrase.japanese,
            phrase,
            language,
            LANGUAGES[language].name,
            found.text if found else "",
            found.checked_by if found else "",
            found.checked_on if found else "",
            state,
        )

    def _own_texts(self, language: str) -> dict[str, tuple[str, Translated]]:
        if language not in self._texts:
            self._texts[language] = {
                row.code: (
                    row.japanese,
                    Translated(
                        row.text,
                        row.checked_by,
                        row.checked_on.isoformat() if row.checked_on else "",
                        own=True,
                    ),
                )
                for row in OwnText.objects.filter(language=language)
            }
        return self._texts[language]


def phrase_of(row: OwnPhrase) -> Phrase:
    """A town's phrase as the engine knows it."""
    return Phrase(
        row.code,
        row.group,
        row.japanese,
        row.plain,
        tuple(filter(None, row.wordings.split("\n"))),
        phrasebook.slots_from(row.japanese),
        tuple(row.answers),
        Sensitive(row.sensitive),
    )


def word_in(language: str) -> Callable[[str], str]:
    """A word typed in Japanese, in a language: the town's, else the house's; the Japanese stands behind it, so that the guest
    finds it on paper and signs."""
    if language == JAPANESE.code:
        return lambda word: word
    own = dict(Term.objects.filter(language=language).values_list("japanese", "text"))

    def word(japanese: str) -> str:
        found = own.get(japanese) or words.word(japanese, language)
        return f"{found}（{japanese}）" if found else f"「{japanese}」"

    return word


def self_check() -> list[CheckResult]:
    """Whether every sentence of the house can be used, and how many a person has checked."""
    faults = phrasebook.book().faults
    advice = f"使えない文が{len(faults)}あります。はじめのもの：{faults[0]}" if faults else ""
    return [CheckResult("窓口の言い方", not faults, advice)]


@lru_cache(maxsize=8)
def _finder(key: tuple[tuple[str, str, str, str, tuple[str, ...]], ...]) -> PhraseFinder:
    return PhraseFinder([Phrase(*one) for one in key])


def table(book: TownBook, languages: Iterable[str]) -> Table:
    """Phrases as a file that can be corrected and taken over again."""
    answers = dict(book.answers())
    return Table(
        "窓口の言い方",
        tables.COLUMNS,
        (
            tables.cells(row.phrase, row.group, answers, (row.language_name, row.text, row.checked_by))
            for row in book.rows(languages)
            if row.text
        ),
    )


def searched(rows: Iterable[Row], text: str) -> list[Row]:
    """Those that hold the words in Japanese, in their wordings, in the language, or have that number."""
    wanted = text.casefold()
    return [
        row
        for row in rows
        if wanted in f"{row.japanese}\n{row.phrase.plain}\n{row.phrase.wordings}\n{row.text}".casefold()
        or wanted == row.code.casefold()
    ]
