"""Step-up: what may only be done by who has proved to be that person a moment ago.

One place of policy. A proof is the second factor, or the password where there is none; a login is one. It is carried
by the person's object: from the session (`from_session`), from a token that was issued with a proof, or from the
terminal. Whoever carries none has none.
"""

from __future__ import annotations

import time
from collections.abc import Callable, MutableMapping
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from yakuba.kernel.refusals import Forbidden

FRESH = 600.0  # seconds
AHEAD = 5.0  # seconds by which the clocks of two machines may differ
PROVED_AT = "proved_at"  # in the session: seconds since 1970
FOR_GOOD = float("inf")

# `(person) -> whether the words typed on the terminal are that person's`; the floor that knows second factors puts it here.
on_terminal: Callable[[Any], bool] | None = None

View = Callable[..., HttpResponseBase]
Person = TypeVar("Person")


class ProofNeeded(Forbidden):
    """The person has not proved lately to be the one. A page asks for it; a program is told what to do."""

    heading = "本人の確認が要ります"

    def __init__(self) -> None:
        super().__init__(
            "この操作には、10分以内に本人であることを確かめる必要があります。",
            remedy="画面では、二つ目の確認（なければパスワード）を入れてください。プログラムは、"
            "本人が画面で本人の確認をしてから発行したAPIトークンを使ってください。",
        )


class NotInOwnName(Forbidden):
    """Another person issued the token: it cannot approve in its owner's name."""

    def __init__(self) -> None:
        super().__init__(
            "ほかの人が発行したAPIトークンでは、承認できません。",
            remedy="本人が自分のトークンを発行するか、画面で承認してください。",
        )


def note(session: MutableMapping[str, Any]) -> None:
    """The person of this session has just given a proof."""
    session[PROVED_AT] = time.time()


def from_session(user: Any, session: MutableMapping[str, Any]) -> None:
    """Let the person's object carry what the session knows."""
    user._proved_at = float(session.get(PROVED_AT, 0.0))


def give(user: Any) -> None:
    """The person has proved it for as long as this object lasts and `FRESH` allows: on a terminal."""
    user._proved_at = time.time()


def give_for_good(user: Person) -> Person:
    """The person behind this object needs no further proof: who asks by a token that was issued with one; the demo's
    people; tests of other rooms. Returns the same object."""
    user._proved_at = FOR_GOOD  # type: ignore[attr-defined]  # an attribute of this object alone
    return user


def not_in_own_name(user: Any) -> None:
    """Somebody else let this object act for its person."""
    user._by_another = True


class NotForVisitors(Forbidden):
    """The operator of the installation looks at a town's pages, and may do nothing that needs a proof."""

    def __init__(self) -> None:
        super().__init__("運用者は、書き出し、個人番号の表示、承認など、本人の確認が要ることはできません。")


def visits(user: Any) -> None:
    """This object looks at another town (`kernel.support`): no proof counts for it."""
    user._visits, user._proved_at = True, 0.0


def is_fresh(user: Any) -> bool:
    """Whether the person has proved it within the last ten minutes."""
    if getattr(user, "_visits", False):
        return False
    at = float(getattr(user, "_proved_at", 0.0))
    return at == FOR_GOOD or -AHEAD <= time.time() - at <= FRESH


def require(user: Any) -> None:
    """Raises ProofNeeded, and NotForVisitors."""
    if getattr(user, "_visits", False):
        raise NotForVisitors
    if not is_fresh(user):
        raise ProofNeeded


def require_own(user: Any) -> None:
    """The same, for what a person answers for with the own name. Raises ProofNeeded and NotInOwnName."""
    if getattr(user, "_by_another", False):
        raise NotInOwnName
    require(user)


def step_up(view: View) -> View:
    """Guard a page: who has not proved it lately is asked to first. Below `permission_required`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        require(request.user)
        return view(request, *args, **kwargs)

    return guarded
