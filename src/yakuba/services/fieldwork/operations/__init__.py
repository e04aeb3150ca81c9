"""What can be done with 現場・住民通報, each declared once for pages, API and command line."""

from yakuba.services.fieldwork.operations import advice as _advice  # noqa: F401  # declares its operations
from yakuba.services.fieldwork.operations import advice_rules as _advice_rules  # noqa: F401
from yakuba.services.fieldwork.operations import reports as _reports  # noqa: F401  # declares its operations
from yakuba.services.fieldwork.operations import rounds as _rounds  # noqa: F401  # declares its operations
from yakuba.services.fieldwork.operations import rounds_crews as _crews  # noqa: F401
from yakuba.services.fieldwork.operations import rounds_days as _days  # noqa: F401
from yakuba.services.fieldwork.operations import rounds_offers as _offers  # noqa: F401
from yakuba.services.fieldwork.operations import wildlife as _wildlife  # noqa: F401  # declares its operations
from yakuba.services.fieldwork.operations.table import OPERATIONS

__all__ = ["OPERATIONS"]
