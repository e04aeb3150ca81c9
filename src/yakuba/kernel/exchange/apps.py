"""The exchange as a Django application."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """Label `exchange`."""

    name = "yakuba.kernel.exchange"
    label = "exchange"
    verbose_name = "外と内の授受"
