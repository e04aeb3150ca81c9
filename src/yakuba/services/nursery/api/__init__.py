"""`/api/v1/nursery/…`. Each module adds its operations to `router`."""

from yakuba.services.nursery.api import decisions, notices, outputs, rounds  # noqa: F401  their operations
from yakuba.services.nursery.api.operations import router

__all__ = ["router"]
