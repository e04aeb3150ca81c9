"""Publication: one person proposes the published copy as it is then, another one approves it."""

from __future__ import annotations

from django.db import transaction

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.actions import ApprovalRefused
from yakuba.kernel.audit.chain import record as noted
from yakuba.kernel.refusals import Conflict, Invalid, Problem
from yakuba.services.minutes.engine import copies, opendata
from yakuba.services.minutes.models import Meeting, Publication
from yakuba.services.minutes.queries import record as queries


@transaction.atomic
def propose(meeting: Meeting, reason: str, *, actor: User) -> Publication:
    """Propose the published copy. Raises Invalid with everything that is still to be decided, and Conflict while one waits."""
    row: Meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if hindrances := queries.hindrances(row):
        raise Invalid(
            "まだ公開の承認に出せません。",
            problems=[Problem(0, "", sentence) for sentence in hindrances[:20]],
        )
    if Publication.objects.filter(meeting=row, state=Publication.State.PROPOSED).exists():
        raise Conflict("この会議録は、すでに公開の承認を待っています。")
    content = opendata.written(copies.published(queries.record(row))) | {"revision": row.revision}
    publication: Publication = Publication.objects.create(
        meeting=row, content=content, reason=approvals.stated(reason), proposed_by=actor
    )
    noted("minutes.proposed", subject=f"meeting:{row.pk}", actor=actor)
    return publication


def approve(publication: Publication, *, actor: User, answer: str = "") -> Publication:
    """Another person approves: what was proposed is published, and nothing else. Raises ApprovalRefused, also where the
    meeting was changed meanwhile."""

    def publish(row: Publication) -> None:
        meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=row.meeting_id)
        if meeting.revision != row.content.get("revision"):
            raise ApprovalRefused(
                "起案のあとで会議録が直されました。差し戻して、もう一度起案してもらってください。"
            )
        if queries.hindrances(meeting):  # what was found since then may be personal
            raise ApprovalRefused(
                "起案のあとで、公開してよいか決めていない所が見つかりました。差し戻して、決めてもらってください。"
            )
        meeting.published = row
        meeting.save(update_fields=["published"])
        noted("minutes.published", subject=f"meeting:{meeting.pk}", actor=actor)

    return approvals.approve(publication, actor=actor, answer=answer, effect=publish)


@transaction.atomic
def send_back(publication: Publication, answer: str, *, actor: User) -> Publication:
    """Send it back with a word; who proposed it takes it back so."""
    row = approvals.send_back(publication, answer, actor=actor)
    noted("minutes.sent_back", subject=f"meeting:{row.meeting_id}", actor=actor)
    return row


@transaction.atomic
def withdraw(meeting: Meeting) -> Meeting:
    """Publish it no more, at once. The operation records it."""
    row: Meeting = Meeting.objects.select_for_update(of=("self",)).get(pk=meeting.pk)
    if row.published_id is None:
        raise Conflict("この会議録は公開されていません。")
    row.published = None
    row.save(update_fields=["published"])
    return row
