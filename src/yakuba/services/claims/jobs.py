"""What the worker does for this room. Of a town one at a time: a check takes half a gigabyte."""

from __future__ import annotations

from yakuba.kernel.jobs import JobContext, job, limit_lane
from yakuba.services.claims.actions import imports, running
from yakuba.services.claims.models import CheckRun, CheckTable, ClaimFile

limit_lane("claims", 1)


@job(
    imports.JOB,
    label="請求ファイルの取り込み",
    attempts=2,
    ended=imports.give_up,
    again=imports.take_up,
    permission="claims.load",
    about=lambda claim_file_id: ClaimFile.objects.get(pk=claim_file_id),
)
def take_in(context: JobContext, *, claim_file_id: int) -> None:
    """Read a claim file. Killed half way it begins anew; nothing stands before all of it is read."""
    imports.work(claim_file_id, context.went_on)


@job(
    imports.TABLE_JOB,
    label="マスター・チェックの表の取り込み",
    attempts=2,
    ended=imports.give_table_up,
    again=imports.take_table_up,
    permission="claims.load",
    about=lambda check_table_id: CheckTable.objects.get(pk=check_table_id),
)
def take_table(context: JobContext, *, check_table_id: int) -> None:
    """Read a table."""
    imports.work_table(check_table_id, context.went_on)


@job(
    running.JOB,
    label="レセプトの点検",
    attempts=2,
    ended=running.give_up,
    again=running.take_up,
    permission="claims.view",
    about=lambda check_run_id: CheckRun.objects.get(pk=check_run_id),
)
def check(context: JobContext, *, check_run_id: int) -> None:
    """Check months. Findings are kept all at once."""
    running.work(check_run_id, context.went_on)
