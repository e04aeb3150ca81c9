"""Files of who may ask and of fees: as staff write them, and as they are in force."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from yakuba.kernel.approvals.models import Approval, Proposal
from yakuba.kernel.definitions import decoded
from yakuba.kernel.definitions.bundle import Definition
from yakuba.kernel.refusals import if_valid
from yakuba.services.intake.engine.acting.reading import parse_rules
from yakuba.services.intake.engine.acting.rules import Rules
from yakuba.services.intake.engine.fees.table import Table, parse_table
from yakuba.services.intake.models import RuleFile

KIND = "intake.rules"
FOLDERS = {RuleFile.Kind.ACTING: "acting", RuleFile.Kind.FEES: "fees"}
STATES = {"draft": "下書き", "waiting": "承認待ち", "published": "使用中", "changed": "使用中（直しあり）"}


@dataclass(frozen=True)
class Standing:
    """A file as staff see it. state: draft, waiting, published, changed; file: what it says, None where it cannot be read; sample:
    how it differs from the shipped file of that code: none, same or changed."""

    row: RuleFile
    state: str
    file: Rules | Table | None
    sample: str
    approval: Approval | None

    @property
    def state_label(self) -> str:
        """The state in Japanese."""
        return STATES[self.state]

    @property
    def ready(self) -> bool:
        """Whether it may be proposed."""
        return self.state in ("draft", "changed") and self.file is not None


def read(kind: str, text: str) -> Rules | Table:
    """What a file says; files that were read lately are not read again. Raises DefinitionRefused."""
    return _rules(text) if kind == RuleFile.Kind.ACTING else _table(text)


def code_of(file: Rules | Table) -> str:
    """Under which code it stands."""
    return file.procedure if isinstance(file, Rules) else file.code


def kind_of(text: str) -> str:
    """Which of the two a file is, by its first words."""
    lines = (line.strip() for line in text.splitlines())
    return RuleFile.Kind.FEES if any(line.startswith("手数料表") for line in lines) else RuleFile.Kind.ACTING


def stamp_of(text: str) -> str:
    """Another one for another file."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def standings() -> list[Standing]:
    """Every file, acting rules first, by title."""
    waiting = {one.subject: one for one in Approval.objects.filter(kind=KIND, state=Proposal.State.PROPOSED)}
    rows = RuleFile.objects.select_related("changed_by").order_by("kind", "title")
    return [_standing(row, waiting.get(subject_of(row))) for row in rows]


def standing(row: RuleFile) -> Standing:
    """One file."""
    waiting = Approval.objects.filter(kind=KIND, state=Proposal.State.PROPOSED, subject=subject_of(row))
    return _standing(row, waiting.first())


def subject_of(row: RuleFile) -> str:
    """What an approval of it is about."""
    return f"rulefile:{row.pk}"


def acting(procedure: str) -> tuple[Rules, str] | None:
    """Who may ask for that procedure, with the stamp of the file; None where nobody has said it."""
    row = RuleFile.objects.filter(kind=RuleFile.Kind.ACTING, code=procedure).exclude(told="").first()
    rules = if_valid(_rules, row.told) if row else None  # an older release may have written it
    return (rules, stamp_of(row.told)) if row and rules else None


def fees() -> Table:
    """All tables in force as one."""
    rows = RuleFile.objects.filter(kind=RuleFile.Kind.FEES).exclude(told="").order_by("code")
    found = [table for row in rows if (table := if_valid(_table, row.told)) is not None]
    empty = Table("", "", "", "", None, ())
    return replace(
        found[0] if found else empty,
        fees=tuple(fee for one in found for fee in one.fees),
        exemptions=tuple(dict.fromkeys(each for one in found for each in one.exemptions)),
    )


def samples() -> Mapping[tuple[str, str], str]:
    """(kind, code) → text of the shipped files; empty where the installation has none."""
    found = {}
    for kind, folder in FOLDERS.items():
        for one in sorted((Path(settings.YAKUBA.samples_dir) / folder).glob("*.yaml")):
            found[kind.value, one.stem] = decoded(one.read_bytes())
    return found


def collect(procedure: str) -> list[Definition]:
    """The rules in force of a procedure, for a bundle."""
    rows = RuleFile.objects.filter(kind=RuleFile.Kind.ACTING, code=procedure).exclude(told="")
    return [Definition("acting", row.code, stamp_of(row.told), row.title, row.told) for row in rows]


def told_of_acting() -> list[list[str]]:
    """[code, title, file] of what is in force, for the other installation."""
    rows = RuleFile.objects.filter(kind=RuleFile.Kind.ACTING).exclude(told="").order_by("code")
    return [[row.code, row.title, row.told] for row in rows]


def _standing(row: RuleFile, approval: Approval | None) -> Standing:
    sample = samples().get((row.kind, row.code))
    word = "none" if sample is None else "same" if sample == row.text else "changed"
    return Standing(row, _state(row, approval), if_valid(read, row.kind, row.text), word, approval)


def _state(row: RuleFile, approval: Approval | None) -> str:
    if approval is not None:
        return "waiting"
    if not row.told:
        return "draft"
    return "published" if row.told == row.text else "changed"


@lru_cache(maxsize=256)  # more than a town has procedures
def _rules(text: str) -> Rules:
    return parse_rules(text)


@lru_cache(maxsize=16)
def _table(text: str) -> Table:
    return parse_table(text)
