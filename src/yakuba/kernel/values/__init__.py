"""Values (値): what a field of each type may hold, how people write it, and how it is shown. No framework.

`canonical(type, text)` reads, `shown(type, value)` writes; `calendar` is the one calendar of eras, `characters` says
which characters are the same, `cp932` what a file in that encoding can hold.
"""

from yakuba.kernel.values.refusal import ValueRefused
from yakuba.kernel.values.types import TYPES, canonical, canonical_choice, shown

__all__ = ["TYPES", "ValueRefused", "canonical", "canonical_choice", "shown"]
