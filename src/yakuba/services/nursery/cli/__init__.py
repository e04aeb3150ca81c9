"""`yakuba nursery …`. Each module joins its commands to `app`."""

from yakuba.services.nursery.cli import notices, preparing, solving  # noqa: F401  their commands
from yakuba.services.nursery.cli.command import app

__all__ = ["app"]
