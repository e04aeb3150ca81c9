"""Everything that can go wrong with a robot, as one tree. Messages are Japanese and free of secrets."""

from __future__ import annotations

from yakuba.services.robots.contracts import Problem, ProblemKind


class RobotError(Exception):
    """Base of all; carries the `Problem` that staff see."""

    kind = ProblemKind.TROUBLE

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        where: str = "",
        expected: str = "",
        similar: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.problem = Problem(self.kind, message, field, where, expected, similar)


class Trouble(RobotError):
    """The target did not answer as it should (500, time-out, dropped connection): trying again may help."""


class Unanswered(Trouble):
    """A step before the commit step was pressed and had no proper answer: should it store by now, it may have."""


class LoggedOut(Trouble):
    """The target shows its login page: log in again and begin the row anew."""


class ScreenChanged(RobotError):
    """An element or landmark of the scenario is not there: nobody knows what the screen means now."""

    kind = ProblemKind.SCREEN_CHANGED


class Refused(RobotError):
    """The target refused a value with a message of its own: a person must look."""

    kind = ProblemKind.REFUSED


class BadValue(RobotError):
    """A value cannot be written in the format or field that the scenario asks for: a person must look."""

    kind = ProblemKind.VALUE


class Unclear(RobotError):
    """The target's answer can be read in no certain way."""

    kind = ProblemKind.UNCLEAR


class Unreadable(RobotError):
    """The commit step was answered, but not with the completion page: only a look-up can tell what happened."""

    kind = ProblemKind.UNREADABLE


class LoginRefused(RobotError):
    """The target refused the name or password: stop before the account is locked."""

    kind = ProblemKind.LOGIN_REFUSED


class NotReady(RobotError):
    """A secret, a program or a permission is missing: nothing was tried."""

    kind = ProblemKind.SETUP


class LeaseLost(Exception):
    """Another worker holds this run now; raised by a `RowStore` that refuses a write."""


class NoEgress(NotReady):
    """The egress does not answer: nothing can leave, and nobody can say what has left."""


class Unacknowledged(Exception):
    """The egress that an intent went through cannot be asked from here: its worker may still send."""


class Halted(Exception):
    """The person asked to pause or stop; raised between steps, never between intent and result."""


class Differs(RobotError):
    """The target's own confirmation page shows other values than the case has: a person must look."""

    kind = ProblemKind.MISMATCH


class NotPlain(RobotError):
    """The fast lane cannot do this, or must not: the browser does it. lapses: the page is not as it was proved, so that
    the proof is worth nothing any more."""

    def __init__(self, message: str, *, where: str = "", lapses: bool = False) -> None:
        super().__init__(message, where=where)
        self.lapses = lapses
