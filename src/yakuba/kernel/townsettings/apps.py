"""Settings per town as a Django application."""

from django.apps import AppConfig


class TownSettingsConfig(AppConfig):
    """Label `townsettings`."""

    name = "yakuba.kernel.townsettings"
    label = "townsettings"
