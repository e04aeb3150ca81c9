"""The three zones (三層), the classes of what is kept, and the highest class that each zone may hold."""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum

from yakuba.kernel.definitions.procedures import FieldDefinition, ProcedureDefinition
from yakuba.kernel.values.labelled import Labelled


class Zone(Labelled):
    """In which of the three an installation stands, or whom it speaks to."""

    MY_NUMBER = "my_number", "個人番号利用事務系"
    LGWAN = "lgwan", "LGWAN接続系"
    INTERNET = "internet", "インターネット接続系"


class DataClass(IntEnum):
    """How much harm it does in wrong hands; a higher one includes the lower ones. 1 to 3 are the degrees of confidentiality
    that municipalities label documents with (機密性); data with an individual number is above them all (番号法)."""

    PUBLIC = 1
    INTERNAL = 2
    RESIDENTS = 3
    MY_NUMBER = 4

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    DataClass.PUBLIC: "機密性1",
    DataClass.INTERNAL: "機密性2",
    DataClass.RESIDENTS: "機密性3",
    DataClass.MY_NUMBER: "特定個人情報",
}
BY_LABEL = {label: one for one, label in _LABELS.items()}

# The same under every model: β and β' move terminals and business systems into the internet zone, never the residents'
# data, which stays where the basic resident register is.
HIGHEST = {
    Zone.MY_NUMBER: DataClass.MY_NUMBER,
    Zone.LGWAN: DataClass.RESIDENTS,
    Zone.INTERNET: DataClass.INTERNAL,
}
_MY_NUMBERS = ("個人番号", "マイナンバー")
_RESIDENTS_NUMBERS = ("宛名番号", "住民票コード")
_IN_BRACKETS = re.compile(r"\([^()]*\)\Z")
REGISTER_CLASS = DataClass.RESIDENTS  # the register of persons (宛名)


def class_of(procedure: ProcedureDefinition) -> DataClass:
    """The class of a procedure's cases: what the highest of its fields asks for. An individual number is the highest; a
    resident's number (宛名番号) ties a case to the register; all else is what an applicant wrote."""
    return max((class_of_field(item) for item in procedure.fields), default=DataClass.INTERNAL)


def class_of_field(item: FieldDefinition) -> DataClass:
    """The class of one of its values: by its type, and by its name, whatever type it has. A field 申請者の個人番号 of digits
    holds what its name says; 個人番号カードの有無 does not."""
    name = _IN_BRACKETS.sub("", "".join(unicodedata.normalize("NFKC", item.label).split()))
    if item.type == "my_number" or name.endswith(_MY_NUMBERS):
        return DataClass.MY_NUMBER
    return DataClass.RESIDENTS if item.person or name.endswith(_RESIDENTS_NUMBERS) else DataClass.INTERNAL
