"""The proof on a terminal: the password, and the second factor of who has one."""

from __future__ import annotations

import getpass
from typing import Any

from django.http import HttpRequest

from yakuba.kernel.accounts import throttle
from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.chain import record
from yakuba.kernel.cli.output import errors
from yakuba.kernel.refusals import Refused
from yakuba.kernel.signin.actions import Given, holds
from yakuba.kernel.signin.queries import has_second_factor, lacks_a_factor

PLACE = "terminal"


def ask(person: User) -> bool:
    """Whether what is typed is that person's. Counts as a try to log in, whether right or wrong. Who lacks a second
    factor that a role demands can prove nothing here, as on the pages."""
    if lacks_a_factor(person):
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
        right = _second(person)
    if right:
        throttle.passed(tried)
        return True
    record("signin.proof_failed", subject=f"user:{person.pk}", actor=person)
    throttle.failed(tried)
    return False


def _second(person: User) -> bool:
    """A terminal cannot ask a passkey: who has nothing else takes a recovery code."""
    try:
        return holds(person, Given(code=getpass.getpass("確認の番号（確認アプリか予備の番号）: ")))
    except Refused as error:
        errors.print(f"{error}", highlight=False)
        return False


def _here() -> HttpRequest:
    """The budgets are those of a place; this machine's terminal is one."""
    request: Any = HttpRequest()
    request.META["REMOTE_ADDR"] = PLACE
    return request  # type: ignore[no-any-return]
