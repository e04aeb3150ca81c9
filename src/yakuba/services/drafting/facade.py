"""The drafting room's door: what other rooms may ask of it."""

from __future__ import annotations

from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import Invalid, Problem
from yakuba.kernel.tables.reading import rows
from yakuba.services.drafting.actions import kept, terms
from yakuba.services.drafting.contracts import Finding, TextClass, TownWord
from yakuba.services.drafting.engine import termlist
from yakuba.services.drafting.models import Term
from yakuba.services.drafting.queries.proofreading import proofread


def findings(text: str, text_class: TextClass = TextClass.NOTICE) -> list[Finding]:
    """What the rules and the active town's own list say of a text."""
    return proofread(text, text_class).found


def load_words(table: bytes, *, actor: User) -> int:
    """A table of words into the active town's list. Returns how many were new or changed. Raises Invalid."""
    problems: list[Problem] = []
    words, faults = termlist.read(rows(table, termlist.REQUIRED, problems))
    if problems := [*problems, *faults]:
        raise Invalid(f"用語集に直すところが{len(problems)}か所あります。", problems=problems)
    return terms.load(words, actor=actor)


def is_empty() -> bool:
    """Whether the active town has no list yet."""
    return not Term.objects.exists()


def keep(title: str, text: str, text_class: TextClass, *, actor: User) -> None:
    """Keep a text for that person alone."""
    kept.keep(title, text, text_class, actor=actor)


__all__ = ["Finding", "TextClass", "TownWord", "findings", "is_empty", "keep", "load_words"]
