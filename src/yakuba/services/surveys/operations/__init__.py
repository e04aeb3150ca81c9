"""What can be done with surveys, each declared once for pages, API and command line."""

from yakuba.services.surveys.operations import answers, editions, incoming, results
from yakuba.services.surveys.operations.table import OPERATIONS

__all__ = ["OPERATIONS", "answers", "editions", "incoming", "results"]
