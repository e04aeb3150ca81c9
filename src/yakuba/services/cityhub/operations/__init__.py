"""What can be done with the hub, each declared once for pages, API and command line."""

from yakuba.services.cityhub.operations import (
    boards,
    broker,
    devices,
    disaster,
    files,
    forecasts,
    harvests,
    keeping,
    levels,
    opendata,
    other_units,
    surveyfiles,
)
from yakuba.services.cityhub.operations.hub import (
    acknowledge,
    list_alarms,
    list_series,
    load,
    set_rules,
    show_rules,
)
from yakuba.services.cityhub.operations.table import OPERATIONS

__all__ = [
    "OPERATIONS",
    "acknowledge",
    "boards",
    "broker",
    "devices",
    "disaster",
    "files",
    "forecasts",
    "harvests",
    "keeping",
    "levels",
    "list_alarms",
    "list_series",
    "load",
    "opendata",
    "other_units",
    "set_rules",
    "show_rules",
    "surveyfiles",
]
