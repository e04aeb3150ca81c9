"""The cityhub room's door: what other rooms may ask of it."""

from __future__ import annotations

from yakuba.services.cityhub.actions.bringing import bring
from yakuba.services.cityhub.actions.devices import take_text as take_devices
from yakuba.services.cityhub.actions.opendata import publish as publish_opendata
from yakuba.services.cityhub.actions.showing import (
    add_tile,
    load_disaster,
    make_board,
    make_harvest,
    set_forecast,
)
from yakuba.services.cityhub.actions.taking import take_text
from yakuba.services.cityhub.actions.watching import set_rules
from yakuba.services.cityhub.contracts import LastValue
from yakuba.services.cityhub.queries.looking import is_empty, last_values

__all__ = [
    "LastValue",
    "add_tile",
    "bring",
    "is_empty",
    "last_values",
    "load_disaster",
    "make_board",
    "make_harvest",
    "publish_opendata",
    "set_forecast",
    "set_rules",
    "take_devices",
    "take_text",
]
