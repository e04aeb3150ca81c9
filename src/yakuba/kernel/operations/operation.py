"""One operation: who may, what it is asked, what it does, what it leaves in the audit record, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from pydantic import BaseModel

from yakuba.kernel.accounts import require
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.operations.arguments import checked


@dataclass(frozen=True)
class Trace:
    """What the audit record says of an operation that was done: `details` are JSON, free of secrets and values."""

    subject: str
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What API and command make of an outcome: `show(outcome)`, which the type `schema` describes for programs.

    columns: key -> heading of the command's table; `a.b` is the `b` within `a`.
    """

    schema: Any = None
    show: Callable[[Any], Any] = lambda outcome: outcome
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """Made by `Operations.add`.

    name: `<room>.<function>`; label and help: Japanese, what it does and what one should know of it.
    action: `(arguments, actor) -> outcome`, the work itself.
    answer: what API and command make of the outcome; status: HTTP's when it is done.
    event, trace: the audit event (or which one, from the arguments) and `(arguments, outcome) -> Trace`. Without an
    event nothing is recorded here: it is a reading, or only the action knows whether anything happened.
    route: method and path below `/api/v1/<room>/`, or empty; command: the verb, or empty.
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
    event: str | Callable[[Any], str] = ""
    trace: Callable[[Any, Any], Trace] | None = None

    def __call__(self, actor: Actor, **arguments: Any) -> Any:
        """Do it for `actor`, with the event in the same transaction. Returns the outcome.

        actor: a member of staff; None for whoever operates the machine, who may everything. Raises PermissionDenied,
        Invalid for arguments that cannot be taken, and whatever the action refuses.
        """
        if actor is not None:
            require(actor, self.permission)
        asked = checked(self.arguments, arguments)
        if self.trace is None:
            return self.action(asked, actor)
        with transaction.atomic():
            outcome = self.action(asked, actor)
            trace = self.trace(asked, outcome)
            event = self.event if isinstance(self.event, str) else self.event(asked)
            record(event, subject=trace.subject, actor=actor, **trace.details)
        return outcome

    @property
    def method(self) -> str:
        """GET or POST; empty without a route."""
        return self.route.partition(" ")[0]

    @property
    def path(self) -> str:
        """The path below the room's, with `{field}` where a field of the arguments stands."""
        return self.route.partition(" ")[2]

    @property
    def reads_only(self) -> bool:
        """Whether it changes nothing."""
        return self.method == "GET"
