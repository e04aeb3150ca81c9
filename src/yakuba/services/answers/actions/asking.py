"""A question is answered and noted, without what is personal in it; what people say of the answer; what is learned from it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.kernel.tenancy import current_municipality
from yakuba.services.answers.actions.entries import told_anew, write
from yakuba.services.answers.contracts import Audience, Channel, Draft, Outcome, Reply
from yakuba.services.answers.engine import learning
from yakuba.services.answers.engine.finding import Finder, candidates
from yakuba.services.answers.engine.masking import masked
from yakuba.services.answers.engine.ranking import Case
from yakuba.services.answers.models import Asked, Confirmed, Entry, Knowledge, Version
from yakuba.services.answers.queries import telling

LONGEST = 500  # characters of a question
TO_BE_RATED = timedelta(days=1)


def ask(question: str, channel: Channel, audiences: Sequence[Audience], before: int | None = None) -> Reply:
    """Answer a question, and note that it was asked."""
    question = " ".join(question.split())[:LONGEST]
    decision = telling.decide(question, audiences, before)
    told = telling.told(decision.keys, audiences)
    section = telling.section_for(decision, audiences)
    answered = decision.outcome is Outcome.ANSWERED
    note: Asked = Asked.objects.create(
        text=masked(question)[:LONGEST],
        channel=channel,
        outcome=decision.outcome,
        shown=[one.id for one in told],
        chosen_id=told[0].id if answered and told else None,
        field=told[0].field if told else "",
    )
    shown = () if decision.outcome is Outcome.HANDED_OVER else told
    return Reply(decision.outcome, shown, section, decision.sure, note.pk)


def choose(number: int, entry_id: int) -> None:
    """Of what was offered, the person wanted this one; anything else is passed over."""
    row = _open(number)
    if row is not None and entry_id in row.shown:
        row.chosen_id = entry_id
        row.save(update_fields=["chosen"])


def rate(number: int, *, helped: bool) -> None:
    """Whether it helped, as the person says within a day."""
    row = _open(number)
    if row is not None:
        row.helped = helped
        row.save(update_fields=["helped"])


def _open(number: int) -> Asked | None:
    row: Asked | None = Asked.objects.filter(pk=number, asked_at__gte=timezone.now() - TO_BE_RATED).first()
    return row


@transaction.atomic
def confirm(asked: Sequence[int], entry_id: int, *, actor: User) -> int:
    """These questions are answered by that entry: it is found by them from now on. Returns how many were not known yet."""
    entry = Entry.objects.filter(pk=entry_id).first()
    rows = list(Asked.objects.filter(pk__in=asked))
    if entry is None or not rows:
        raise Missing("その質問か答えがありません。画面を開き直してください。")
    new = 0
    for text in dict.fromkeys(row.text for row in rows):
        _, made = Confirmed.objects.get_or_create(
            municipality=current_municipality(), entry=entry, text=text, defaults={"by": actor}
        )
        new += made
    Asked.objects.filter(pk__in=[row.pk for row in rows]).update(settled=True)
    told_anew()
    record("answers.confirmed", subject=f"entry:{entry.pk}", actor=actor, questions=new)
    return new


@transaction.atomic
def draft_from(asked: Sequence[int], *, actor: Actor) -> Version:
    """A draft of a new entry from questions that ask the same, the first of them its question. Its answer is still to be
    written, and says so with a slot that nothing fills."""
    rows = {row.pk: row for row in Asked.objects.filter(pk__in=asked)}
    texts = list(dict.fromkeys(rows[one].text for one in asked if one in rows))
    if not texts:
        raise Missing("その質問がありません。画面を開き直してください。")
    first = min(rows)
    code = f"q-{first}"
    if Entry.objects.filter(code=code).exists():
        raise Conflict(f"この質問からは、もう下書き「{code}」ができています。")
    draft = Draft(code, texts[0][:300], "{答えを書いてください}", tuple(one[:300] for one in texts[1:21]))
    version = write(draft, actor=actor)
    Asked.objects.filter(pk__in=list(rows)).update(settled=True)
    return version


@transaction.atomic
def set_aside(asked: Sequence[int], *, actor: Actor) -> int:
    """Nothing is to be done about these."""
    number: int = Asked.objects.filter(pk__in=asked, settled=False).update(settled=True)
    record("answers.set_aside", actor=actor, questions=number)
    return number


def learn(*, actor: Actor) -> Knowledge:
    """Learn ranker and thresholds anew from the confirmed questions; what is learned is empty for too few of them."""
    rows = list(Confirmed.objects.values_list("entry_id", "text"))
    here = telling.shelf(telling.EXPERTS)
    entries = [here.finder.entries[key] for key in here.finder.keys]
    finder = Finder(entries)
    found = learning.learn(list(_cases(finder, rows)))
    with transaction.atomic():
        told_anew()
        row: Knowledge = Knowledge.objects.get()
        row.learned = learning.as_json(found) if found else {}
        row.learned_at = timezone.now()
        row.save(update_fields=["learned", "learned_at"])
        record("answers.learned", actor=actor, questions=len(rows), used=bool(found))
    return row


def _cases(finder: Finder, rows: Sequence[tuple[int, str]]) -> list[Case]:
    """Each confirmed question with what answers it, as if it had not been confirmed itself."""
    found = []
    for entry_id, text in rows:
        place = finder.place(str(entry_id))
        if place is None:
            continue
        signals = finder.signals(text, but=text)
        places = candidates(signals)
        found.append(Case(signals.among(places), (places == place).astype(float), (1.0,)))
    return found
