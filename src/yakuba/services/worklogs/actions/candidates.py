"""What becomes of a candidate: a draft for a robot, or nothing."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.robots import facade as robots
from yakuba.services.worklogs import queries
from yakuba.services.worklogs.contracts import StepText
from yakuba.services.worklogs.engine.candidates import draft_steps
from yakuba.services.worklogs.models import Candidate


@transaction.atomic
def make_draft(candidate: Candidate, receipt_number: str, system: str, *, actor: User) -> Candidate:
    """A draft scenario of the routine in the robots' room, which a person goes on with there. Raises Conflict where there is
    one already or nothing can be made of it, Missing for a case or system that is not there, Forbidden."""
    row: Candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if row.subject:
        raise Conflict("この候補の下書きは、もうあります。")
    steps = [StepText(**one) for one in row.content["variants"][0]["steps"]]
    target, made = draft_steps(steps, queries.field_labels(receipt_number))
    if not made:
        raise Conflict(
            "操作の「対象」が記録されていないので、手順にできません。対象（欄やボタンの名前）も集めてください。"
        )
    told = f"操作ログのくり返し（{row.times}回）から作った下書きです。入力先：{target}。値と欄の名前を確かめてください。"
    number = robots.draft_scenario(
        row.title[:60], receipt_number, system, made, description=told, actor=actor
    )
    row.state, row.subject = Candidate.State.DRAFTED, f"recording:{number}"
    row.save()
    record("worklogs.drafted", subject=f"worklogcandidate:{row.pk}", actor=actor, recording=number)
    return row


@transaction.atomic
def dismiss(candidate: Candidate, reason: str, *, actor: Actor) -> Candidate:
    """It is not to be automated, for that reason. Raises Invalid without one."""
    reason = reason.strip()[:300]
    if not reason:
        raise Invalid("見送る理由を書いてください。", place="理由")
    row: Candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    row.state, row.reason = Candidate.State.DISMISSED, reason
    row.save()
    record("worklogs.dismissed", subject=f"worklogcandidate:{row.pk}", actor=actor)
    return row


@transaction.atomic
def take_back(candidate: Candidate, *, actor: Actor) -> Candidate:
    """It may be automated after all."""
    row: Candidate = Candidate.objects.select_for_update().get(pk=candidate.pk)
    if row.state != Candidate.State.DISMISSED:
        raise Conflict("この候補は見送られていません。")
    row.state, row.reason = Candidate.State.FOUND, ""
    row.save()
    record("worklogs.taken_back", subject=f"worklogcandidate:{row.pk}", actor=actor)
    return row
