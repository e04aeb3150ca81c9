"""Addresses of rounds, below `fieldwork`."""

from django.urls import path

from yakuba.services.fieldwork.pages import rounds_crews, rounds_days, rounds_offers, rounds_plans

urlpatterns = [
    path("rounds/", rounds_plans.rounds, name="rounds"),
    path("rounds/new/", rounds_plans.new_round_plan, name="new_round_plan"),
    path("rounds/figures/", rounds_plans.round_figures, name="round_figures"),
    path("rounds/crews/", rounds_crews.crews, name="crews"),
    path("rounds/crews/new/", rounds_crews.new_crew, name="new_crew"),
    path("rounds/crews/load/", rounds_crews.load_crews, name="load_crews"),
    path("rounds/crews/<int:crew_id>/", rounds_crews.edit_crew, name="edit_crew"),
    path("rounds/roads/", rounds_crews.roads, name="roads"),
    path("rounds/roads/straight/", rounds_crews.use_straight, name="use_straight"),
    path("rounds/roads/<int:road_file_id>/use/", rounds_crews.use_roads, name="use_roads"),
    path("rounds/changes/<int:round_change_id>/", rounds_days.round_change, name="round_change"),
    path("rounds/changes/<int:round_change_id>/take/", rounds_days.take_change, name="take_change"),
    path("rounds/changes/<int:round_change_id>/drop/", rounds_days.drop_change, name="drop_change"),
    path("rounds/photos/<int:visit_photo_id>/", rounds_days.visit_photo, name="visit_photo"),
    path("rounds/<int:round_plan_id>/", rounds_plans.round_plan, name="round_plan"),
    path(
        "rounds/<int:round_plan_id>/versions/<int:version_number>/",
        rounds_plans.round_version,
        name="round_version",
    ),
    path("rounds/<int:round_plan_id>/stops/new/", rounds_plans.new_round_stop, name="new_round_stop"),
    path("rounds/<int:round_plan_id>/offers/", rounds_offers.round_offers, name="round_offers"),
    path("<int:report_id>/rounds/", rounds_offers.report_to_rounds, name="report_to_rounds"),
    path("rounds/<int:round_plan_id>/stops/load/", rounds_plans.load_round_stops, name="load_round_stops"),
    path(
        "rounds/<int:round_plan_id>/stops/<int:round_stop_id>/remove/",
        rounds_plans.remove_round_stop,
        name="remove_round_stop",
    ),
    path("rounds/<int:round_plan_id>/plan/", rounds_plans.plan_rounds, name="plan_rounds"),
    path("rounds/<int:round_plan_id>/publish/", rounds_plans.publish_rounds, name="publish_rounds"),
    path("rounds/<int:round_plan_id>/close/", rounds_plans.close_rounds, name="close_rounds"),
    path("rounds/<int:round_plan_id>/paper/", rounds_plans.round_paper, name="round_paper"),
    path("rounds/<int:round_plan_id>/record/", rounds_plans.round_record, name="round_record"),
    path("rounds/<int:round_plan_id>/file/<slug:rounds_form>/", rounds_plans.round_file, name="round_file"),
    path("rounds/<int:round_plan_id>/change/", rounds_days.change_rounds, name="change_rounds"),
    path("go/", rounds_days.go, name="go"),
    path("go/<int:round_plan_id>/<int:crew_id>/", rounds_days.go_crew, name="go_crew"),
    path("go/<int:round_plan_id>/<int:crew_id>/<int:round_stop_id>/", rounds_days.go_stop, name="go_stop"),
]
