"""People with second factors, for tests."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from django.test import Client

from yakuba.kernel.accounts import proof
from yakuba.kernel.accounts.models import ApiToken, User
from yakuba.kernel.registry import permission_names
from yakuba.kernel.signin import actions, totp
from yakuba.kernel.signin.queries import unconfirmed
from yakuba.kernel.tenancy import active_municipality, every_municipality

PASSWORD = "yakuba-test-word"


def code_now(secret: bytes, steps: int = 0) -> str:
    """What the telephone shows now, or some steps from now."""
    return totp.code_of(secret, totp.counter_at(time.time()) + steps)


def give_phone(user: User) -> tuple[bytes, list[str]]:
    """A telephone that is set up, by the code of the step before: its secret, and the recovery codes."""
    with active_municipality(user.municipality):
        actions.begin_phone(proof.give_for_good(user))
        secret = actions.secret_of(unconfirmed(user))
        return secret, actions.confirm_phone(user, code_now(secret, -1))


def terminal(words: Sequence[object]) -> dict[str, str]:
    """The environment of a command whose `--user` proves to be that person."""
    said = [str(word) for word in words]
    if "--user" not in said:
        return {}
    with every_municipality("a test names persons of any town"):
        user = User.objects.filter(username=said[said.index("--user") + 1]).first()
        if user is None:
            return {}
        return {"YAKUBA_TOKEN": ApiToken.issue(user, "試験", sorted(permission_names()), proved=True)[1]}


def grow_old(client: Client, seconds: float = 601.0) -> None:
    """Let the session's proof be that old."""
    session: Any = client.session
    session[proof.PROVED_AT] = time.time() - seconds
    session.save()


def log_in(user: User, password: str = PASSWORD, **more: str) -> tuple[Client, Any]:
    """A client that has sent the login form, and the answer."""
    client = Client()
    return client, client.post("/login/", {"username": user.username, "password": password} | more)
