"""The cityhub room's door: what other rooms may ask of it."""

from __future__ import annotations

from yakuba.services.cityhub.actions.bringing import bring
from yakuba.services.cityhub.actions.devices import take_text as take_devices
from yakuba.services.cityhub.actions.harvests import daily_means
from yakuba.services.cityhub.actions.opendata import publish as publish_opendata
from yakuba.services.cityhub.actions.showing import (
    add_tile,
    load_disaster,
    make_board,
    make_harvest,
    set_forecast,
)
from yakuba.services.cityhub.actions.surveyfiles import hand_in as take_survey
from yakuba.services.cityhub.actions.surveyfiles import work as read_survey
from yakuba.services.cityhub.actions.surveyindices import degrees_of, pictures, vegetation_index
from yakuba.services.cityhub.actions.surveymeasures import begin as measure_survey
from yakuba.services.cityhub.actions.taking import take_text
from yakuba.services.cityhub.actions.watching import set_rules
from yakuba.services.cityhub.contracts import FieldFigures, LastValue, SurveyPicture
from yakuba.services.cityhub.engine.degreedays import accumulated, degrees
from yakuba.services.cityhub.engine.survey.vegetation import BANDS
from yakuba.services.cityhub.queries.looking import is_empty, last_values

__all__ = [
    "BANDS",
    "FieldFigures",
    "LastValue",
    "SurveyPicture",
    "accumulated",
    "add_tile",
    "bring",
    "daily_means",
    "degrees",
    "degrees_of",
    "is_empty",
    "last_values",
    "load_disaster",
    "make_board",
    "make_harvest",
    "measure_survey",
    "pictures",
    "publish_opendata",
    "read_survey",
    "set_forecast",
    "set_rules",
    "take_devices",
    "take_survey",
    "take_text",
    "vegetation_index",
]
