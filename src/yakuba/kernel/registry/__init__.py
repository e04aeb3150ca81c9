"""Registry: the rooms of the house, as their manifests declare them."""

from yakuba.kernel.registry.case_page import CaseField, CaseLink, CaseNote, CasePart
from yakuba.kernel.registry.manifest import (
    CheckResult,
    Failure,
    FirstStep,
    Found,
    Group,
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
    ledger_phrases,
    manifests,
    permission_names,
    proposed_roles,
    room_modules,
)

__all__ = [
    "CaseField",
    "CaseLink",
    "CaseNote",
    "CasePart",
    "CheckResult",
    "Failure",
    "FirstStep",
    "Found",
    "Group",
    "Manifest",
    "NavigationItem",
    "Permission",
    "PersonalData",
    "QueueState",
    "RunningWork",
    "WorkQueue",
    "audit_sentences",
    "ledger_phrases",
    "manifests",
    "permission_names",
    "proposed_roles",
    "resolve",
    "room_modules",
]
