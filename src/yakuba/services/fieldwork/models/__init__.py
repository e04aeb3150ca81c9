"""The tables of the fieldwork room."""

from yakuba.services.fieldwork.models.rounds import (
    Crew,
    CrewRound,
    LeftStop,
    PlanCrew,
    RoadFile,
    RoundChange,
    RoundPlan,
    RoundStop,
    RoundVersion,
    RoundVisit,
)
from yakuba.services.fieldwork.models.visits import StopEvent, VisitPhoto

__all__ = [
    "Crew",
    "CrewRound",
    "LeftStop",
    "PlanCrew",
    "RoadFile",
    "RoundChange",
    "RoundPlan",
    "RoundStop",
    "RoundVersion",
    "RoundVisit",
    "StopEvent",
    "VisitPhoto",
]
