"""Addresses of the room."""

from django.urls import path

from yakuba.services.simulators.engine import CALCULATORS
from yakuba.services.simulators.pages import calculating, runs, trials

LOADED = ("chain", "loss")  # calculators that a file fills in

app_name = "simulators"
urlpatterns = [
    path("", calculating.index, name="index"),
    *(path(f"{code}/", calculating.calculate(code), name=code) for code in CALCULATORS),
    *(path(f"{code}/table/", calculating.table(code), name=f"table_{code}") for code in CALCULATORS),
    *(path(f"{code}/keep/", calculating.keep(code), name=f"keep_{code}") for code in CALCULATORS),
    *(path(f"{code}/load/", calculating.load(code), name=f"load_{code}") for code in LOADED),
    path("runs/", runs.runs, name="runs"),
    path("runs/compare/", runs.compare, name="compare"),
    path("runs/<int:kept_run_id>/", runs.run, name="run"),
    path("runs/<int:kept_run_id>/discard/", runs.discard, name="discard_run"),
    path("trials/", trials.trials, name="trials"),
    path("trials/new/", trials.new_trial, name="new_trial"),
    path("trials/load/", trials.load_trials, name="load_trials"),
    path("trials/table/", trials.trials_table, name="trials_table"),
    path("trials/<int:kpi_trial_id>/", trials.trial, name="trial"),
    path("trials/<int:kpi_trial_id>/edit/", trials.edit_trial, name="edit_trial"),
    path("trials/<int:kpi_trial_id>/discard/", trials.discard_trial, name="discard_trial"),
    path("trials/<int:kpi_trial_id>/indicators/new/", trials.new_indicator, name="new_indicator"),
    path("indicators/<int:kpi_indicator_id>/edit/", trials.edit_indicator, name="edit_indicator"),
    path("indicators/<int:kpi_indicator_id>/measure/", trials.measure, name="measure"),
    path("measurements/<int:kpi_measurement_id>/discard/", trials.unmeasure, name="unmeasure"),
]
