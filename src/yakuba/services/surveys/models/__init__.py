"""Tables of the surveys room."""

from yakuba.services.surveys.models.asking import (
    Answers,
    AnswerState,
    Asked,
    Clarification,
    Edition,
    Reminder,
    Survey,
    Tallied,
)
from yakuba.services.surveys.models.importing import FormFile, FormImport
from yakuba.services.surveys.models.incoming import Incoming, IncomingPart

__all__ = [
    "AnswerState",
    "Answers",
    "Asked",
    "Clarification",
    "Edition",
    "FormFile",
    "FormImport",
    "Incoming",
    "IncomingPart",
    "Reminder",
    "Survey",
    "Tallied",
]
