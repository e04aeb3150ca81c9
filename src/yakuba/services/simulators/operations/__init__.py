"""What can be done in the room, each declared once for pages, API and command line."""

from yakuba.services.simulators.operations import calculating, runs, trials
from yakuba.services.simulators.operations.table import OPERATIONS

__all__ = ["OPERATIONS", "calculating", "runs", "trials"]
