"""The answers room's door: what other rooms and the demo town may ask of it."""

from __future__ import annotations

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.tables.whole import whole
from yakuba.services.answers.actions import asking, entries
from yakuba.services.answers.contracts import Channel, Draft, Reply, SectionFacts
from yakuba.services.answers.engine import reading
from yakuba.services.answers.models import Version
from yakuba.services.answers.queries import telling
from yakuba.services.answers.queries.entries import missing, newest, town_words


def load(table: bytes, *, actor: Actor) -> int:
    """Take entries of a table over as drafts; how many were new or changed. Raises Invalid with every fault."""
    return entries.load(whole(table, ("番号", "質問", "答え"), reading.drafts), actor=actor)


def write(draft: Draft, *, actor: Actor) -> int:
    """Keep one draft; the number of its entry."""
    return int(entries.write(draft, actor=actor).entry_id)


def set_sections(sections: list[SectionFacts], *, actor: Actor) -> None:
    """Say how sections are reached."""
    for section in sections:
        entries.set_section(section, actor=actor)


def publish_all(reason: str, *, proposed_by: User, approved_by: User) -> tuple[int, int]:
    """Propose every draft that is complete, and approve them as another person: how many are told now, and how many wait
    for a slot to be filled."""
    words = town_words()
    drafts = [row for row in newest() if row.state in ("draft", "returned")]
    ready = [row.pk for row in drafts if not missing(row, words)]
    if ready:
        publication = entries.propose(ready, reason, actor=proposed_by)
        entries.approve(publication, actor=approved_by, answer="見本")
    return len(ready), len(drafts) - len(ready)


def ask(question: str) -> Reply:
    """What a resident is told."""
    return asking.ask(question, Channel.PAGE, telling.RESIDENTS)


def is_empty() -> bool:
    """Whether the town has no entry yet."""
    return not Version.objects.exists()


__all__ = [
    "Draft",
    "Reply",
    "SectionFacts",
    "ask",
    "is_empty",
    "load",
    "publish_all",
    "set_sections",
    "write",
]
