"""Answers of a body: each is a new version, none is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.jobs import enqueue
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.services.surveys.actions.delivering import tell
from yakuba.services.surveys.models import Answers, AnswerState, Asked, Clarification, Edition, Reminder
from yakuba.services.surveys.queries.editions import remarks_of

TALLY = "surveys.tally"


@transaction.atomic
def keep(
    asked: Asked, values: Mapping[str, str], way: Answers.Way, *, actor: Actor, faults: Sequence[str] = (), reason: str = "",
    after: int | None = None,
) -> Answers:  # fmt: skip
    """A new version of its answers. It counts as answered where nothing is left to correct. after: the version that was seen when it
    was written, 0 for none. Raises Conflict for an edition that takes none, and where another version came meanwhile."""
    edition = hold(asked.edition_id)
    if edition.state != Edition.State.OPEN:
        raise Conflict(f"「{edition}」は{edition.get_state_display()}なので、答えを受けられません。")
    row: Asked = Asked.objects.select_for_update().get(pk=asked.pk)
    known_keys = edition.definition.fields
    kept = {key: value for key, value in values.items() if key in known_keys and value}
    version = (Answers.objects.filter(asked=row).aggregate(last=Max("version"))["last"] or 0) + 1
    if after is not None and after != version - 1:
        raise Conflict(
            f"書いているあいだに、第{version - 1}版の答えが入りました。別の画面で確かめてください。もう一度「入れる」を押すと、いま書いてある答えが新しい版になります。"
        )
    Answers.objects.filter(asked=row, is_newest=True).update(is_newest=False)
    made = Answers.objects.create(
        asked=row,
        version=version,
        values=kept,
        faults=list(faults),
        by=way,
        reason=reason[:300],
        entered_by=known(actor),
    )
    must = any(one.must for one in remarks_of(edition, row.code, kept))
    row.state = AnswerState.PARTLY if faults or must else AnswerState.ANSWERED
    row.answered_at = timezone.now()
    row.save(update_fields=["state", "answered_at"])
    asked.state = row.state
    note_change(edition)
    return made  # type: ignore[no-any-return]


def hold(edition_id: int) -> Edition:
    """The edition, standing still until the transaction ends: who writes answers, who closes it and who begins to count wait for one
    another. It is held before its bodies, and these before the rows of the towns, everywhere: else two wait for each other for good."""
    found: Edition = (
        Edition.objects.select_for_update(of=("self",)).select_related("survey").get(pk=edition_id)
    )
    return found


def note_change(edition: Edition) -> None:
    """The tally is to be made anew, by a worker. The edition is held."""
    Edition.objects.filter(pk=edition.pk).update(changed_at=timezone.now())
    enqueue(TALLY, key=edition.job_key, edition_id=edition.pk)


def hold_asked(survey: str, edition: str, body: str) -> None:
    """Of a body that is asked its edition and itself, where they are there; the asker is active."""
    row = Asked.objects.filter(edition__survey__code=survey, edition__code=edition, code=body).first()
    if row is not None:
        hold(row.edition_id)
        Asked.objects.select_for_update().filter(pk=row.pk).first()


def receive(survey: str, edition: str, body: str, values: Mapping[str, str]) -> None:
    """What a town of this installation answers; the asker is active. Raises Conflict where it does not ask that town."""
    row = Asked.objects.select_related("edition__survey").filter(
        edition__survey__code=survey, edition__code=edition, code=body, in_house=True
    ).first()  # fmt: skip
    if row is None:
        raise Conflict("調べる団体が、この団体への調査を取りやめています。調べる団体に確かめてください。")
    keep(row, values, Answers.Way.HOUSE, actor=None)


@transaction.atomic
def remind(asked: Asked, text: str, *, actor: Actor) -> Reminder:
    """A body is reminded: a town of this installation by its page, others by what the asker sends with the list of addresses.
    Raises Conflict for one that has answered."""
    if asked.state == AnswerState.ANSWERED:
        raise Conflict(f"{asked}はもう答えています。")
    if asked.edition.state != Edition.State.OPEN:
        raise Conflict("受付中の調査だけを催促できます。")
    told = (
        text.strip()
        or f"「{asked.edition}」の答えをお待ちしています。期限は{asked.deadline_text or asked.deadline or '未定'}です。"
    )
    row: Reminder = Reminder.objects.create(asked=asked, text=told[:1000], sent_by=known(actor))
    if asked.in_house:
        tell(asked.edition, [asked.code], f"催促：{told}")
    return row


@transaction.atomic
def set_hearing(asked: Asked, day: date | None, note: str) -> Asked:
    """The day of the hearing; a town of this installation is told."""
    asked.hearing_on, asked.hearing_note = day, note.strip()[:300]
    asked.save(update_fields=["hearing_on", "hearing_note"])
    if asked.in_house and day:
        tell(asked.edition, [asked.code], f"ヒアリングの日：{day.isoformat()}　{asked.hearing_note}")
    return asked


@transaction.atomic
def ask_back(edition: Edition, asked: Asked | None, question: str) -> Clarification:
    """A body's question. Raises Invalid without one."""
    if not question.strip():
        raise Invalid("質問を書いてください。", place="質問")
    return Clarification.objects.create(edition=edition, asked=asked, question=question.strip()[:2000])  # type: ignore[no-any-return]


@transaction.atomic
def clarify(row: Clarification, answer: str, shared: bool, *, actor: Actor) -> Clarification:
    """Answer it, to the body alone or to all. Raises Invalid without an answer."""
    if not answer.strip():
        raise Invalid("回答を書いてください。", place="回答")
    row.answer, row.shared, row.answered_at, row.answered_by = (
        answer.strip()[:2000],
        shared,
        timezone.now(),
        known(actor),
    )
    row.save()
    codes = Asked.objects.filter(edition=row.edition, in_house=True)
    if not shared:
        codes = codes.filter(pk=row.asked_id)
    tell(
        row.edition,
        codes.values_list("code", flat=True),
        f"質問「{row.question[:200]}」への回答：{row.answer[:250]}",
    )
    return row
