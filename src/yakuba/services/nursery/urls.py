"""Addresses of the nursery room's pages."""

from django.urls import path

from yakuba.services.nursery.pages import applications, decisions, rounds, rules, runs

app_name = "nursery"
urlpatterns = [
    path("", rounds.index, name="index"),
    path("rules/", rules.rules, name="rules"),
    path("rules/load/", rules.load, name="rules_load"),
    path("rules/<int:rule_set_id>/", rules.rule_set, name="rule_set"),
    path("rounds/new/", rounds.new, name="round_new"),
    path("rounds/<int:round_id>/", rounds.round, name="round"),
    path("rounds/<int:round_id>/edit/", rounds.edit, name="round_edit"),
    path("rounds/<int:round_id>/next/", rounds.next_round, name="next_round"),
    path("rounds/<int:round_id>/take/", rounds.take, name="take"),
    path("rounds/<int:round_id>/applications/", applications.applications, name="applications"),
    path("rounds/<int:round_id>/applications/load/", rounds.load_applications, name="applications_load"),
    path("rounds/<int:round_id>/facilities/", applications.facilities, name="facilities"),
    path("rounds/<int:round_id>/facilities/load/", rounds.load_facilities, name="facilities_load"),
    path("rounds/<int:round_id>/start/", runs.start, name="start"),
    path("rounds/<int:round_id>/decisions/", decisions.decisions, name="decisions"),
    path("rounds/<int:round_id>/freeze/", decisions.freeze, name="freeze"),
    path("rounds/<int:round_id>/hand-over/", rounds.hand_over, name="hand_over"),
    path("applications/<int:application_id>/", applications.application, name="application"),
    path("applications/<int:application_id>/edit/", applications.edit, name="application_edit"),
    path(
        "applications/<int:application_id>/index/", applications.application_index, name="application_index"
    ),
    path("applications/<int:application_id>/withdraw/", applications.withdraw, name="application_withdraw"),
    path("applications/<int:application_id>/propose/", decisions.propose, name="propose"),
    path("applications/<int:application_id>/decline/", decisions.decline, name="decline"),
    path("facilities/<int:facility_id>/edit/", applications.facility_edit, name="facility_edit"),
    path("runs/<int:matching_id>/", runs.run, name="run"),
    path("runs/<int:matching_id>/stop/", runs.stop, name="run_stop"),
    path("runs/<int:matching_id>/adopt/", runs.adopt, name="adopt"),
    path("runs/<int:matching_id>/children/", runs.children, name="run_children"),
    path("runs/<int:matching_id>/facilities/", runs.facilities, name="run_facilities"),
    path("runs/<int:matching_id>/facilities/<int:facility_id>/", runs.facility, name="run_facility"),
    path("runs/<int:matching_id>/market.json", runs.market, name="run_market"),
    path("placements/<int:placement_id>/", runs.placement, name="placement"),
    path("decisions/", decisions.waiting, name="decisions_waiting"),
    path("decisions/<int:decision_id>/", decisions.decision, name="decision"),
    path("decisions/<int:decision_id>/approve/", decisions.approve, name="approve"),
    path("decisions/<int:decision_id>/refuse/", decisions.refuse, name="refuse"),
]
