"""Bring the database and the static files of an installation to the state of the code."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command


def prepare() -> None:
    """Make or upgrade the tables and collect the static files. Harmless when there is nothing to do."""
    settings.YAKUBA.data_dir.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
