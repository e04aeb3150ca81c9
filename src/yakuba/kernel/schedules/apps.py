"""Schedules as a Django application."""

from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    """Label `schedules`."""

    name = "yakuba.kernel.schedules"
    label = "schedules"
