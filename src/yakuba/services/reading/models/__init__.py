"""Tables of the reading room: forms, batches of scans, their sheets, and the values that wait for a person.

The values themselves live in the ledger. A sheet keeps what the engine read from it (`reading`, the JSON of a
`PageReading`), so that a case can be put together again at any time.
"""

from yakuba.services.reading.models.arrivals import Arrival, ArrivalFolder, Cover
from yakuba.services.reading.models.batches import Batch, BatchFile
from yakuba.services.reading.models.corrections import Correction
from yakuba.services.reading.models.designing import DesignedForm, DesignedPage, DesignedTrial
from yakuba.services.reading.models.forms import FormDefinition, FormPage
from yakuba.services.reading.models.promises import CheckedCount, Promise, Tightening
from yakuba.services.reading.models.questions import Entry, Question, Turn
from yakuba.services.reading.models.residents import PersonMatch
from yakuba.services.reading.models.sheets import Sheet

__all__ = [
    "Arrival",
    "ArrivalFolder",
    "Batch",
    "BatchFile",
    "CheckedCount",
    "Correction",
    "Cover",
    "DesignedForm",
    "DesignedPage",
    "DesignedTrial",
    "Entry",
    "FormDefinition",
    "FormPage",
    "PersonMatch",
    "Promise",
    "Question",
    "Sheet",
    "Tightening",
    "Turn",
]
