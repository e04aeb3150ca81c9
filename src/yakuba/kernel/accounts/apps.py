"""The Django app of the accounts; it listens to logins so that they are audited."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff, roles, tokens."""

    name = "yakuba.kernel.accounts"
    label = "accounts"
    verbose_name = "職員"

    def ready(self) -> None:
        """Connect the audit of logins."""
        from yakuba.kernel.accounts import logins  # noqa: F401
