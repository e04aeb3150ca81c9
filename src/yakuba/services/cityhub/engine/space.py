"""What the engine asks of a store: one service's entities, subscriptions and registrations, in one unit of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from yakuba.services.cityhub.engine.entities import Entity
from yakuba.services.cityhub.engine.history import Period, SeriesKept, Times
from yakuba.services.cityhub.engine.requests import Path, Target
from yakuba.services.cityhub.engine.updating import Change


@dataclass(frozen=True)
class Where:
    """A first, cheap narrowing. Empty means any; box: west, south, east, north that the place must touch."""

    paths: tuple[Path, ...]
    ids: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    box: tuple[float, float, float, float] | None = None
    placed: bool = False


@dataclass
class Subscription:
    """A subscription as it is stored. definition: what its owner wrote, checked (see `subscriptions`); moments in seconds
    since 1970 UTC, 0.0 for never."""

    id: str
    definition: dict[str, Any]
    path: str = "/#"
    status: str = "active"
    expires: float | None = None
    times_sent: int = 0
    last_notification: float = 0.0
    last_success: float = 0.0
    last_success_code: int = 0
    last_failure: float = 0.0
    last_failure_reason: str = ""
    fails: int = 0
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Registration:
    """A registration of a context provider as it is stored. Moments in seconds since 1970 UTC, 0.0 for never."""

    id: str
    definition: dict[str, Any]
    path: str = "/"
    expires: float | None = None
    times_sent: int = 0
    last_forwarding: float = 0.0
    last_success: float = 0.0
    last_failure: float = 0.0
    last_failure_reason: str = ""


@dataclass(frozen=True)
class KeptContext:
    """A context of NGSI-LD that is kept. url: by which clients name it, empty for the hub's own address of it; created: seconds
    since 1970 UTC."""

    id: str
    url: str
    created: float


class Space(Protocol):
    """One service. Reads see what this unit of work has written; all of it becomes durable at once, or nothing."""

    def named(self, entity_id: str, entity_type: str, paths: tuple[Path, ...]) -> list[Entity]:
        """The entities of that id (and type, if not empty), the oldest first."""

    def expect(self, ids: Sequence[str]) -> None:
        """These will be asked for by their names: look them up at once, if that is cheaper."""

    def candidates(self, where: Where, limit: int | None = None, offset: int = 0) -> Iterator[Entity]:
        """Those that pass the narrowing, the oldest first."""

    def count(self, where: Where) -> int:
        """How many pass it."""

    def types(self, paths: tuple[Path, ...]) -> dict[str, tuple[int, dict[str, set[str]]]]:
        """Type → number of entities, and attribute → its types."""

    def put(self, entity: Entity, change: Change) -> None:
        """Store an entity, note its readings, and put what subscriptions ask for into the outbox."""

    def drop(self, change: Change) -> None:
        """Remove an entity, and put what subscriptions ask for into the outbox."""

    def subscriptions(self, path: str | None, limit: int, offset: int) -> tuple[list[Subscription], int]:
        """A page of subscriptions of exactly that path (None: of any), and how many there are."""

    def subscription(self, subscription_id: str) -> Subscription | None:
        """One of them."""

    def put_subscription(self, subscription: Subscription, *, new: bool) -> None:
        """Store it."""

    def drop_subscription(self, subscription_id: str) -> None:
        """Remove it with what waits to be sent for it."""

    def registrations(self, path: str | None, limit: int, offset: int) -> tuple[list[Registration], int]:
        """A page of registrations, and how many there are."""

    def registration(self, registration_id: str) -> Registration | None:
        """One of them."""

    def put_registration(self, registration: Registration) -> None:
        """Store it."""

    def drop_registration(self, registration_id: str) -> None:
        """Remove it."""

    def refusal_of(self, url: str) -> str:
        """Why nothing may be sent to that address, or an empty text."""

    def series(
        self, targets: tuple[Target, ...], paths: tuple[Path, ...], attributes: tuple[str, ...], times: Times
    ) -> Iterator[SeriesKept]:
        """Series of the entities that one of the targets names, with something within the times, by entity."""

    def readings(self, key: int, times: Times, most: int) -> list[tuple[int, float]]:
        """Moment and number, at most so many."""

    def first_moment(self, key: int, times: Times) -> int | None:
        """Of what a series has within the times."""

    def periods(self, one: SeriesKept, times: Times, start: int, width: int, most: int) -> list[Period]:
        """Figures of each period that has a reading, counted from `start`."""

    def context(self, url: str) -> tuple[int, Any] | None:
        """Number (another one for another content) and content of the context of that address, or None."""

    def contexts(self) -> list[KeptContext]:
        """All that are kept, the oldest first."""

    def put_context(self, url: str, content: Any) -> str:
        """Keep one. Returns its id."""

    def drop_context(self, context_id: str) -> None:
        """Remove it."""
