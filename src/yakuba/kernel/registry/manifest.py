"""What a room says of itself. References to code are dotted paths `package.module:name`, resolved when used,
so that reading a manifest imports nothing of the room."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from yakuba.kernel.registry.found import SearchSource
from yakuba.kernel.registry.outside import Exchange
from yakuba.kernel.registry.written import DefinitionKind, LetterKind


class Group(StrEnum):
    """The groups of the menu, in their order; the value is what stands there."""

    INTAKE = "受付・処理"
    RESIDENTS = "住民・窓口"
    CITY = "まち"
    MANAGEMENT = "分析・経営"
    ADMINISTRATION = "管理"


class Support(StrEnum):
    """What of a permission's pages the operator of a shared installation sees while a town allows it (`kernel.support`)."""

    NOTHING = ""
    HOUSE = "house"  # the house itself: no cases, no people
    CASES = "cases"  # only where the town says so


@dataclass(frozen=True)
class Permission:
    """`name` is `<room>.<verb>`; `label` is what an administrator reads."""

    name: str
    label: str
    support: Support = Support.NOTHING


@dataclass(frozen=True)
class NavigationItem:
    """An entry of the menu, shown to who holds `permission`."""

    label: str
    url_name: str
    permission: str


@dataclass(frozen=True)
class WorkQueue:
    """Work that waits for a person. `load` is `(user) -> QueueState`; without a `permission` it answers None to who is
    not concerned."""

    label: str
    permission: str
    load: str


@dataclass(frozen=True)
class QueueState:
    """How much waits, since when, and where to go. `urgent` marks what blocks others; what has no `oldest` comes
    after everything that has waited."""

    count: int
    url: str
    action_label: str
    oldest: datetime | None = None
    urgent: bool = False


@dataclass(frozen=True)
class FirstStep:
    """What is to be done first where there is nothing yet: one sentence, and the one thing to press."""

    text: str
    url: str
    label: str


@dataclass(frozen=True)
class Failure:
    """One thing that failed: what, why, and what to press. All texts in Japanese."""

    title: str
    reason: str
    url: str
    action_label: str
    when: datetime


@dataclass(frozen=True)
class RunningWork:
    """One long work under way; `total` 0 when it is not known yet."""

    title: str
    done: int
    total: int
    url: str
    note: str = ""


@dataclass(frozen=True)
class PersonalData:
    """A table with personal data: for what purpose, and for how many days it is kept as the house proposes (None: as long
    as its case). since: the column from which they count; a row goes by itself then, with its file. Without it what is over goes
    by the town's own rule (`kernel.retention`)."""

    model: str
    purpose: str
    retention_days: int | None
    since: str = ""


@dataclass(frozen=True)
class ApprovalKind:
    """What a room asks another person's approval for by `approvals.actions.propose`. permission: that approving needs;
    effect: `(approval, actor) -> None`, what follows from it, in the same transaction, may raise `ApprovalRefused`;
    days: until it is to be answered, 0 for no deadline."""

    name: str
    label: str
    permission: str
    effect: str
    days: int = 0


@dataclass(frozen=True)
class PlannedWork:
    """Work of a room that staff may let the clock begin (`kernel.schedules`). `choices` is `(user) -> list[(code, label)]`,
    what it can be done with; `begin` `(code, actor) -> str` begins it and says in Japanese what was begun. It
    raises `NothingToDo` where that is no failure, and any other refusal where it is one. permission: that doing it by
    hand needs. at_once: `begin` only writes a few rows, so that it and the note of it happen together or not at all;
    where it takes longer, it may be called again after a crash."""

    name: str
    label: str
    permission: str
    choices: str
    begin: str
    at_once: bool = True


@dataclass(frozen=True)
class InHand:
    """What a person answers for, in words. A manifest's `hand_over` is given `takers`, person → who takes it over or None,
    and hands over at once what all of these people answer for: by who had it before, so that two may change places.
    refused: why it stays with the person though there is a taker."""

    person: Any
    words: str
    refused: str = ""


@dataclass(frozen=True)
class Setting:
    """What a town decides for itself (`kernel.townsettings`). usual: the value where nothing is set, which also says its
    kind (text, number, yes or no); options: value -> label where it is one of a few; least and largest: of a number;
    largest: characters of a text."""

    name: str
    label: str
    usual: str | int | bool
    help: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    least: int = 0
    largest: int = 200


@dataclass(frozen=True)
class MeterKind:
    """What is counted of each municipality's use (`kernel.meter`): name `<room>.<what>`, label and unit in Japanese."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class CheckResult:
    """One line of a room's self-check: what, whether it is well, and what to do when it is not. counts: what it counts is
    told one by one elsewhere, so the day's digest leaves it out."""

    label: str
    ok: bool
    advice: str = ""
    counts: bool = False


@dataclass(frozen=True)
class Manifest:
    """A room or a part of the kernel. `failures`, `running` and `self_check` are dotted paths of
    `(user, most=…) -> list[Failure]` (at most so many of a kind, None for all), `(user) -> list[RunningWork]` and `() -> list[CheckResult]`, `case_part`, `first_step` and `search` of
    `(request, case) -> CasePart`, `(user) -> FirstStep | None` and `(user, text) -> list[Found]`, or empty. `search` asks
    the room's own rows and is for few of them; many, and texts, go into the index by `search_sources`.

    `manual` says which page of docs/manual helps on which page: name of the address without its room -> page; the
    empty name stands for all others. `roles` are proposed to a town: name -> permissions of this room; the rooms'
    proposals of one name are one role. `examples` is the dotted path of `(clerk, known) -> arguments`, which makes one
    object of every kind that an address of the room names (argument -> value); `known` holds those of the rooms
    before. Tests and the demo's access matrix call it.
    """

    name: str
    label: str
    description: str
    group: Group = Group.INTAKE
    manual: dict[str, str] = field(default_factory=dict)
    navigation: tuple[NavigationItem, ...] = ()
    permissions: tuple[Permission, ...] = ()
    roles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    queues: tuple[WorkQueue, ...] = ()
    audit_events: dict[str, str] = field(default_factory=dict)  # name -> sentence for a reader
    ledger_events: dict[str, str] = field(default_factory=dict)  # kind of a case's event -> phrase for staff
    approvals: tuple[ApprovalKind, ...] = ()
    town_settings: tuple[Setting, ...] = ()
    planned_works: tuple[PlannedWork, ...] = ()
    letters: tuple[LetterKind, ...] = ()
    definitions: tuple[DefinitionKind, ...] = ()  # in the order in which they need each other
    meters: tuple[MeterKind, ...] = ()
    personal_data: tuple[PersonalData, ...] = ()
    failures: str = ""
    running: str = ""
    self_check: str = ""
    contacts: str = ""  # `() -> list[Contact]`: whom it calls in the active town
    models: str = ""  # `() -> list[ModelFolder]`: the trained models that the room works with, usable or not
    optional: str = (
        ""  # `() -> list[Standing]`: what it looks for on the machine and works without, or in part
    )
    case_part: str = ""  # what the room adds to the page of a case
    put_away: str = (
        ""  # `(case, reason, actor)`: what the room does with its own rows of a case that is withdrawn
    )
    subjects: str = ""  # `(case numbers) -> list[str]`: how the audit record calls what the room has of cases
    erasable: str = ""  # `() -> list[erasing.Unit]`: what goes as a whole when it has been kept long enough
    erase: str = (
        ""  # `(case numbers) -> list[StoredFile]`: lets go what the room has of cases; the files go behind it
    )
    keeps: str = ""  # `(case numbers) -> case numbers`: those that the room still needs, which are not erased
    protected: str = (
        ""  # `(Protection)`: it has begun, changed or ended; what is about that person comes under it
    )
    asks: str = ""  # `(case) -> bool`: whether the room still has to ask a person about the case's values
    first_step: str = ""  # what is to be done first where the room has nothing yet; None when it has
    search: str = ""  # what the search of the whole house finds in the room
    search_sources: tuple[SearchSource, ...] = ()  # what it puts into the index
    slotted: str = ""  # `() -> Iterator[SlottedText]`: its texts in which the town's words stand
    words_changed: str = (
        ""  # `()`: what it does, in the same transaction, when one of these words has changed
    )
    hand_over: str = (
        ""  # `(takers, actor) -> list[InHand]`: what people answer for, and its hand-over; see `InHand`
    )
    exchange: Exchange | None = None  # what it hands between the two installations of a town
    examples: str = ""


def resolve(dotted: str) -> Any:
    """The object behind `package.module:name`. Raises ImportError or AttributeError when it is not there."""
    from importlib import import_module

    module, _, name = dotted.partition(":")
    return getattr(import_module(module), name)
