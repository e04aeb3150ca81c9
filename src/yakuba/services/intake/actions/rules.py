"""Files of who may ask and of fees: written, put into force by a second person, taken out of it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.audit.chain import record
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.refusals import Conflict, Missing
from yakuba.services.intake.engine.acting.rules import Rules
from yakuba.services.intake.engine.fees.table import Table
from yakuba.services.intake.models import RuleFile
from yakuba.services.intake.queries import rules as queries

MOST_FILES = 500
WAITS = "承認を待っている間は変えられません。起案を取り下げてから直してください。"


@transaction.atomic
def write(kind: str, text: str, *, actor: Actor) -> RuleFile:
    """Keep a file as the draft of its code; what is in force stays. Raises DefinitionRefused for one that cannot be read, and
    Conflict while it waits for approval."""
    text = text.replace("\r\n", "\n").removeprefix("\ufeff")
    file = queries.read(kind, text)
    code, title = queries.code_of(file), file.title
    row = RuleFile.objects.select_for_update(of=("self",)).filter(kind=kind, code=code).first()
    if row is None:
        if RuleFile.objects.count() >= MOST_FILES:
            raise Conflict(f"決まりのファイルは{MOST_FILES}個までです。使わないものを消してください。")
        row = RuleFile(kind=kind, code=code)
    elif _waits(row):
        raise Conflict(WAITS)
    row.title, row.text, row.changed_by = title, text, known(actor)
    row.save()
    record("intake.rules_written", subject=queries.subject_of(row), actor=actor)
    return row


@transaction.atomic
def take_samples(*, actor: Actor) -> int:
    """The shipped files that the town has not, of procedures that it has, as drafts; how many."""
    have = set(RuleFile.objects.values_list("kind", "code"))
    procedures = set(Procedure.objects.values_list("code", flat=True))
    taken = 0
    for (kind, code), text in queries.samples().items():
        if (kind, code) in have or (kind == RuleFile.Kind.ACTING and code not in procedures):
            continue
        write(kind, text, actor=actor)
        taken += 1
    return taken


@transaction.atomic
def propose(rule_file_id: int, reason: str, *, actor: User) -> Approval:
    """Ask another person to put the draft into force. Raises Conflict for one that cannot be read, that is in force as it is, or
    whose procedure the town has not."""
    row = locked(rule_file_id)
    now = queries.standing(row)
    if now.file is None:
        raise Conflict("いまの書き方では読めません。「直す」を開き、直してから起案してください。")
    if now.state == "published":
        raise Conflict("使用中のものから変わっていません。直してから承認に出してください。")
    unknown = _unknown_procedures(now.file)
    if unknown:
        raise Conflict(f"手続 {'、'.join(unknown)} がありません。先に手続を用意してください。")
    summary = (
        f"「{row.title}」（{row.get_kind_display()}）を使い始めます。「申請受付」の「本人確認と手数料」で、"
        "根拠と出典、確認日を確かめてください。"
    )
    return approvals.propose(
        queries.KIND, queries.subject_of(row), actor=actor, summary=summary, reason=reason
    )


def published(approval: Approval, actor: User) -> None:
    """What follows from the approval: the draft, which stood still meanwhile, is in force."""
    row = locked(int(approval.subject.partition(":")[2]))
    _tell(row)
    record("intake.rules_published", subject=queries.subject_of(row), actor=actor)


@transaction.atomic
def withdraw(rule_file_id: int) -> RuleFile:
    """Not in force any more, at once; the draft stays. The operation records it."""
    row = locked(rule_file_id)
    if not row.told:
        raise Conflict("この決まりは使われていません。")
    row.told, row.told_at = "", None
    row.save(update_fields=["told", "told_at"])
    return row


def publish_bundled(definition: Definition, actor: Actor) -> None:
    """Keep a bundle's rules as a draft and ask a second person for them: one person publishes a bundle, and that is not enough
    here. By nobody's name they stay a draft. Raises DefinitionRefused, Conflict."""
    row = write(RuleFile.Kind.ACTING, definition.text, actor=actor)
    person = known(actor)
    if person is not None and row.told != row.text:
        propose(row.pk, "定義の束で受け取りました", actor=person)


def withdraw_bundled(code: str, actor: Actor) -> None:
    """As `withdraw`, of a bundle."""
    RuleFile.objects.filter(kind=RuleFile.Kind.ACTING, code=code).update(told="", told_at=None)


def take_told(told: list[list[str]]) -> None:
    """Outside: what the inside says is in force, and nothing else."""
    codes = []
    for code, title, text in told:
        queries.read(RuleFile.Kind.ACTING, text)
        values = {"title": title[:300], "text": text, "told": text}
        RuleFile.objects.update_or_create(kind=RuleFile.Kind.ACTING, code=code, defaults=values)
        codes.append(code)
    RuleFile.objects.filter(kind=RuleFile.Kind.ACTING).exclude(code__in=codes).delete()


def locked(rule_file_id: int) -> RuleFile:
    """The file, standing still in the caller's transaction. Raises Missing."""
    row: RuleFile | None = RuleFile.objects.select_for_update(of=("self",)).filter(pk=rule_file_id).first()
    if row is None:
        raise Missing("その決まりはありません。一覧から選んでください。")
    return row


def _tell(row: RuleFile) -> None:
    row.told, row.told_at = row.text, timezone.now()
    row.save(update_fields=["told", "told_at"])


def _unknown_procedures(file: Rules | Table) -> list[str]:
    if isinstance(file, Rules):
        named = {file.procedure}
    else:
        named = {one.procedure for one in file.fees if one.procedure}
    have = set(Procedure.objects.filter(code__in=named).values_list("code", flat=True))
    return sorted(named - have)


def _waits(row: RuleFile) -> bool:
    waiting = Approval.objects.filter(kind=queries.KIND, state=Proposal.State.PROPOSED)
    return bool(waiting.filter(subject=queries.subject_of(row)).exists())
