"""Life events of a town: as staff write them, and as residents are told."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from yakuba.kernel import workdays
from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.definitions import decoded
from yakuba.kernel.localwords import queries as localwords
from yakuba.kernel.localwords import slots
from yakuba.kernel.refusals import if_valid
from yakuba.kernel.registry import CheckResult, SlottedText
from yakuba.services.intake.engine.navigator.checking import Checked, check
from yakuba.services.intake.engine.navigator.event import Event
from yakuba.services.intake.engine.navigator.reading import parse_event
from yakuba.services.intake.models import LifeEvent

KIND = "intake.life_event"
FOLDER = "life-events"
WORDS = "yakuba-city"  # what the demo town puts into slots, and no event
AROUND = timedelta(days=20)
STATES = {"draft": "下書き", "waiting": "承認待ち", "published": "公開中", "changed": "公開中（直しあり）"}


@dataclass(frozen=True)
class Standing:
    """An event as staff see it. checked, event: of the draft, None where it cannot be read; lacking: slots that nothing
    fills; sample: how it differs from the shipped file of that code: none, same or changed."""

    row: LifeEvent
    state: str
    event: Event | None
    checked: Checked | None
    lacking: list[str]
    sample: str
    approval: Approval | None

    @property
    def state_label(self) -> str:
        """The state in Japanese."""
        return STATES[self.state]

    @property
    def ready(self) -> bool:
        """Whether it may be proposed."""
        fresh = self.state in ("draft", "changed")
        return fresh and bool(self.checked and not self.checked.faults) and not self.lacking


@dataclass(frozen=True)
class Told:
    """An event as residents are guided by it. stamp: another one for another file."""

    code: str
    event: Event
    stamp: str


def standings() -> list[Standing]:
    """Every event by title."""
    waiting = {one.subject: one for one in Approval.objects.filter(kind=KIND, state=Proposal.State.PROPOSED)}
    words, shipped = local_words(), samples()
    rows = LifeEvent.objects.select_related("changed_by").order_by("title")
    return [_standing(row, words, shipped, waiting.get(subject_of(row))) for row in rows]


def standing(row: LifeEvent) -> Standing:
    """One event."""
    waiting = Approval.objects.filter(kind=KIND, state=Proposal.State.PROPOSED, subject=subject_of(row))
    return _standing(row, local_words(), samples(), waiting.first())


def subject_of(row: LifeEvent) -> str:
    """What an approval of it is about."""
    return f"life_event:{row.pk}"


def read(text: str) -> Event:
    """The event of a file; files that were read lately are not read again. Raises DefinitionRefused."""
    return _read(text)


def checked(text: str) -> Checked:
    """What the check says of a file today. Raises DefinitionRefused."""
    return _checked(text, timezone.localdate())


def local_words() -> dict[str, str]:
    """Slot → what the town puts there."""
    return localwords.words("intake")


def slotted() -> Iterator[SlottedText]:
    """Every event: its draft, and what residents are guided by."""
    for row in LifeEvent.objects.order_by("title"):
        parts = [text for file in dict.fromkeys((row.text, row.told)) if file for text in _texts(file)]
        yield SlottedText(row.title, reverse("intake:navigator-event", args=[row.pk]), tuple(parts))


def told() -> list[Told]:
    """What residents may choose from: published, and with every slot filled."""
    words = local_words()
    rows = LifeEvent.objects.exclude(told="").order_by("title")
    return [one for row in rows if (one := _told(row, words)) is not None]


def told_one(code: str) -> Told | None:
    """One of these, by its code."""
    row = LifeEvent.objects.filter(code=code).exclude(told="").first()
    return None if row is None else _told(row, local_words())


def days_open() -> Callable[[date], bool]:
    """Whether the town hall works on a day; asks the database once for days near each other."""
    known: dict[date, bool] = {}

    def is_open(day: date) -> bool:
        if day not in known:
            first, last = day - AROUND, day + AROUND
            open_days = set(workdays.workdays(first, last))
            known.update(
                {first + timedelta(days=n): first + timedelta(days=n) in open_days for n in range(41)}
            )
        return known[day]

    return is_open


def samples() -> Mapping[str, str]:
    """Code → text of the shipped files; empty where the installation has none."""
    folder = Path(settings.YAKUBA.samples_dir) / FOLDER
    found = (one for one in sorted(folder.glob("*.yaml")) if one.stem != WORDS)
    return {one.stem: decoded(one.read_bytes()) for one in found}


def self_check() -> list[CheckResult]:
    """Whether what residents are guided by is whole: no fault of the check, and no slot that nothing fills."""
    words, broken, held = local_words(), 0, 0
    for row in LifeEvent.objects.exclude(told=""):
        found = if_valid(checked, row.told)
        broken += found is None or bool(found.faults)
        held += found is not None and _told(row, words) is None
    advice = [f"公開中の出来事{broken}件に直すところがあります。開いて確かめてください。"] if broken else []
    if held:
        advice.append(
            f"公開中の出来事{held}件に、埋まっていない ｛　｝ があり、住民に出ていません。「自治体ごとに違うところ」を埋めてください。"
        )
    return [CheckResult("届出ナビ", not advice, "".join(advice))]


def _standing(
    row: LifeEvent, words: Mapping[str, str], shipped: Mapping[str, str], approval: Approval | None
) -> Standing:
    event, found = if_valid(read, row.text), if_valid(checked, row.text)
    lacking = [name for name in slots.names(*event.texts) if not words.get(name)] if event else []
    return Standing(row, _state(row, approval), event, found, lacking, _sample(row, shipped), approval)


def _state(row: LifeEvent, approval: Approval | None) -> str:
    if approval is not None:
        return "waiting"
    if not row.told:
        return "draft"
    return "published" if row.told == row.text else "changed"


def _sample(row: LifeEvent, shipped: Mapping[str, str]) -> str:
    text = shipped.get(row.code)
    if text is None:
        return "none"
    return "same" if text == row.text else "changed"


def _told(row: LifeEvent, words: Mapping[str, str]) -> Told | None:
    event = if_valid(read, row.told)  # an older release may have written it: the self-check tells that
    if event is None or any(not words.get(name) for name in slots.names(*event.texts)):
        return None
    return Told(row.code, event, hashlib.sha256(row.told.encode()).hexdigest()[:8])


@lru_cache(maxsize=256)  # a list of all events asks for each, and trying every combination takes its time
def _checked(text: str, today: date) -> Checked:
    return check(read(text), today)


def _texts(text: str) -> tuple[str, ...]:
    event = if_valid(read, text)  # an older release may have written it: the event's own page tells that
    return event.texts if event else ()


@lru_cache(maxsize=256)  # more than a town has events
def _read(text: str) -> Event:
    return parse_event(text)
