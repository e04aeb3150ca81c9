"""Values (値): what a field of each type may hold, how people write it, and how it is shown. No framework.

`types.TYPES` is the table of field types, one object each; `canonical(type, text)` reads, `shown(type, value)` shows;
`calendar` is the one calendar of eras, `characters` says which characters are the same, `cp932` what a file in that
encoding can hold, `reduction` what a town writes instead of what it cannot.
"""

from yakuba.kernel.values.field_type import FieldType, Picks, Script, canonical_choice
from yakuba.kernel.values.refusal import ValueRefused
from yakuba.kernel.values.types import TYPES, canonical, shown

__all__ = [
    "TYPES",
    "FieldType",
    "Picks",
    "Script",
    "ValueRefused",
    "canonical",
    "canonical_choice",
    "shown",
]
