"""Putting a person under protection, renewing and ending it, deciding what is about that person, opening what is hidden."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.db import transaction
from django.utils import timezone

from yakuba.kernel.accounts import require
from yakuba.kernel.accounts.models import User
from yakuba.kernel.approvals.actions import propose
from yakuba.kernel.approvals.models import Approval
from yakuba.kernel.audit.chain import record
from yakuba.kernel.protection import policy
from yakuba.kernel.protection.models import Covered, Opening, Protection, Release
from yakuba.kernel.refusals import Conflict, Invalid
from yakuba.kernel.registry import manifests, resolve

OPEN_FOR = timedelta(minutes=10)
RELEASED_FOR = timedelta(days=7)
LONGEST_REASON = 200
END, RELEASE = "protection.end", "protection.release"


@transaction.atomic
def begin(given: dict[str, Any], *, actor: User) -> Protection:
    """Put a person under protection. given: the fields of `Protection` up to `until`. Raises Invalid where it is not said
    who is meant."""
    if not given.get("number") and not (given.get("name") and given.get("birth")):
        raise Invalid("宛名番号か、氏名と生年月日を入れてください。")
    _check_period(given["begins"], given["until"])
    row: Protection = Protection.objects.create(**given, begun_by=actor)
    record("protection.begun", subject=f"protection:{row.pk}", actor=actor, until=row.until.isoformat())
    spread(row)
    return row


@transaction.atomic
def renew(row: Protection, reason: str, *, actor: User) -> Protection:
    """Another year from the end of the period, or from today where that has passed. Raises Conflict too early."""
    held = _held(row)
    if not held.is_due:
        raise Conflict("延長できるのは、期間の終わりの1か月前からです。")
    held.until = _a_year_on(max(held.until, timezone.localdate()))
    held.save(update_fields=["until"])
    record(
        "protection.renewed",
        subject=f"protection:{held.pk}",
        actor=actor,
        until=held.until.isoformat(),
        reason=_stated(reason),
    )
    return held


def ask_end(row: Protection, reason: str, *, actor: User) -> Approval:
    """Propose that it ends; another person decides."""
    held = _held(row)
    summary = f"支援措置{held.pk}（{held.name}）を終わらせ、住所をふつうに表示します。"
    return propose(END, f"protection:{held.pk}", actor=actor, summary=summary, reason=reason)


def end(approval: Approval, actor: User) -> None:
    """What follows from the approval: the protection ends, and what it covered is shown again."""
    row = _held(Protection.objects.get(pk=int(approval.subject.partition(":")[2])))
    row.ended_at, row.ended_by = timezone.now(), actor
    row.save(update_fields=["ended_at", "ended_by"])
    record("protection.ended", subject=f"protection:{row.pk}", actor=actor)
    spread(row)


def spread(row: Protection) -> None:
    """Let every part and room bring up to date what it has of the person."""
    for manifest in manifests():
        if manifest.protected:
            resolve(manifest.protected)(row)


def put_under(row: Protection, kind: str, key: Any, state: str, why: str) -> None:
    """Note that a thing is about the person. What a person decided stays; certain does not become uncertain."""
    found, created = Covered.objects.get_or_create(
        protection=row, kind=kind, key=str(key), defaults={"state": state, "why": why[:200]}
    )
    if not created and found.state == Covered.State.ASKED and state == Covered.State.CERTAIN:
        found.state, found.why = state, why[:200]
        found.save(update_fields=["state", "why"])


def take_out_unsure(kind: str, key: Any, still: Iterable[Protection]) -> None:
    """What looked like a person's and does not any more, after more of its values are known, and was never certain."""
    rows = Covered.objects.filter(kind=kind, key=str(key), state=Covered.State.ASKED)
    rows.exclude(protection__in=[row.pk for row in still]).delete()


@transaction.atomic
def decide(row: Covered, same: bool, *, actor: User) -> Covered:
    """A person says whether a thing is about the one under protection."""
    row.state = Covered.State.YES if same else Covered.State.NO
    row.decided_by, row.decided_at = actor, timezone.now()
    row.save()
    record(
        "protection.decided",
        subject=f"protection:{row.protection_id}",
        actor=actor,
        of=f"{row.kind}:{row.key}",
        same=same,
    )
    spread(row.protection)
    return row


@transaction.atomic
def open_place(kind: str, key: str, reason: str, *, password: str, actor: User) -> Opening:
    """Show `actor` where somebody lives, for some minutes. The password is asked again, so that nobody opens it at a
    desk that was left. Raises Invalid for another password or no reason."""
    require(actor, policy.OPEN)
    said = _stated(reason)
    if not check_password(password, actor.password):
        raise Invalid("パスワードが違います。")
    row: Opening = Opening.objects.create(
        kind=kind, key=key, reason=said, opened_by=actor, until=timezone.now() + OPEN_FOR
    )
    record("protection.opened", subject=_subject(kind, key), actor=actor, reason=said)
    return row


@transaction.atomic
def note_seen(row: Opening, *, actor: User) -> None:
    """Somebody in charge has looked into it; never the one who opened it."""
    if row.opened_by_id == actor.pk:
        raise Conflict("開いた本人は、確かめたことにできません。ほかの担当者が確かめてください。")
    if row.seen_at is None:
        row.seen_by, row.seen_at = actor, timezone.now()
        row.save(update_fields=["seen_by", "seen_at"])
        record("protection.opening_seen", subject=_subject(row.kind, row.key), actor=actor, opening=row.pk)


def ask_release(kind: str, key: str, reason: str, *, actor: User) -> Approval:
    """Ask for another person's word to put where somebody lives into a letter or a file."""
    if not policy.under(kind, [key]):
        raise Conflict("支援措置の対象ではありません。承認は要りません。")
    what = f"{kind}:{key}"
    summary = f"{what} の住所を、{actor} が作る通知とファイルに入れます（承認から{RELEASED_FOR.days}日間）。"
    return propose(RELEASE, f"{what}:{actor.pk}", actor=actor, summary=summary, reason=reason)


def release(approval: Approval, actor: User) -> None:
    """What follows from the approval."""
    kind, key, _ = approval.subject.rsplit(":", 2)
    Release.objects.create(
        kind=kind,
        key=key,
        asked_by=approval.proposed_by,
        approved_by=actor,
        until=timezone.now() + RELEASED_FOR,
    )
    record("protection.released", subject=_subject(kind, key), actor=actor, to=approval.proposed_by_id)


def _subject(kind: str, key: str) -> str:
    """As "who looked at whom" names it: `case:12` for `ledger.case`."""
    return f"{kind.rpartition('.')[2]}:{key}"


def _held(row: Protection) -> Protection:
    held: Protection = Protection.objects.select_for_update(of=("self",)).get(pk=row.pk)
    if not held.is_held:
        raise Conflict("この支援措置は終わっています。")
    return held


def _stated(reason: str) -> str:
    if not reason.strip():
        raise Invalid("理由を書いてください。")
    return reason.strip()[:LONGEST_REASON]


def _check_period(begins: date, until: date) -> None:
    if until < begins:
        raise Invalid("期間の終わりは、始まりより後にしてください。")
    if until > _a_year_on(begins):
        raise Invalid("期間は1年までです。延長は、終わりの1か月前からできます。")


def _a_year_on(day: date) -> date:
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)
