"""What can be done with 画像解析, each declared once for pages, API and command line."""

from yakuba.services.vision.operations import analyses as _analyses  # noqa: F401  # declares its operations
from yakuba.services.vision.operations import cameras as _cameras  # noqa: F401  # declares its operations
from yakuba.services.vision.operations import learning as _learning  # noqa: F401  # declares its operations
from yakuba.services.vision.operations import roads as _roads  # noqa: F401  # declares its operations
from yakuba.services.vision.operations.table import OPERATIONS

__all__ = ["OPERATIONS"]
