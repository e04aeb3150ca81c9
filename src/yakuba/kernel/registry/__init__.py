"""Registry: the rooms of the house, as their manifests declare them."""

from yakuba.kernel.registry.case_page import CaseField, CaseLink, CaseNote, CasePart
from yakuba.kernel.registry.manifest import (
    CheckResult,
    DefinitionKind,
    Failure,
    FirstStep,
    Manifest,
    NavigationItem,
    Permission,
    PersonalData,
    QueueState,
    RunningWork,
    WorkQueue,
    resolve,
)
from yakuba.kernel.registry.rooms import (
    audit_sentences,
    definition_kinds,
    ledger_phrases,
    manifests,
    permission_names,
    room_modules,
)

__all__ = [
    "CaseField",
    "CaseLink",
    "CaseNote",
    "CasePart",
    "CheckResult",
    "DefinitionKind",
    "Failure",
    "FirstStep",
    "Manifest",
    "NavigationItem",
    "Permission",
    "PersonalData",
    "QueueState",
    "RunningWork",
    "WorkQueue",
    "audit_sentences",
    "definition_kinds",
    "ledger_phrases",
    "manifests",
    "permission_names",
    "resolve",
    "room_modules",
]
