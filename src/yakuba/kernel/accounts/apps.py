"""The Django app of the accounts; it listens to logins so that they are audited."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Staff, roles, tokens."""

    name = "yakuba.kernel.accounts"
    label = "accounts"
    verbose_name = "職員"

    def ready(self) -> None:
        """Connect the audit of logins."""
        from django.contrib.auth.signals import user_logged_in

        # Django's own would find no account: who comes in has no town yet.
        user_logged_in.disconnect(dispatch_uid="update_last_login")
        from yakuba.kernel.accounts import logins  # noqa: F401
        from yakuba.kernel.tenancy import rowsecurity

        rowsecurity.hangs_on("accounts_apitoken", "user_id")
