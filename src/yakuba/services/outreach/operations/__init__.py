"""What can be done, declared once; each part adds to the one table."""

from yakuba.services.outreach.operations import campaigns, care, forecasts, models, pressure, prints, tables
from yakuba.services.outreach.operations.table import OPERATIONS

__all__ = ["OPERATIONS", "campaigns", "care", "forecasts", "models", "pressure", "prints", "tables"]
