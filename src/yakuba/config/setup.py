"""Bring the database and the static files of an installation to the state of the code."""

from __future__ import annotations

from contextlib import ExitStack

from django.conf import settings
from django.core.management import call_command

from yakuba.config import tables
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
    """Tell how far it is where there is something to do."""
    with ExitStack() as stack:
        bar, task = None, None

        def tell(done: int, steps: int) -> None:
            nonlocal bar, task
            bar = bar or stack.enter_context(progress_bar())
            task = bar.add_task("データベースの表", total=steps) if task is None else task
            bar.update(task, completed=done)

        tables.lay(tell)


def _seal_audit() -> None:
    for municipality in Municipality.objects.order_by("code"):
        with active_municipality(municipality):
            for problem in seal_plain_chain():
                errors.print(
                    f"監査記録 {municipality.code}: {problem}", style="red", markup=False, highlight=False
                )
