"""The proof on a terminal: the password, and the second factor of who has one."""

from __future__ import annotations

import getpass
from typing import Any

from django.http import HttpRequest

from yakuba.kernel.accounts import demands_second_factor, throttle
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.cli.output import errors
from yakuba.kernel.signin.actions import Given, holds
from yakuba.kernel.signin.queries import has_second_factor

PLACE = "terminal"


def ask(person: User) -> bool:
    """Whether what is typed is that person's. Counts as a try to log in, whether right or wrong. Who lacks a second
    factor that a role demands can prove nothing here, as on the pages."""
    if demands_second_factor(person) and not has_second_factor(person):
        errors.print(
            "あなたの役割には二つ目の確認が必要です。先に、画面で設定してください。", highlight=False
        )
        return False
    tried = throttle.try_of(_here(), person.username)
    if not throttle.begin(tried):
        return False
    given = Given(password=getpass.getpass(f"{person.username} のパスワード: "))
    right = person.check_password(given.password)
    if right and has_second_factor(person):
        right = holds(person, Given(code=getpass.getpass("確認の番号: ")))
    if right:
        throttle.passed(tried)
        return True
    record("signin.proof_failed", subject=f"user:{person.pk}", actor=person)
    throttle.failed(tried)
    return False


def _here() -> HttpRequest:
    """The budgets are those of a place; this machine's terminal is one."""
    request: Any = HttpRequest()
    request.META["REMOTE_ADDR"] = PLACE
    return request  # type: ignore[no-any-return]
