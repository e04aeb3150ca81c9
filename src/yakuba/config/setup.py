"""Bring the database and the static files of an installation to the state of the code."""

from __future__ import annotations

from django.conf import settings
from django.core.management import call_command
from django.core.management.commands import migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from yakuba.config.environment import KeyMissing
from yakuba.config.masterkey.rotating import settle
from yakuba.kernel.audit.chain import seal_plain_chain
from yakuba.kernel.cli.output import errors, fail, progress_bar
from yakuba.kernel.privacy.keys import wrap_plain
from yakuba.kernel.tenancy import active_municipality
from yakuba.kernel.tenancy.models import Municipality


def prepare() -> None:
    """Make or upgrade the tables, the keys and the static files. Harmless when there is nothing to do.

    Raises typer.Exit(2) where data exists and the key that it was encrypted with does not.
    """
    settings.YAKUBA.data_dir.mkdir(parents=True, exist_ok=True)
    _lay_tables()
    if Municipality.objects.exists() and not settings.YAKUBA.has_encryption_key:
        raise fail(str(KeyMissing(settings.YAKUBA.data_dir)), 2)
    _ = settings.YAKUBA.encryption_key  # made before anything can be encrypted with it
    settle()
    wrap_plain()
    _seal_audit()
    call_command("collectstatic", interactive=False, verbosity=0)


def _lay_tables() -> None:
    """Tell how far it is where there is something to do: from an empty folder it takes a while."""
    executor = MigrationExecutor(connection)
    steps = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    with progress_bar(quiet=not steps) as bar:
        task = bar.add_task("データベースの表", total=steps)

        class Telling(migrate.Command):
            def migration_progress_callback(self, action: str, *_: object, **__: object) -> None:
                if action == "apply_success":
                    bar.update(task, advance=1)

        call_command(Telling(), interactive=False, verbosity=0)


def _seal_audit() -> None:
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            for problem in seal_plain_chain():
                errors.print(
                    f"監査記録 {municipality.code}: {problem}", style="red", markup=False, highlight=False
                )
