"""One operation: who may, what it is asked, what it does, what it leaves in the audit record, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from sys import maxsize
from typing import Any

from django.db import transaction
from pydantic import BaseModel

from yakuba.kernel.accounts import proof, require
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.operations.arguments import checked

Told = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Trace:
    """What the audit record says of an operation that was done: `details` are JSON, free of secrets and values."""

    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rows:
    """A table that a command prints: `columns` is key -> heading; `a.b` is the `b` within `a`."""

    rows: Sequence[dict[str, Any]]
    columns: Mapping[str, str]
    title: str = ""


@dataclass(frozen=True)
class Answer:
    """What API and command make of an outcome.

    show: `outcome -> facts`, which the type `schema` describes for programs. It may refuse: then all is done, and the
    answer tells what was wrong with it.
    columns: of the command's table; without any (and without `tables`) the command prints JSON.
    facts: what `--json` gives where that is not what the API answers.
    tables: `facts -> tables`, where one table with `columns` does not tell it.
    notes, fault: `facts -> text` for standard error, empty for none; where there is a fault the command exits with 1.
    first: how many rows of a long list a command shows without `--limit`; None: all.
    media_type: of a file. The outcome is a `kernel.files.downloads.Download`; a command writes it to its `--out`.
    """

    schema: Any = None
    show: Callable[[Any], Any] = lambda outcome: outcome
    columns: Mapping[str, str] = field(default_factory=dict)
    facts: Callable[[Any], Any] | None = None
    tables: Callable[[Any], Iterable[Rows]] | None = None
    notes: Callable[[Any], str] | None = None
    fault: Callable[[Any], str] | None = None
    first: int | None = None
    media_type: str = ""


@dataclass(frozen=True)
class Work:
    """Long work that the operation has started. A command sees it to its end with a bar, unless `--no-wait`.

    here: `(outcome, told)` does it in the command's own process, whoever else does it too; or
    progress: `outcome -> (done, total, whether it goes on)`, asked again and again while the workers do it.
    waits: whether the command waits where neither `--wait` nor `--no-wait` is said.
    unchanged: `outcome -> sentence` where `Operation.found` says that nothing is left to do.
    beforehand: what a command says before it begins, such as what this machine lacks for the work; empty for nothing.
    """

    label: str
    here: Callable[[Any, Told], None] | None = None
    progress: Callable[[Any], tuple[int, int, bool]] | None = None
    waits: bool = True
    unchanged: Callable[[Any], str] = lambda outcome: ""
    beforehand: Callable[[], str] = lambda: ""


@dataclass(frozen=True)
class Operation:
    """Made by `Operations.add`.

    name: `<room>.<function>`; label and help: Japanese, what it does and what one should know of it.
    action: `(arguments, actor) -> outcome`, the work itself.
    answer: what API and command make of the outcome; status: HTTP's when it is done, and found: `outcome -> whether`
    it was there before and is only given back (200). work: what goes on after it.
    event, trace: the audit event (or which one, from the arguments) and `(arguments, outcome) -> Trace`. Without a
    trace nothing is recorded here: it is a reading, or only the action knows whether anything happened. What is changed
    and its event are one transaction; a reading (GET) is recorded when it is done and before anybody has it, since the one
    who reads a large file must not hold up everybody who writes.
    route: method and path below `/api/v1/<room>/`, or empty; command: the verb, perhaps behind a group, or empty.
    by_operator: whether a command may do it in nobody's name; a reading (GET) may unless it is said.
    step_up: whether the person must have proved to be the one within ten minutes (`accounts.proof`): what gives out a
    file, or approves.
    """

    name: str
    label: str
    permission: str
    action: Callable[[Any, Any], Any]
    arguments: type[BaseModel]
    route: str = ""
    command: str = ""
    help: str = ""
    answer: Answer = field(default_factory=Answer)
    status: int = 200
    found: Callable[[Any], bool] | None = None
    work: Work | None = None
    event: str | Callable[[Any], str] = ""
    trace: Callable[[Any, Any], Trace] | None = None
    by_operator: bool | None = None
    step_up: bool = False

    def __call__(self, actor: Actor, **arguments: Any) -> Any:
        """Do it for `actor`, and leave its event. Returns the outcome.

        actor: a member of staff; None for whoever operates the machine, who may everything. Raises PermissionDenied,
        Invalid for arguments that cannot be taken, and whatever the action refuses.
        """
        self._require(actor)
        return self._do(actor, checked(self.arguments, arguments))

    def whole(self, actor: Actor, limit: int | None = None, **arguments: Any) -> Any:
        """The same of a whole long list (`Part`), or of its first `limit` rows, whatever a program may ask for at once."""
        self._require(actor)
        asked = checked(self.arguments, arguments)
        return self._do(actor, asked.model_copy(update={"limit": limit or maxsize, "offset": 0}))

    def _require(self, actor: Actor) -> None:
        if actor is not None:
            require(actor, self.permission)
            if self.step_up:
                proof.require(actor)

    def _do(self, actor: Actor, asked: BaseModel) -> Any:
        if self.trace is None:
            return self.action(asked, actor)
        with nullcontext() if self.reads_only else transaction.atomic():
            outcome = self.action(asked, actor)
            trace = self.trace(asked, outcome)
            event = self.event if isinstance(self.event, str) else self.event(asked)
            record(event, subject=trace.subject, actor=actor, **trace.details)
        return outcome

    @property
    def room(self) -> str:
        """Whose it is."""
        return self.name.partition(".")[0]

    @property
    def method(self) -> str:
        """GET, POST, PUT or DELETE; empty without a route."""
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path below the room's, with `{field}` where a field of the arguments stands."""
        return self.route.partition(" ")[2]

    @property
    def reads_only(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"

    @property
    def needs_person(self) -> bool:
        """Whether a command must say in whose name."""
        return not (self.reads_only if self.by_operator is None else self.by_operator)
