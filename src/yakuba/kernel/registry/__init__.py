"""Registry: the rooms of the house, as their manifests declare them."""

from yakuba.kernel.registry.case_page import CaseField, CaseLink, CaseNote, CasePart
from yakuba.kernel.registry.manifest import (
    ApprovalKind,
    CheckResult,
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
    approval_kind,
    approval_kinds,
    audit_sentences,
    ledger_phrases,
    manifests,
    permission_names,
    room_modules,
)

__all__ = [
    "ApprovalKind",
    "CaseField",
    "CaseLink",
    "CaseNote",
    "CasePart",
    "CheckResult",
    "Failure",
    "FirstStep",
    "Manifest",
    "NavigationItem",
    "Permission",
    "PersonalData",
    "QueueState",
    "RunningWork",
    "WorkQueue",
    "approval_kind",
    "approval_kinds",
    "audit_sentences",
    "ledger_phrases",
    "manifests",
    "permission_names",
    "resolve",
    "room_modules",
]
