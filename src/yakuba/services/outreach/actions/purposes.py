"""For what data may be used, approved by another person; who wants no letters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.actions import propose
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.actor import Actor, known
from yakuba.kernel.refusals import Conflict, Forbidden, Invalid
from yakuba.kernel.values.characters import narrow
from yakuba.kernel.values.my_numbers import likely_in
from yakuba.services.outreach.engine.columns import CLASSES, ColumnSpec
from yakuba.services.outreach.models import OptOut, Purpose

KIND = "outreach.purpose"
MY_NUMBER = "個人番号（マイナンバー）に見える番号が入っています。消してから、もう一度押してください。"


@transaction.atomic
def ask(name: str, basis: str, classes: Sequence[str], *, actor: Actor) -> Purpose:
    """A purpose, which another person approves. Raises Invalid."""
    if not isinstance(actor, User):
        raise Forbidden("目的は職員の名前で申し出ます。職員を指定してください。")
    if not name.strip() or not basis.strip():
        raise Invalid("目的と根拠を書いてください。")
    if likely_in(name + basis):
        raise Invalid(MY_NUMBER)
    if unknown := [one for one in classes if one not in CLASSES]:
        raise Invalid(
            f"情報の種類「{unknown[0][:20]}」はありません。{'、'.join(CLASSES)} から選んでください。"
        )
    if not classes:
        raise Invalid("使う情報の種類を選んでください。")
    if Purpose.objects.filter(name=name.strip(), ended_at=None).exists():
        raise Conflict(f"「{name.strip()}」という目的は、もうあります。")
    row: Purpose = Purpose.objects.create(
        name=name.strip()[:120],
        basis=basis.strip()[:2000],
        classes=list(dict.fromkeys(classes)),
        created_by=actor,
    )
    summary = f"「{row.name}」のために、{'、'.join(row.class_labels)} を使います。根拠：{row.basis}"
    propose(KIND, f"purpose:{row.pk}", actor=actor, summary=summary, reason=row.basis)
    return row


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval."""
    row = Purpose.objects.select_for_update().get(pk=int(approval.subject.partition(":")[2]))
    row.approved_at, row.approved_by = timezone.now(), actor
    row.save()


@transaction.atomic
def end(purpose: Purpose) -> Purpose:
    """No data is used for it any more."""
    row: Purpose = Purpose.objects.select_for_update().get(pk=purpose.pk)
    if row.ended_at:
        raise Conflict(f"「{row}」は、もう終わっています。")
    row.ended_at = timezone.now()
    row.save()
    return row


def require_classes(purpose: Purpose, specs: Iterable[ColumnSpec], used: Iterable[str]) -> None:
    """Raises Conflict unless the purpose holds and every column used is of a class that it was approved for."""
    require_holds(purpose)
    wanted = set(used)
    outside = [one for one in specs if one.heading in wanted and one.data_class not in purpose.classes]
    if outside:
        named = "、".join(f"「{one.heading}」（{CLASSES[one.data_class]}）" for one in outside[:5])
        raise Conflict(
            f"目的「{purpose}」に承認されていない種類の情報を使っています：{named}。",
            remedy="その列を使わないか、その種類を含む目的の承認を求めてください。",
        )


def require_holds(purpose: Purpose) -> None:
    """Raises Conflict for a purpose that is not approved or has ended."""
    if not purpose.holds:
        raise Conflict(
            f"目的「{purpose}」は、まだ承認されていないか、終わっています。承認されてから使ってください。"
        )


@transaction.atomic
def opt_out(
    numbers: Sequence[str], purpose: Purpose | None, since: date, note: str, *, actor: Actor
) -> list[OptOut]:
    """These want no letters, of one purpose or of any. Those already noted are left as they are. Raises Invalid."""
    plain = list(dict.fromkeys(narrow(one).strip() for one in numbers))
    if not plain or any(not one or len(one) > 20 for one in plain):
        raise Invalid("宛名番号を入れてください（20字まで）。")
    if likely_in(note):
        raise Invalid(MY_NUMBER)
    there = set(OptOut.objects.filter(number__in=plain, purpose=purpose).values_list("number", flat=True))
    new = [
        OptOut(number=one, purpose=purpose, since=since, note=note.strip()[:200], created_by=known(actor)) for one in plain if one not in there
    ]  # fmt: skip
    OptOut.objects.bulk_create(new)
    return new


@transaction.atomic
def opt_in(row: OptOut) -> None:
    """The person may be written to again."""
    row.delete()
