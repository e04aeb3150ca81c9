"""What is told to whom: the entries that are published, valid and meant for the one who asks, found and decided upon."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from yakuba.kernel.localwords import slots
from yakuba.kernel.tenancy import current_municipality
from yakuba.kernel.townsettings import value
from yakuba.services.answers import contracts
from yakuba.services.answers.contracts import Audience, Decision, SectionFacts, Told
from yakuba.services.answers.engine import learning
from yakuba.services.answers.engine.finding import Finder
from yakuba.services.answers.engine.reading import lines_of
from yakuba.services.answers.models import Confirmed, Knowledge, Section, Version
from yakuba.services.answers.queries.entries import filling, section_facts, town_words

RESIDENTS = (Audience.RESIDENT,)
STAFF = (Audience.RESIDENT, Audience.STAFF)
EXPERTS = (Audience.RESIDENT, Audience.STAFF, Audience.EXPERT)
MOST_KEPT = 16  # indexes of towns and audiences that a process keeps
NEAR = 0.30  # likeness from which the nearest entry says whose business a question may be
_Key = tuple[int, str, date, tuple[Audience, ...]]
_kept: OrderedDict[_Key, Shelf] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Shelf:
    """What may be told to an audience today. sections: by number of the entry."""

    finder: Finder
    told: dict[str, Told]
    learned: learning.Learned | None


def versions(audiences: Sequence[Audience]) -> QuerySet[Version]:
    """The published versions that are valid today and meant for these."""
    today = timezone.localdate()
    rows: QuerySet[Version] = Version.objects.filter(
        Q(valid_from=None) | Q(valid_from__lte=today),
        Q(valid_until=None) | Q(valid_until__gte=today),
        entry__current=F("pk"),
        audience__in=audiences,
    ).select_related("entry", "section")
    return rows.order_by("entry__code")


def shelf(audiences: Sequence[Audience]) -> Shelf:
    """The index of an audience, made anew when anything that is told has changed, and every day."""
    row = Knowledge.objects.first()
    stamp = row.stamp if row else ""
    key = (current_municipality().pk, stamp, timezone.localdate(), tuple(audiences))
    with _lock:
        if (found := _kept.get(key)) is not None:
            _kept.move_to_end(key)
            return found
    made = _made(audiences, row)
    with _lock:
        for old in [one for one in _kept if (one[0], one[3]) == (key[0], key[3])]:
            del _kept[old]
        _kept[key] = made
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return made


def decide(question: str, audiences: Sequence[Audience], before: int | None = None) -> Decision:
    """What to do with a question. before: the entry that was told before it."""
    here = shelf(audiences)
    return learning.answer(here.finder, question, here.learned, str(before or ""))


def told(keys: Sequence[str], audiences: Sequence[Audience]) -> tuple[Told, ...]:
    """The entries of a decision as they are told."""
    here = shelf(audiences)
    return tuple(here.told[key] for key in keys if key in here.told)


def one(entry_id: int, audiences: Sequence[Audience]) -> Told | None:
    """One entry, if it may be told."""
    return shelf(audiences).told.get(str(entry_id))


def by_field(audiences: Sequence[Audience]) -> dict[str, list[Told]]:
    """Everything that may be told, by field."""
    found: dict[str, list[Told]] = {}
    for entry in shelf(audiences).told.values():
        found.setdefault(entry.field or "そのほか", []).append(entry)
    return dict(sorted(found.items()))


def section_for(decision: Decision, audiences: Sequence[Audience]) -> SectionFacts | None:
    """Who is to be asked: the section of the nearest entry if it is near enough, else the general desk."""
    if decision.outcome is not contracts.Outcome.HANDED_OVER or decision.sure >= NEAR:
        found = next((entry.section for entry in told(decision.keys, audiences) if entry.section), None)
        if found is not None:
            return found
    return desk()


def desk() -> SectionFacts | None:
    """The general desk of the town's setting."""
    return section_facts(Section.objects.filter(name=value("answers.desk")).first())


def _made(audiences: Sequence[Audience], row: Knowledge | None) -> Shelf:
    words = town_words()
    asked: dict[int, list[str]] = {}
    for entry_id, text in Confirmed.objects.order_by("pk").values_list("entry_id", "text"):
        asked.setdefault(entry_id, []).append(text)
    entries, shown = [], {}
    for version in versions(audiences):
        values = filling(section_facts(version.section), words)
        if slots.missing(version.answer, values):
            continue
        key = str(version.entry_id)
        shown[key] = _told(version, slots.filled(version.answer, values))
        entries.append(
            contracts.Entry(
                key,
                version.question,
                shown[key].answer,
                lines_of(version.wordings),
                tuple(asked.get(version.entry_id, ())),
                version.field,
            )
        )
    learned = learning.from_json(row.learned) if row and row.learned else None
    return Shelf(Finder(entries), shown, learned)


def _told(version: Version, answer: str) -> Told:
    return Told(
        version.entry_id,
        version.question,
        answer,
        lines_of(version.links),
        version.field,
        section_facts(version.section),
        version.source,
        version.number,
        timezone.localdate(version.published_at).isoformat() if version.published_at else "",
    )
