"""At midnight: every worker looks whose day has come, and one of them carries it out."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, chore, job
from yakuba.kernel.transfers import actions
from yakuba.kernel.transfers.models import Transfers
from yakuba.kernel.ui.wording import wareki

chore(60.0, actions.carry_out_due)


@job(
    actions.JOB,
    label="人事異動を行う",
    ended=actions.give_up,
    permission="accounts.manage",
    about=lambda transfers_id: wareki(Transfers.objects.get(pk=transfers_id).day),
)
def carry_out(context: JobContext, *, transfers_id: int) -> None:
    """Carry it out."""
    actions.carry_out(transfers_id)
