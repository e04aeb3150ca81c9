"""The tables of an installation: all at once in an empty database, by migrations in one that an older release has filled.

A hundred migrations, one after another, cost fifty times what the tables cost that come of them: Django renders all
models anew at nearly every step. `tests/test_tables.py` keeps both ways to one result.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.management import call_command
from django.core.management.commands import migrate
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection
from django.db.migrations import Migration, RunPython
from django.db.migrations.executor import MigrationExecutor

from yakuba.kernel.tenancy import every_municipality, rowsecurity

Tell = Callable[[int, int], None]


@every_municipality("tables are made and upgraded for all towns")
def lay(tell: Tell = lambda done, steps: None) -> None:
    """Make or upgrade the tables; `tell(done, steps)` hears of every step. All or nothing where the database is empty; a
    migration that was interrupted is begun anew at the next call."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not connection.introspection.table_names():
        _lay_all(executor, plan, tell)
    else:
        _migrate(len(plan), tell)


def _lay_all(executor: MigrationExecutor, plan: list[tuple[Migration, bool]], tell: Tell) -> None:
    """From nothing, in one transaction; written down as if every migration of the plan had run."""
    behind_all = executor.loader.project_state().apps  # the models as the last migration leaves them
    new = [model for model in behind_all.get_models() if model._meta.can_migrate(connection)]
    with connection.schema_editor() as editor:
        for number, model in enumerate(new, start=1):
            editor.create_model(model)
            tell(number, len(new))
        for migration, _ in plan:
            for operation in migration.operations:
                if isinstance(operation, RunPython) and getattr(operation.code, "belongs_to_tables", False):
                    operation.code(behind_all, editor)
        editor.create_model(executor.recorder.Migration)
        for migration, _ in plan:
            executor.recorder.record_applied(migration.app_label, migration.name)
        rowsecurity.lay(connection.alias)  # a moment without it would be one too many
    emit_post_migrate_signal(verbosity=0, interactive=False, db=connection.alias)


def _migrate(steps: int, tell: Tell) -> None:
    done = 0

    class Telling(migrate.Command):
        def migration_progress_callback(self, action: str, *_: object, **__: object) -> None:
            nonlocal done
            if action == "apply_success":
                done += 1
                tell(done, steps)

    call_command(Telling(), interactive=False, verbosity=0)
