"""Tenancy as a Django application."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TenancyConfig(AppConfig):
    """Label `tenancy`."""

    name = "yakuba.kernel.tenancy"
    label = "tenancy"
    verbose_name = "自治体"

    def ready(self) -> None:
        post_migrate.connect(_lay_second_wall, sender=self)


def _lay_second_wall(using: str = "default", **_: Any) -> None:
    """Behind all migrations: no table that is new is left without it."""
    from yakuba.kernel.tenancy import rowsecurity

    rowsecurity.lay(using)
