"""The room's tables."""

from yakuba.services.cityhub.models.boards import Board, Tile
from yakuba.services.cityhub.models.broker import BrokerAside, BrokerLine, BrokerRules, BrokerTaken
from yakuba.services.cityhub.models.devices import Calibration, Device, Measure, PutAside, RawReading
from yakuba.services.cityhub.models.disaster import RoadClosure, Shelter, WeatherWarning
from yakuba.services.cityhub.models.files import ReadingFile, ReadingFolder
from yakuba.services.cityhub.models.forecasts import Forecast
from yakuba.services.cityhub.models.harvests import HarvestPlan
from yakuba.services.cityhub.models.hub import (
    Alarm,
    Delivery,
    Entity,
    Hour,
    Reading,
    Registration,
    Series,
    Subscription,
    WatchRules,
    WatchState,
)
from yakuba.services.cityhub.models.keeping import LateHour, MonthFile
from yakuba.services.cityhub.models.ldcontexts import LdContext
from yakuba.services.cityhub.models.levels import LevelNotice
from yakuba.services.cityhub.models.opendata import OpenDataset
from yakuba.services.cityhub.models.surveyfiles import SurveyFile, SurveyMeasure, SurveyShare, SurveySurface
from yakuba.services.cityhub.models.units import OtherUnit, OtherUnitReading

__all__ = [
    "Alarm",
    "Board",
    "BrokerAside",
    "BrokerLine",
    "BrokerRules",
    "BrokerTaken",
    "Calibration",
    "Delivery",
    "Device",
    "Entity",
    "Forecast",
    "HarvestPlan",
    "Hour",
    "LateHour",
    "LdContext",
    "LevelNotice",
    "Measure",
    "MonthFile",
    "OpenDataset",
    "OtherUnit",
    "OtherUnitReading",
    "PutAside",
    "RawReading",
    "Reading",
    "ReadingFile",
    "ReadingFolder",
    "Registration",
    "RoadClosure",
    "Series",
    "Shelter",
    "Subscription",
    "SurveyFile",
    "SurveyMeasure",
    "SurveyShare",
    "SurveySurface",
    "Tile",
    "WatchRules",
    "WatchState",
    "WeatherWarning",
]
