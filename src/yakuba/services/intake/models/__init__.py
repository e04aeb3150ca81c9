"""Tables of the room: applications, who asks, fees."""

from yakuba.services.intake.models.acting import ActingStatement, RuleFile
from yakuba.services.intake.models.applications import (
    AttachedFile,
    Correction,
    Door,
    Draft,
    FromOutside,
    HandOver,
    HandOverLayout,
    LifeEvent,
    Posted,
    Serial,
    Signing,
    Submission,
    Visit,
    WebForm,
)
from yakuba.services.intake.models.fees import (
    DayClosing,
    DayDraft,
    FeeBook,
    FeeEntry,
    MoneyOrder,
    PaymentLine,
    PostalRequest,
)

__all__ = [
    "ActingStatement",
    "AttachedFile",
    "Correction",
    "DayClosing",
    "DayDraft",
    "Door",
    "Draft",
    "FeeBook",
    "FeeEntry",
    "FromOutside",
    "HandOver",
    "HandOverLayout",
    "LifeEvent",
    "MoneyOrder",
    "PaymentLine",
    "PostalRequest",
    "Posted",
    "RuleFile",
    "Serial",
    "Signing",
    "Submission",
    "Visit",
    "WebForm",
]
