"""Versions of definitions, and what each would change of what is in force."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from enum import StrEnum

from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions.bundle import Definition, unpacked
from yakuba.kernel.ledger.models import Procedure
from yakuba.kernel.registry import definition_kinds, resolve

State = DefinitionVersion.State
MOST_LINES = 400  # of a change that are shown


class Change(StrEnum):
    """What a version does to what is in force; the value is what staff read."""

    NEW = "新しい"
    CHANGED = "変わる"
    SAME = "変わらない"


@dataclass(frozen=True)
class Looked:
    """A version beside what is in force. before: the version of that, empty where there is none; lines: how the text
    changes, as a unified diff; files: how the files beside it do."""

    row: DefinitionVersion
    kind: str
    change: Change
    before: str
    lines: tuple[str, ...]
    files: tuple[str, ...]


def tried() -> list[DefinitionVersion]:
    """What may be published, in the order in which the kinds need each other."""
    return _ordered(DefinitionVersion.objects.filter(state=State.TRIED))


def waiting() -> list[DefinitionVersion]:
    """Drafts and what was tried, in the same order."""
    return _ordered(DefinitionVersion.objects.filter(state__in=(State.DRAFT, State.TRIED)))


def in_force() -> dict[tuple[str, str], Definition]:
    """All that is in force of all procedures, by kind and code."""
    found: dict[tuple[str, str], Definition] = {}
    for code in Procedure.objects.values_list("code", flat=True):
        for kind in definition_kinds().values():
            for one in resolve(kind.collect)(code):
                found[one.kind, one.code] = one
    return found


def is_in_force(row: DefinitionVersion) -> bool:
    """Whether the room uses this version now."""
    used = in_force().get((row.kind, row.code)) if row.state == State.PUBLISHED else None
    return used is not None and used.version == row.version


def looked(rows: Iterable[DefinitionVersion]) -> list[Looked]:
    """Each version beside what is in force. Raises DefinitionError for one that cannot be read any more."""
    standing = in_force()
    return [_looked(row, standing) for row in rows]


def kind_label(code: str) -> str:
    """How staff call a kind."""
    kind = definition_kinds().get(code)
    return kind.label if kind else code


def _looked(row: DefinitionVersion, standing: Mapping[tuple[str, str], Definition]) -> Looked:
    (given,) = unpacked(bytes(row.content))
    before = standing.get((row.kind, row.code))
    if before is None:
        return Looked(row, kind_label(row.kind), Change.NEW, "", (), tuple(sorted(given.files)))
    old, new = before.text.splitlines(), given.text.splitlines()
    lines = tuple(unified_diff(old, new, "いま", "受け取った版", lineterm="", n=1))[:MOST_LINES]
    files = tuple(_files(before.files, given.files))
    change = Change.CHANGED if lines or files else Change.SAME
    return Looked(row, kind_label(row.kind), change, before.version, lines, files)


def _files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Iterable[str]:
    for name in sorted({*before, *after}):
        if name not in before:
            yield f"{name}（加わる）"
        elif name not in after:
            yield f"{name}（なくなる）"
        elif before[name] != after[name]:
            yield f"{name}（変わる）"


def _ordered(rows: Iterable[DefinitionVersion]) -> list[DefinitionVersion]:
    order = list(definition_kinds())
    return sorted(
        rows, key=lambda row: (order.index(row.kind) if row.kind in order else len(order), row.code)
    )
