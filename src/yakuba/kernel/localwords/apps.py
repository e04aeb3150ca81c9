"""Local words as a Django application."""

from django.apps import AppConfig


class LocalWordsConfig(AppConfig):
    """Label `localwords`."""

    name = "yakuba.kernel.localwords"
    label = "localwords"
    verbose_name = "自治体ごとに違うところ"
