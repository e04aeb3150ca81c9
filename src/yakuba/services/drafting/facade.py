"""The drafting room's door: what other rooms may ask of it."""

from __future__ import annotations

from yakuba.kernel.accounts.models import User
from yakuba.kernel.tables.whole import whole
from yakuba.services.drafting.actions import governance, kept, terms
from yakuba.services.drafting.contracts import DataClass, Finding, Risk, TextClass, TownWord
from yakuba.services.drafting.engine import termlist
from yakuba.services.drafting.engine.principles import RULE
from yakuba.services.drafting.models import Term
from yakuba.services.drafting.queries.proofreading import proofread


def findings(text: str, text_class: TextClass = TextClass.NOTICE) -> list[Finding]:
    """What the rules and the active town's own list say of a text."""
    return proofread(text, text_class).found


def load_words(table: bytes, *, actor: User) -> int:
    """A table of words into the active town's list. Returns how many were new or changed. Raises Invalid."""
    return terms.load(whole(table, termlist.REQUIRED, termlist.read, name="用語集"), actor=actor)


def is_empty() -> bool:
    """Whether the active town has no list yet."""
    return not Term.objects.exists()


def keep(title: str, text: str, text_class: TextClass, *, actor: User) -> None:
    """Keep a text for that person alone."""
    kept.keep(title, text, text_class, actor=actor)


def begin_with_ai(name: str, purpose: str, *, actor: User) -> None:
    """The rule of use and the templates as a town begins with them, and one registered use for what only the town hall may know."""
    governance.decide_rule(RULE, actor=actor)
    governance.load_templates(actor=actor)
    use = {
        "name": name,
        "purpose": purpose,
        "data_class": DataClass.INTERNAL.value,
        "risk": Risk.MIDDLE.value,
    }
    row = governance.register(use, actor=actor)
    shown = {
        "human": "課長が読んでから出す",
        "privacy": "名前などを伏せ、職員が確かめてから送る",
        "security": "庁内のサーバーだけに送る",
    }
    governance.show_evidence(row.pk, shown, actor=actor)


__all__ = ["Finding", "TextClass", "TownWord", "begin_with_ai", "findings", "is_empty", "keep", "load_words"]
