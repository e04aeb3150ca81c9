"""Signing in as a Django application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from yakuba.kernel.accounts.models import User


def _ask(person: User) -> bool:
    from yakuba.kernel.signin.terminal import ask

    return ask(person)


class SigninConfig(AppConfig):
    """Label `signin`."""

    name = "yakuba.kernel.signin"
    label = "signin"

    def ready(self) -> None:
        """Let the command line ask for second factors."""
        from yakuba.kernel.accounts import proof

        proof.on_terminal = _ask
