"""The letters of a campaign."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.files.downloads import Download
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.jobs.work import work_of
from yakuba.kernel.operations import Answer, Trace, Work
from yakuba.kernel.operations.finding import one
from yakuba.kernel.refusals import Conflict
from yakuba.services.outreach.actions import letters
from yakuba.services.outreach.models import InvitationPrint
from yakuba.services.outreach.operations.campaigns import OneCampaign, campaign_of
from yakuba.services.outreach.operations.table import OPERATIONS


class OneInvitationPrint(BaseModel):
    """Letters that were made."""

    invitation_print_id: int = Field(description="手紙の番号")


class InvitationPrintOut(BaseModel):
    """Letters. left: [masked number, why] of those without one."""

    id: int
    state: str
    state_label: str
    letters: int
    left: list[list[str]]
    reason: str


PRINT_COLUMNS = {"id": "番号", "state_label": "状態", "letters": "通"}


def print_facts(row: InvitationPrint) -> dict[str, Any]:
    """As a program sees it, as it stands now."""
    row.refresh_from_db()
    return {"id": row.pk, "state_label": row.get_state_display()} | {
        name: getattr(row, name) for name in ("state", "letters", "left", "reason")
    }


def _printed(row: InvitationPrint) -> tuple[int, int, bool]:
    work = work_of(letters.JOB, row.job_key)
    return work.done, work.total, work.is_live


A_PRINT = Answer(InvitationPrintOut, print_facts, PRINT_COLUMNS, fault=lambda facts: facts["reason"])


@OPERATIONS.add(
    "勧奨の手紙を作る", "outreach.plan", "POST campaigns/{campaign_id}/print", command="campaign print", status=201, answer=A_PRINT,
    event="outreach.printing", trace=lambda asked, row: Trace(f"campaign:{asked.campaign_id}"), work=Work("手紙", progress=_printed),
)  # fmt: skip
def print_letters(asked: OneCampaign, actor: Actor) -> InvitationPrint:
    """One PDF, each page proved, with the list for the envelopes."""
    return letters.start(campaign_of(asked.campaign_id), actor=actor)


@OPERATIONS.add(
    "勧奨の手紙を取り出す", "outreach.persons", "GET prints/{invitation_print_id}/pdf", command="campaign letters",
    answer=Answer(media_type="application/pdf"), event="outreach.letters_taken", trace=lambda asked, file: Trace(f"invitationprint:{asked.invitation_print_id}"), step_up=True,
)  # fmt: skip
def letters_pdf(asked: OneInvitationPrint, actor: Actor) -> Download:
    """The letters as they were made; refused where somebody in them has come under protection or wants no letters since."""
    row = _print_of(asked.invitation_print_id)
    return Download(f"invitations-{row.pk}.pdf", "application/pdf", content_of(row.pdf))


@OPERATIONS.add(
    "差込の一覧を取り出す", "outreach.persons", "GET prints/{invitation_print_id}/list", command="campaign mailing",
    answer=Answer(media_type="text/csv"), event="outreach.list_taken", trace=lambda asked, file: Trace(f"invitationprint:{asked.invitation_print_id}"), step_up=True,
)  # fmt: skip
def mailing_list(asked: OneInvitationPrint, actor: Actor) -> Download:
    """A row a letter, in the order of the pages, each with the mark of its page."""
    row = _print_of(asked.invitation_print_id)
    return Download(f"invitations-{row.pk}.csv", "text/csv", content_of(row.mailing))


def _print_of(number: int) -> Any:
    row = one(
        InvitationPrint.objects.select_related(
            "campaign__table__part", "campaign__purpose", "pdf", "mailing"
        ),
        number,
    )
    if row.pdf is None or row.mailing is None:
        raise Conflict("この手紙は、まだできていません。")
    letters.require_may_leave(row)
    return row
