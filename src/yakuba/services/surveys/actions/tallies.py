"""The prepared tally of an edition, made by a worker whenever answers have changed; and its publication."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict
from yakuba.services.surveys.actions.answers import hold
from yakuba.services.surveys.engine.hiding import masks
from yakuba.services.surveys.engine.tally import tally
from yakuba.services.surveys.models import Answers, Edition, Tallied
from yakuba.services.surveys.queries.editions import asked_of, body_of

PUBLISH = "surveys.publish"


def prepare(edition: Edition) -> int:
    """Count every field and keep it. → how many fields."""
    with transaction.atomic():
        hold(edition.pk)  # who is writing an answer holds it until the answer can be read
        began = timezone.now()
    rows = list(asked_of(edition).order_by("code"))
    answers = dict(
        Answers.objects.filter(asked__edition=edition, is_newest=True).values_list("asked_id", "values")
    )
    found = tally(edition.definition, [body_of(row) for row in rows], [answers.get(row.pk) for row in rows])
    hidden = masks(edition.definition, {one.key: one for one in found})
    made = [
        Tallied(
            edition=edition,
            key=one.key,
            content=one.as_plain(),
            hidden=sorted(hidden.get(one.key, ())),
        )
        for one in found
    ]
    with transaction.atomic():
        hold(edition.pk)
        Tallied.objects.filter(edition=edition).delete()
        Tallied.objects.bulk_create(made, batch_size=100)
        # The moment before the rows were read: what changed meanwhile is not in it.
        Edition.objects.filter(pk=edition.pk).update(tallied_at=began)
    return len(made)


@transaction.atomic
def propose_publication(edition: Edition, reason: str, *, actor: User) -> Approval:
    """Ask for a second person's approval to publish the results. Raises Conflict."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if row.state != Edition.State.CLOSED:
        raise Conflict("結果を公表できるのは、締め切った調査だけです。")
    if row.published_at is not None:
        raise Conflict("この調査の結果は、もう公表しています。")
    if row.tallied_at is None or (row.changed_at and row.tallied_at < row.changed_at):
        raise Conflict("集計より新しい答えがあります。集計し直してから公表を起案してください。")
    hidden = [one.label for one in row.definition.questions if one.code in row.definition.confidential]
    told = f"人や事業者を数える設問（{'、'.join(hidden)[:200]}）の小さい数は伏せます。" if hidden else ""
    summary = f"調査「{row}」の結果を、だれでも読める画面とデータに出します。団体ごとの個票も出ます。{told}「集計」で内容を確かめてください。"
    return approvals.propose(PUBLISH, f"edition:{row.pk}", actor=actor, summary=summary, reason=reason)


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval. Raises ApprovalRefused where answers changed since."""
    row: Edition = Edition.objects.select_for_update().get(pk=int(approval.subject.partition(":")[2]))
    if (
        row.state != Edition.State.CLOSED
        or row.tallied_at is None
        or (row.changed_at and row.tallied_at < row.changed_at)
    ):
        raise approvals.ApprovalRefused("起案のあとに、答えか状態が変わりました。差し戻してください。")
    row.published_at = timezone.now()
    row.save(update_fields=["published_at"])
    record("surveys.published", subject=f"edition:{row.pk}", actor=actor)


@transaction.atomic
def withdraw(edition: Edition, *, actor: Actor) -> Edition:
    """The results are public no more, at once. Raises Conflict."""
    row: Edition = Edition.objects.select_for_update().get(pk=edition.pk)
    if row.published_at is None:
        raise Conflict("公表している調査だけを取り下げられます。")
    row.published_at = None
    row.save(update_fields=["published_at"])
    return row
