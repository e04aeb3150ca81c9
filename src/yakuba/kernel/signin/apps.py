"""Signing in as a Django application."""

from django.apps import AppConfig


class SigninConfig(AppConfig):
    """Label `signin`."""

    name = "yakuba.kernel.signin"
    label = "signin"

    def ready(self) -> None:
        """Let the command line ask for second factors."""
        from yakuba.kernel.accounts import proof
        from yakuba.kernel.signin.terminal import ask

        proof.on_terminal = ask
