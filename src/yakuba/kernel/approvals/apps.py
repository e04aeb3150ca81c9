"""Approvals as a Django application."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Label `approvals`."""

    name = "yakuba.kernel.approvals"
    label = "approvals"
