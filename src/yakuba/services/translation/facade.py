"""The translation room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.tables.whole import whole
from yakuba.services.translation.actions import memory, phrases, talks
from yakuba.services.translation.contracts import Sentence
from yakuba.services.translation.engine import tables
from yakuba.services.translation.models import OwnPhrase, Talk, Term
from yakuba.services.translation.queries import translating
from yakuba.services.translation.queries.phrases import TownBook


def translated(text: str, language: str) -> list[Sentence]:
    """A text, sentence by sentence, by what people wrote and, where the town has one, its model server."""
    return translating.translated(translating.sentences_of(text), language)[0]


def is_empty() -> bool:
    """Whether the town has written nothing of its own yet."""
    return not (OwnPhrase.objects.exists() or Term.objects.exists() or Talk.objects.exists())


def load(table: bytes, *, actor: Actor) -> int:
    """Take phrases of a table over; how many phrases and sentences were new or changed. Raises Invalid with every fault."""
    book = TownBook()
    read = partial(tables.drafts, known=book.phrases, answers=dict(book.answers()))
    return phrases.load(whole(table, ("番号", "言語", "文"), read), actor=actor)


def set_words(
    terms: Sequence[Mapping[str, str]], sentences: Sequence[Mapping[str, str]], *, actor: Actor
) -> None:
    """The town's words and sentences, each with `japanese` and what it is by code of the language."""
    for one in terms:
        for language, text in one.items():
            if language != "japanese":
                memory.set_term(one["japanese"], language, text, actor=actor)
    for one in sentences:
        for language, text in one.items():
            if language != "japanese":
                memory.keep(language, [(one["japanese"], text)], "", actor=actor)


def begin_talk(language: str, codes: Sequence[str], *, actor: User) -> int:
    """A talk at the counter in which these phrases without slots were said, as far as there are any; its number."""
    talk = talks.begin(Talk.Kind.COUNTER, language, actor=actor)
    book = TownBook()
    for code in codes:
        phrase = book.phrases.get(code)
        if phrase is not None and not phrase.slots:
            talks.say(talk, phrase, {}, book)
    return int(talk.pk)
