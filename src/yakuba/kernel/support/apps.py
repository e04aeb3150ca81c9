"""Support access as a Django application."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Label `support`."""

    name = "yakuba.kernel.support"
    label = "support"
    verbose_name = "運用者の支援"

    def ready(self) -> None:
        from yakuba.kernel.tenancy import rowsecurity

        # The town's records name the operator whom it has let look.
        rowsecurity.shown_too("accounts_user", "who_was_let_look", "support_supportgrant", "operator_id")
