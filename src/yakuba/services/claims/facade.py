"""The room's door. The active municipality is the one that is meant."""

from __future__ import annotations

from datetime import date
from typing import IO

from yakuba.kernel.accounts.models import User
from yakuba.kernel.audit.actor import Actor
from yakuba.services.claims.actions import findings, imports, rules, running, tax
from yakuba.services.claims.engine import making
from yakuba.services.claims.engine.samples import RULES
from yakuba.services.claims.models import ClaimFile, Finding, RuleSet


def is_empty() -> bool:
    """Whether no claim file was ever handed in."""
    return not ClaimFile.objects.exists()


def take_in(name: str, content: bytes | IO[bytes], *, actor: Actor) -> int:
    """Take a claim file in here and now. → its number. Raises Invalid, Conflict."""
    row = imports.hand_in(name, content, actor=actor)
    imports.work(row.pk, _silent)
    return int(row.pk)


def take_table(name: str, content: bytes | IO[bytes], kind: str, since: int, *, actor: Actor) -> int:
    """Take a table in here and now. → its number. Raises Invalid."""
    row = imports.hand_in_table(name, content, kind, since, actor=actor)
    imports.work_table(row.pk, _silent)
    return int(row.pk)


def sample_rules(months: list[int], text: str = RULES, *, maker: Actor, publisher: Actor) -> int:
    """Rules, tried on these months and published by another person. → their number."""
    row = rules.load(text, "見本", actor=maker)
    running.work(running.start(row, months, True, actor=maker).pk, _silent)
    return int(rules.publish(row, actor=publisher).pk)


def check(months: list[int], *, actor: Actor) -> int:
    """Check these months here and now by the published rules. → the number of the check. Raises Conflict."""
    run = running.start(RuleSet.objects.get(state=RuleSet.State.PUBLISHED), months, False, actor=actor)
    running.work(run.pk, _silent)
    return int(run.pk)


def sample_judgements(count: int, *, actor: User) -> None:
    """Every third of the first findings wrong, the others right."""
    for at, one in enumerate(Finding.objects.order_by("pk")[:count]):
        findings.judge(one, "wrong" if at % 3 == 2 else "right", "見本", actor=actor)


def take_declarations(name: str, content: bytes, deadline: date, *, actor: Actor) -> int:
    """Take declarations in and judge them. → the file's number. Raises Invalid."""
    return int(tax.take(name, content, deadline, actor=actor).pk)


def sample_claims(count: int, seed: int, month: int) -> bytes:
    """A claim file of persons and institutions that do not exist; the same for the same seed."""
    return b"".join(making.lines(iter(making.planted(count, seed=seed, month=month))))


def sample_members(count: int) -> bytes:
    """Eligibility of the persons of `sample_claims`, as CSV."""
    return making.members(count)


def sample_masters() -> dict[str, bytes]:
    """Names of the codes of `sample_claims`, as the masters of acts, drugs and diseases."""
    return making.masters()


def _silent(done: int, total: int, note: str) -> None:
    """Nobody looks."""
