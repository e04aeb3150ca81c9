"""`yakuba nursery …`. Each module joins its commands to `app`."""

from yakuba.services.nursery.cli import (  # noqa: F401  their commands
    decisions,
    outputs,
    preparing,
    rounds,
    solving,
)
from yakuba.services.nursery.cli.command import app

__all__ = ["app"]
