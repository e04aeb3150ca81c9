"""The queue's door: what another room may ask of it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from yakuba.kernel.accounts.models import User
from yakuba.kernel.refusals import attempt
from yakuba.services.queue import actions, queries
from yakuba.services.queue.contracts import Called
from yakuba.services.queue.models import Category


def current(clerk: User) -> Called | None:
    """The ticket that this clerk has called and not ended."""
    row = queries.current(clerk)
    if row is None or row.called_at is None:
        return None
    return Called(f"ticket:{row.pk}", row.label, str(row.category), row.called_at)


def finish(ticket: str, *, actor: User) -> bool:
    """The clerk has served whom it belongs to; whether it was still open."""
    now = current(actor)
    if now is None or now.ticket != ticket:
        return False
    _, refused = attempt(actions.done, int(ticket.removeprefix("ticket:")), actor=actor)
    return refused is None  # else the clock has ended it meanwhile


def is_empty() -> bool:
    """Whether the town has no category yet."""
    return not Category.objects.exists()


def set_category(letter: str, title: str, note: str = "", *, actor: User) -> None:
    """A category. Raises Invalid."""
    actions.set_category(letter, title, note, actor=actor)


def remember(letter: str, at: datetime, waited: float, took: float, *, actor: User) -> None:
    """A service of a former day, as the demo town has them. at: when it ended; waited, took: minutes."""
    actions.remember(letter, at, timedelta(minutes=waited), timedelta(minutes=took), actor=actor)


def open_hall(window: str, letters: str, *, actor: User) -> None:
    """Tickets for these letters, and the first one called at that window."""
    for letter in letters:
        actions.issue(letter, secrets.token_urlsafe(18))
    actions.sit(window, [], actor=actor)
    actions.call_next(0, actor=actor)
