"""Transfers as a Django application."""

from django.apps import AppConfig


class TransfersConfig(AppConfig):
    """Label `transfers`."""

    name = "yakuba.kernel.transfers"
    label = "transfers"
