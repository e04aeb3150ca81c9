"""The handlers by name, how many jobs of a lane may run at once, and what workers do now and then for other parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist
from django.utils.module_loading import autodiscover_modules

Handler = TypeVar("Handler", bound=Callable[..., None])


@dataclass(frozen=True)
class JobKind:
    """A registered handler. `attempts` (1 or more) counts the first try; `retry_after` is the first pause; `ended`
    hears of a job that will not be done, `again` of one that will be after all; who has `permission` may cancel and retry
    it (empty: only who manages all jobs); `about` says what one of them works on."""

    name: str
    label: str
    attempts: int
    retry_after: timedelta
    handler: Callable[..., None]
    ended: Callable[..., None] | None = None
    again: Callable[..., None] | None = None
    permission: str = ""
    about: Callable[..., object] | None = None


_kinds: dict[str, JobKind] = {}
_lane_limits: dict[str, int] = {}
_chores: list[tuple[float, Callable[[], None]]] = []


def job(
    name: str,
    *,
    label: str,
    attempts: int = 3,
    retry_after: timedelta = timedelta(seconds=2),
    ended: Callable[..., None] | None = None,
    again: Callable[..., None] | None = None,
    permission: str = "",
    about: Callable[..., object] | None = None,
) -> Callable[[Handler], Handler]:
    """Register the decorated function as the handler of `name` ("room.verb"); `label` is its Japanese name.

    A handler that raises is tried again after `retry_after`, then after twice, four times … as long (an hour
    at most); after `attempts` tries the job has failed. Raises ValueError when the name is taken.

    A handler that raises a `Refused` has failed with that sentence, without another try unless the kind says that
    one may help (`again`).

    `ended(refusal, **arguments)` is called in the transaction in which the job becomes failed or cancelled, whatever
    the way (an error, a worker that died too often, somebody's cancelling), so that the room's row ends with it and
    nothing stays under way for ever. refusal: a `Refused`, why.  `again(**arguments)` is called in the transaction in
    which somebody begins such a job again: the row is under way again, or the room refuses. permission: of whom the
    buttons beside this work are.  `about(**arguments)` is what staff call the thing it works on, such as a file's name.
    """
    if attempts < 1:
        raise ValueError("attempts must be 1 or more")

    def register(handler: Handler) -> Handler:
        known = _kinds.get(name)
        if known and known.handler.__module__ != handler.__module__:
            raise ValueError(f"two handlers are named {name!r}")
        _kinds[name] = JobKind(name, label, attempts, retry_after, handler, ended, again, permission, about)
        return handler

    return register


@cache
def _registered() -> dict[str, JobKind]:
    """The handlers, once every room's `jobs` module is imported. They bring half of the house with them (presses, Word
    files, dictionaries), which a command that asks for no job need not wait for."""
    autodiscover_modules("jobs")
    return _kinds


def kind(name: str) -> JobKind:
    """The handler of that name. Raises LookupError when no room registers it."""
    try:
        return _registered()[name]
    except KeyError:
        raise LookupError(f"no job handler is named {name!r}") from None


def permission_of(name: str) -> str:
    """Whose work it is: who has this permission may see what it works on. Empty for the house's own, and for what no
    room registers any more."""
    known = _registered().get(name)
    return known.permission if known else ""


def limit_lane(family: str, limit: int) -> None:
    """Let at most `limit` (1 or more) jobs of each lane of this family run at once, over all workers.

    The family is what stands before the colon: `limit_lane("robots", 1)` holds for "robots:tax" and for
    "robots:welfare", each by itself; a family has threads of its own in each worker, so that one whose jobs are
    long keeps no other waiting. A lane without a limit uses whatever threads the workers have.
    """
    if limit < 1:
        raise ValueError("a lane's limit must be 1 or more")
    _lane_limits[family] = limit


def lane_limit(lane: str) -> int | None:
    """How many jobs of this lane may run at once; None for as many as there are threads."""
    _registered()
    return _lane_limits.get(lane.partition(":")[0])


def lane_limits() -> dict[str, int]:
    """The limit of each family that has one."""
    _registered()
    return dict(_lane_limits)


def chore(interval: float, work: Callable[[], None]) -> None:
    """Let every worker call `work` about every `interval` seconds, beside its jobs.

    It is short, for all municipalities, and may be done by several workers at once; long work it enqueues. One town's
    trouble keeps no other waiting: see `in_each_town`.
    """
    _chores.append((interval, work))


def chores() -> list[tuple[float, Callable[[], None]]]:
    """Seconds and work of every chore."""
    _registered()
    return list(_chores)


def label_of(name: str) -> str:
    """The Japanese name of a job, or its technical name when no room knows it any more."""
    known = _registered().get(name)
    return known.label if known else name


def about(name: str, arguments: Mapping[str, Any]) -> str:
    """What a job works on, in Japanese; empty where that goes without saying, is gone, or is said by no room any more."""
    known = _registered().get(name)
    try:
        return str(known.about(**arguments)) if known and known.about else ""
    except (ObjectDoesNotExist, TypeError):  # TypeError: an older version enqueued it, with other arguments
        return ""


def forget(*names: str) -> None:
    """Remove handlers again (a test that registered its own)."""
    for name in names:
        _kinds.pop(name, None)
