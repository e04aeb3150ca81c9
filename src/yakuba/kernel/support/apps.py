"""Support access as a Django application."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """Label `support`."""

    name = "yakuba.kernel.support"
    label = "support"
    verbose_name = "運用者の支援"
