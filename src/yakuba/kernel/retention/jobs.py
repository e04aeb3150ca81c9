"""What the worker does: erase what was approved, and remove what was written before."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore

from yakuba.kernel.files import unreferenced
from yakuba.kernel.jobs import JobContext, chore, in_each_town, job
from yakuba.kernel.retention import actions
from yakuba.kernel.retention.models import Shredding


@job(
    actions.JOB,
    label="消去",
    attempts=3,
    permission="retention.manage",
    about=lambda shredding_id: Shredding.objects.get(pk=shredding_id),
)
def shred(context: JobContext, *, shredding_id: int) -> None:
    """Erase what a second person approved; called again after a crash, it goes on."""
    actions.shred(shredding_id, context.telling("件"))


def forget_visits() -> None:
    """Remove the visits that are over: a visit remembers what was looked for in lists, which may be a name."""
    SessionStore.clear_expired()


def sweep_everywhere() -> None:
    """In each town, remove what goes by itself."""

    def sweep() -> None:
        actions.remove_old_exports()
        actions.sweep()

    in_each_town("what is over", sweep)


def remove_strays_everywhere() -> None:
    """In each town, remove the files that belong to nothing, and blobs that nobody knows any more; a listing of all, so not
    every hour."""
    in_each_town("the files that belong to nothing", unreferenced.clear)
    in_each_town("the files of nobody", actions.remove_strays)


chore(3600.0, forget_visits)
chore(3600.0, sweep_everywhere)
chore(86_400.0, remove_strays_everywhere)
