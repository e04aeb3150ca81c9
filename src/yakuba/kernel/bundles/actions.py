"""Draft, try, publish, withdraw; a procedure's definitions as one file, and one file as drafts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.audit.chain import record
from yakuba.kernel.bundles import opening, queries
from yakuba.kernel.bundles.models import DefinitionVersion
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions.bundle import Definition, packed, unpacked
from yakuba.kernel.refusals import Refused
from yakuba.kernel.registry import DefinitionKind, definition_kinds, resolve

State = DefinitionVersion.State


class _Tried(Exception):
    """Takes back what a try has written."""


def export(procedure: str, *, actor: Actor = None) -> bytes:
    """What is in force for a procedure, of every kind, as a bundle. Raises DefinitionError when there is nothing."""
    found: list[Definition] = []
    for kind in definition_kinds().values():
        found += resolve(kind.collect)(procedure)
    if not found:
        raise DefinitionError(f"手続「{procedure}」は登録されていません。コードを確かめてください。")
    record("definitions.exported", subject=f"procedure:{procedure}", actor=actor, definitions=len(found))
    return packed(procedure, found)


def draft(content: bytes, *, actor: Actor = None) -> list[DefinitionVersion]:
    """The definitions of a bundle as drafts, in the order in which they need each other; a version that is in force
    already with the same content is left out. Raises DefinitionError and DefinitionRefused."""
    return _draft(_ordered(opening.definitions(content)), actor)  # nobody waits for a transaction meanwhile


@transaction.atomic
def _draft(definitions: Iterable[Definition], actor: Actor) -> list[DefinitionVersion]:
    drafts = []
    for one in definitions:
        own = packed("", [one])
        row = DefinitionVersion.objects.filter(kind=one.kind, code=one.code, version=one.version).first()
        if row is not None and row.state == State.PUBLISHED:
            if bytes(row.content) != own:
                raise DefinitionError(
                    f"{one}は、別の内容で使い始めています。版の番号を上げてもらってください。"
                )
            if queries.is_in_force(row):
                continue
        row = row or DefinitionVersion(kind=one.kind, code=one.code, version=one.version)
        row.title, row.content, row.state, row.changed_by = one.title[:120], own, State.DRAFT, actor
        row.save()
        drafts.append(row)
    record("definitions.drafted", actor=actor, definitions=len(drafts))
    return drafts


def try_out(drafts: Sequence[DefinitionVersion], *, actor: Actor = None) -> None:
    """Publish the drafts together and take all of it back: what would be refused is told, and nothing changes. Raises
    DefinitionError and DefinitionRefused."""
    try:
        with transaction.atomic():
            for row in drafts:
                _put(row, actor, only_check=True)
            raise _Tried
    except _Tried:
        pass
    _set(drafts, State.TRIED, actor)


@transaction.atomic
def publish(drafts: Sequence[DefinitionVersion], *, actor: Actor = None) -> None:
    """Put tried versions into force; the version that was in force is withdrawn. Raises DefinitionError and
    DefinitionRefused, and then none of them is."""
    for row in drafts:
        if row.state != State.TRIED:
            raise DefinitionError(f"「{row}」は{row.get_state_display()}です。先に試してください。")
        _put(row, actor, only_check=False)
        others = DefinitionVersion.objects.filter(kind=row.kind, code=row.code, state=State.PUBLISHED)
        others.exclude(pk=row.pk).update(state=State.WITHDRAWN)
    _set(drafts, State.PUBLISHED, actor)
    for row in drafts:
        record("definitions.published", subject=f"{row.kind}:{row.code}", actor=actor, version=row.version)


@transaction.atomic
def withdraw(row: DefinitionVersion, *, actor: Actor = None) -> None:
    """Take a version back; of one that is in force, its room takes it out of use, and only of that: another may have been
    taken into use in the room itself. Raises DefinitionError where the room cannot."""
    if queries.is_in_force(row):
        kind = _kind(row.kind)
        if not kind.withdraw:
            raise DefinitionError(
                f"{kind.label}「{row}」は使用中で、取り下げられません。新しい版を使用中にすると入れ替わります。"
            )
        resolve(kind.withdraw)(row.code, actor)
    _set([row], State.WITHDRAWN, actor)
    record("definitions.withdrawn", subject=f"{row.kind}:{row.code}", actor=actor, version=row.version)


def _set(rows: Iterable[DefinitionVersion], state: State, actor: Actor) -> None:
    for row in rows:
        row.state, row.changed_by = state, actor
        row.save(update_fields=["state", "changed_by", "changed_at"])


def _put(row: DefinitionVersion, actor: Actor, *, only_check: bool) -> None:
    kind = _kind(row.kind)
    (definition,) = unpacked(bytes(row.content))
    act = kind.check if only_check and kind.check else kind.publish
    try:
        resolve(act)(definition, actor)
    except Refused as refusal:
        raise DefinitionError(f"{kind.label}「{row}」: {refusal}") from refusal


def _kind(code: str) -> DefinitionKind:
    found = definition_kinds().get(code)
    if found is None:
        known = "、".join(definition_kinds())
        raise DefinitionError(f"定義の種類「{code}」は使えません。使えるのは {known} です。")
    return found


def _ordered(definitions: Iterable[Definition]) -> list[Definition]:
    order = list(definition_kinds())
    return sorted(definitions, key=lambda one: order.index(_kind(one.kind).code))
