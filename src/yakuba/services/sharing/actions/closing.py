"""A month is closed by two people; afterwards nothing of it is changed. What turns out later is a line of the next bill that names
its month; and the newest closing can be taken back and made anew as one deed, with the old numbers kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import Max

from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals import actions as approvals
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.chain import record
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.tenancy import active_municipality, current_municipality
from yakuba.kernel.tenancy.models import Municipality
from yakuba.services.sharing.actions.costs import last_closed
from yakuba.services.sharing.engine import cells, shares
from yakuba.services.sharing.models import Amount, Bill, Closing, ClosingDraft, CostGroup, ReceivedBill, Share
from yakuba.services.sharing.queries import towns
from yakuba.services.sharing.queries.computing import BodyBill, Computed, compute

CLOSE = "sharing.close"
SUBJECT = "closingdraft"


@transaction.atomic
def propose(group: CostGroup, month: str, reason: str, *, actor: User) -> Approval:
    """Ask a second person to close a month. Raises Conflict, Invalid."""
    group = CostGroup.objects.select_for_update().get(pk=group.pk)
    last = last_closed(group)
    if last is not None and month <= last.month:
        raise Conflict(f"{cells.shown_month(last.month)}分まで締めています。次の月を選んでください。")
    return _propose(group, month, reason, None, actor)


@transaction.atomic
def propose_again(closing: Closing, reason: str, *, actor: User) -> Approval:
    """Ask a second person to take the bills of the newest closing back and to issue new ones. Raises Conflict."""
    group = CostGroup.objects.select_for_update().get(pk=closing.group_id)
    last = last_closed(group)
    if last is None or last.pk != closing.pk:
        raise Conflict("出し直せるのは、いちばん新しい締めだけです。前の月の訂正は、次の請求に入ります。")
    if not reason.strip():
        raise Invalid("出し直す理由を書いてください。請求書に載ります。")
    return _propose(group, closing.month, reason, closing, actor)


def _propose(group: CostGroup, month: str, reason: str, replaces: Closing | None, actor: User) -> Approval:
    found = compute(group, month, replaces)
    _require_near(group, month)
    if found.problems:
        raise Invalid(f"{cells.shown_month(month)}分は、まだ締められません。{' '.join(found.problems)}")
    if _waiting(group):
        raise Conflict("この取り決めには、承認を待っている締めがあります。")
    draft = ClosingDraft.objects.create(
        group=group, month=month, digest=found.digest, replaces=replaces, reason=reason.strip()[:300], proposed_by=actor
    )  # fmt: skip
    told = "、".join(f"{one.name} {one.total:,}円" for one in found.bills[:60])
    deed = "の請求をすべて取り消し、新しい請求を出します" if replaces else "を締めて、請求を出します"
    heed = "".join(f"【確かめる】{note}" for note in found.notes)
    by_hand = towns.out_of_reach(found.bills)
    heed += f"【紙かPDFで送る】{'、'.join(by_hand[:60])}。" if by_hand else ""
    pay = f"振込先：{group.pay_to}。" if group.pay_to else ""
    summary = f"「{group}」の{cells.shown_month(month)}分{deed}。合計{found.total:,}円（税抜き{found.net:,}円）。{pay}{heed}{told}"
    return approvals.propose(
        CLOSE, f"{SUBJECT}:{draft.pk}", actor=actor, summary=summary[:2000], reason=reason
    )


def _require_near(group: CostGroup, month: str) -> None:
    """Closing cannot be undone, and nothing behind the month closed last can be changed: a slip of the year would end the group.
    Raises Invalid for a month behind every cost and behind the next one."""
    newest = Amount.objects.filter(item__group=group).aggregate(newest=Max("month"))["newest"] or ""
    last = last_closed(group)
    if month > max(newest, cells.after(last.month) if last else ""):
        raise Invalid(
            f"{cells.shown_month(month)}には、まだ費用がありません。締める月を確かめてください。"
            f"費用のあるいちばん新しい月は{cells.shown_month(newest) if newest else 'まだありません'}です。"
        )


def _waiting(group: CostGroup) -> bool:
    subjects = [
        f"{SUBJECT}:{pk}"
        for pk in group.drafts.filter(state=ClosingDraft.State.PROPOSED).values_list("pk", flat=True)
    ]
    return bool(
        Approval.objects.filter(kind=CLOSE, subject__in=subjects, state=Approval.State.PROPOSED).exists()
    )


def approved(approval: Approval, actor: User) -> None:
    """What follows from the approval: the month is closed as it was proposed, or not at all."""
    draft = ClosingDraft.objects.select_for_update().get(pk=int(approval.subject.partition(":")[2]))
    group = CostGroup.objects.select_for_update().get(pk=draft.group_id)
    last = last_closed(group)
    expected = draft.replaces_id if draft.replaces_id else None
    if (expected and (last is None or last.pk != expected)) or (not expected and last is not None and draft.month <= last.month):  # fmt: skip
        raise approvals.ApprovalRefused(
            "起案のあとで、この月かあとの月が締められました。差し戻してください。"
        )
    found = compute(group, draft.month, draft.replaces)
    if found.problems or found.digest != draft.digest:
        raise approvals.ApprovalRefused(
            "起案のあとで、費用・利用量・割合・振込先などのどれかが変わりました。差し戻して、起案し直してください。"
        )
    closing = _close(found, draft, actor)
    draft.state = ClosingDraft.State.DONE
    draft.save(update_fields=["state"])
    record(
        "sharing.closed", subject=f"closing:{closing.pk}", actor=actor, month=draft.month, total=found.total,
        replaced=draft.replaces_id is not None,
    )  # fmt: skip


def _close(found: Computed, draft: ClosingDraft, actor: User) -> Closing:
    old = draft.replaces
    closing: Closing = Closing.objects.create(
        group=found.group, month=found.month, version=old.version + 1 if old else 1, replaces=old, reason=draft.reason if old else "",
        content=found.plain, closed_by=actor, proposed_by=draft.proposed_by,
    )  # fmt: skip
    Share.objects.bulk_create(
        [
            Share(closing=closing, item=one.item.code, month=line.month, code=code, yen=line.yen.get(code, 0),
                  exact=shares.written(line.exact.get(code, shares.ZERO)))
            for one in found.items for line in one.lines for code in sorted(line.yen.keys() | line.exact.keys())
        ]
    )  # fmt: skip
    numbers = _Numbers(found.group)
    old_bills = {one.code: one for one in old.bills.filter(kind=Bill.Kind.BILL)} if old else {}
    made = [_reversal(one, closing, numbers) for one in old_bills.values()]
    for each in found.bills:
        before = old_bills.get(each.code)
        made.append(_bill(each, found, closing, numbers, before.number if before else ""))
    members = towns.members()
    for bill in made:
        bill.delivered = bill.code in members
        bill.save()
    _deliver(found.group, made, members)
    return closing


class _Numbers:
    """Consecutive numbers of a group's bills."""

    def __init__(self, group: CostGroup) -> None:
        last = Bill.objects.filter(closing__group=group).order_by("-serial").values_list("serial", flat=True)
        self.code, self.serial = group.code, last.first() or 0

    def next(self) -> dict[str, Any]:
        """The next number."""
        self.serial += 1
        return {"serial": self.serial, "number": f"{self.code}-{self.serial:05d}"}


def _bill(one: BodyBill, found: Computed, closing: Closing, numbers: _Numbers, before: str) -> Bill:
    return Bill(
        closing=closing, kind=Bill.Kind.BILL, code=one.code, name=one.name, replaces=before, net=one.net, tax=one.tax, total=one.total,
        content=bill_content(one, found, closing.reason), **numbers.next(),
    )  # fmt: skip


def _reversal(old: Bill, closing: Closing, numbers: _Numbers) -> Bill:
    content = dict(old.content)
    content["lines"] = [line | {"yen": -line["yen"], "of": -line["of"]} for line in content["lines"]]
    content["rates"] = [[rate, -net, -tax] for rate, net, tax in content["rates"]]
    content["all"] = []
    content["reason"] = closing.reason
    return Bill(
        closing=closing, kind=Bill.Kind.REVERSAL, code=old.code, name=old.name, reverses=old.number, net=-old.net, tax=-old.tax,
        total=-old.total, content=content, **numbers.next(),
    )  # fmt: skip


def bill_content(one: BodyBill, found: Computed, reason: str = "") -> dict[str, Any]:
    """Everything that a bill prints; who reads it later needs no other row."""
    group = found.group
    every = [[each.code, each.name, each.net, each.tax, each.total] for each in found.bills]
    return {
        "group": group.title, "agreement": group.agreement, "biller": group.biller or current_municipality().name, "pay_to": group.pay_to,
        "rounding": group.get_rounding_display(), "month": found.month, "code": one.code, "name": one.name, "reason": reason,
        "lines": [
            {"item": line.item.title, "cost_class": line.item.cost_class, "month": line.line.month, "correction": line.line.correction,
             "yen": line.yen, "of": line.of, "rate": line.item.tax_rate}
            for line in one.lines
        ],
        "rates": [list(each) for each in one.rates],
        "all": every if group.shows_all else [],
    }  # fmt: skip


def _deliver(group: CostGroup, bills: list[Bill], members: Mapping[str, Municipality]) -> None:
    """Each town of this installation that names us its organiser gets its copy, in its own rows. One that no longer does gets none,
    nor the reversal of what it has: the closing's page says to whom all is sent by hand."""
    own = current_municipality()
    for bill in bills:
        if not bill.delivered:
            continue
        town = members[bill.code]
        key = {"organiser_code": own.code, "number": bill.number}
        given = {
            "organiser": own.name, "title": group.title, "month": bill.closing.month, "kind": bill.kind, "total": bill.total,
            "content": bill.content | {"reverses": bill.reverses, "replaces": bill.replaces, "net": bill.net, "tax": bill.tax, "total": bill.total},
        }  # fmt: skip
        with active_municipality(town):
            row, new = ReceivedBill.objects.get_or_create(**key, defaults=given)
            if new:
                record(
                    "sharing.bill_received", subject=f"receivedbill:{row.pk}", actor=None, number=row.number
                )
