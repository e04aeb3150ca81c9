"""Who does something, by one name for the whole house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# What is done is recorded below the accounts, and everywhere else it is said who did it. So the name stands here, and only
# the type checker looks up to the table of people.
if TYPE_CHECKING:
    from yakuba.kernel.accounts.models import User

    # A member of staff; None for whoever operates the machine (the demo, a command without `--user`, a job by itself).
    # Where a person has to answer for it, as in decisions, say `User`.
    Actor = User | None
else:
    Actor = Any


def known(actor: Any) -> User | None:
    """The person that a row may point at: None for the operator, and for whoever stands in no table."""
    return actor if getattr(actor, "pk", None) is not None else None


def of_operator(person: Any, operator: str) -> None:
    """What is done by this object is the operator's, done with the person's rights and not by the person. operator: the
    operating system's name for whoever it is."""
    person._operator = operator


def operator_of(actor: Any) -> str:
    """The name that `of_operator` gave; else empty."""
    return str(getattr(actor, "_operator", ""))
