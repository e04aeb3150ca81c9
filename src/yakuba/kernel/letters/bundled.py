"""Letters in a bundle: the Word files that a town uses. A file's version is the beginning of its SHA-256, since two towns
count theirs apart."""

from __future__ import annotations

from django.utils import timezone

from yakuba.kernel.audit.actor import Actor
from yakuba.kernel.definitions import DefinitionError
from yakuba.kernel.definitions import values as yaml_values
from yakuba.kernel.definitions.bundle import Definition, as_text
from yakuba.kernel.files.storage import content_of
from yakuba.kernel.letters import actions, queries
from yakuba.kernel.letters.checking import check as checked
from yakuba.kernel.letters.models import LetterTemplate
from yakuba.kernel.registry import LetterKind, letter_kinds, resolve

FILE = "letter.docx"
VERSION = 12  # hexadecimal digits
MOST_TOLD = 5


def collect(procedure: str) -> list[Definition]:
    """The Word files in use today for the letters that are sent for a procedure."""
    found = []
    for kind in letter_kinds().values():
        row = queries.in_use(kind.code, timezone.localdate()) if _is_sent(kind, procedure) else None
        if row is not None:
            found.append(_definition(kind, row))
    return found


def check(definition: Definition, actor: Actor) -> None:
    """Whether it could be used. Raises DefinitionError and NotWord."""
    kind, content = _content(definition)
    faults = checked(content, kind).faults
    if faults:
        more = f"、ほか{len(faults) - MOST_TOLD}件" if len(faults) > MOST_TOLD else ""
        raise DefinitionError("".join(map(str, faults[:MOST_TOLD])) + more)


def publish(definition: Definition, actor: Actor) -> None:
    """Use it from today on. Raises DefinitionError and NotWord."""
    if actor is None:
        raise DefinitionError(
            "通知の様式には、だれが入れたかが残ります。職員としてログインして公開してください。"
        )
    kind, content = _content(definition)
    used = queries.in_use(kind.code, timezone.localdate())
    if used is not None and used.file.sha256[:VERSION] == definition.version:
        return
    check(definition, actor)
    name = str(yaml_values(definition.text).get("name") or f"{kind.label}.docx")
    actions.use(actions.take(kind, name, content, actor=actor), timezone.localdate(), actor=actor)


def withdraw(code: str, actor: Actor) -> None:
    """Use the version before it, or the house's own look. Raises DefinitionError."""
    if actor is None:
        raise DefinitionError(
            "通知の様式には、だれが取り下げたかが残ります。職員としてログインしてください。"
        )
    used = queries.in_use(code, timezone.localdate())
    if used is not None:
        actions.withdraw(used, actor=actor)


def _is_sent(kind: LetterKind, procedure: str) -> bool:
    return bool(kind.sent_for) and bool(resolve(kind.sent_for)(procedure))


def _definition(kind: LetterKind, row: LetterTemplate) -> Definition:
    text = as_text({"letter": kind.code, "name": row.name})
    return Definition(
        "letter", kind.code, row.file.sha256[:VERSION], kind.label, text, {FILE: content_of(row.file)}
    )


def _content(definition: Definition) -> tuple[LetterKind, bytes]:
    if FILE not in definition.files:
        raise DefinitionError(f"束に {FILE} がありません。作り直してもらってください。")
    return queries.kind_of(definition.code), definition.files[FILE]
