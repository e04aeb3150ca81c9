"""Which rooms the house has, from `settings.YAKUBA_ROOMS` and their manifests."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings

from yakuba.kernel.registry.manifest import (
    ApprovalKind,
    DefinitionKind,
    LetterKind,
    Manifest,
    PlannedWork,
    SearchSource,
    Setting,
)


@cache
def manifests() -> tuple[Manifest, ...]:
    """What the parts of the kernel and then the rooms declare, in the order of the settings."""
    parts = [app for app in settings.INSTALLED_APPS if app.startswith("yakuba.kernel.")]
    rooms = [f"yakuba.services.{room}" for room in settings.YAKUBA_ROOMS]
    names = [f"{app}.manifest" for app in parts if app != __package__]
    names = [name for name in names if find_spec(name) is not None]
    return tuple(import_module(name).MANIFEST for name in [*names, *(f"{room}.manifest" for room in rooms)])


def proposed_roles() -> dict[str, frozenset[str]]:
    """The roles that the manifests propose together: name -> permissions."""
    found: dict[str, set[str]] = {}
    for manifest in manifests():
        for name, permissions in manifest.roles.items():
            found.setdefault(name, set()).update(permissions)
    return {name: frozenset(permissions) for name, permissions in found.items()}


@cache
def permission_names() -> frozenset[str]:
    """Every permission that a manifest declares."""
    return frozenset(permission.name for manifest in manifests() for permission in manifest.permissions)


@cache
def audit_sentences() -> dict[str, str]:
    """Audit event name -> the sentence that explains it."""
    return {name: text for manifest in manifests() for name, text in manifest.audit_events.items()}


def approval_kinds() -> list[ApprovalKind]:
    """What needs another person's approval, in the order of the manifests."""
    return [kind for manifest in manifests() for kind in manifest.approvals]


def planned_works() -> list[PlannedWork]:
    """What staff may let the clock begin, in the order of the manifests."""
    return [work for manifest in manifests() for work in manifest.planned_works]


def town_settings() -> list[Setting]:
    """What a town decides for itself, in the order of the manifests."""
    return [setting for manifest in manifests() for setting in manifest.town_settings]


@cache
def search_sources() -> dict[str, SearchSource]:
    """Name -> what goes into the index, in the order of the manifests."""
    return {source.name: source for manifest in manifests() for source in manifest.search_sources}


def search_source(name: str) -> SearchSource:
    """The source of that name. Raises LookupError where no manifest declares it."""
    try:
        return search_sources()[name]
    except KeyError:
        raise LookupError(f"no manifest declares the search source {name!r}") from None


def approval_kind(name: str) -> ApprovalKind:
    """The kind of that name. Raises LookupError where no manifest declares it."""
    for kind in approval_kinds():
        if kind.name == name:
            return kind
    raise LookupError(f"no manifest declares the approval {name!r}")


@cache
def letter_kinds() -> dict[str, LetterKind]:
    """Code -> kind of letter whose look a town may decide, in the order of the manifests."""
    return {kind.code: kind for manifest in manifests() for kind in manifest.letters}


@cache
def ledger_phrases() -> dict[str, str]:
    """Kind of a case's event -> what staff read in the case's history."""
    return {kind: text for manifest in manifests() for kind, text in manifest.ledger_events.items()}


@cache
def definition_kinds() -> dict[str, DefinitionKind]:
    """Code -> kind of definition, the kernel's and then the rooms' in their order: each needs only those before it."""
    return {kind.code: kind for manifest in manifests() for kind in manifest.definitions}


def part_modules(part: str) -> list[tuple[str, ModuleType]]:
    """`(name, module)` for each part of the kernel that has it, then for each room."""
    parts = [app for app in settings.INSTALLED_APPS if app.startswith("yakuba.kernel.")]
    names = [(app.rpartition(".")[2], f"{app}.{part}") for app in parts]
    found = [(name, import_module(module)) for name, module in names if find_spec(module) is not None]
    return [*found, *room_modules(part)]


def room_modules(part: str) -> list[tuple[str, ModuleType]]:
    """`(room, module)` for each room that has the part (`urls`, `operations`, `cli`, `jobs`)."""
    names = [(room, f"yakuba.services.{room}.{part}") for room in settings.YAKUBA_ROOMS]
    return [(room, import_module(name)) for room, name in names if find_spec(name) is not None]
